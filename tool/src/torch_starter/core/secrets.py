"""What looks like a secret, by its name or by its value. None is ever shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

SECRET = {"TOKEN", "TOKENS", "KEY", "KEYS", "APIKEY", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIALS"}
SHAPES = (
    r"(?<![A-Za-z0-9])(hf_|gh[pousr]_|github_pat_|glpat-|sk-|nvapi-|AKIA|xox[abp]-)[A-Za-z0-9_-]{12,}"  # how known tokens begin
)
HARMLESS = r"|[0-9]{1,5}|true|false|yes|no|on|off|none|~?/.*|\./.*|\$.*"  # switches, paths, other variables
IN_ADDRESS = re.compile(r"(?P<scheme>(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://)(?P<who>[^\s/@'\"]+)@")


def secrets(given: Mapping[str, str]) -> Iterator[str]:
    """The variables whose names or values look like a secret's."""
    for name, value in given.items():
        if re.search(SHAPES, value) or (is_named(name) and not re.fullmatch(HARMLESS, value.strip(), re.IGNORECASE)):
            yield name


def is_named(name: str) -> bool:
    """Whether a variable's name is that of a secret."""
    return bool(SECRET & set(re.split(r"[^A-Z0-9]+", name.upper())))


def masked(text: str) -> str:
    """The text without tokens of known shapes, and without what stands before the @ of an address."""
    return IN_ADDRESS.sub(r"\g<scheme>...@", re.sub(SHAPES, "...", text))
