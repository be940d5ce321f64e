"""What looks like a secret, by its name or by its value. None is ever shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from torch_starter.core.tokens import beginnings, hits

SECRET = {"TOKEN", "TOKENS", "KEY", "KEYS", "APIKEY", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIALS"}
BEHIND = ("TOKEN", "APIKEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE")  # also behind a word without a sign between them
HARMLESS = r"|[0-9]{1,5}|true|false|yes|no|on|off|none|~?/.*|\./.*|\$.*"  # switches, paths, other variables
IN_ADDRESS = re.compile(r"(?P<scheme>(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://)(?P<who>[^\s/@'\"]+)@")
LEAST = 6  # characters of a value that is looked for as it is: a shorter one is in many words
INSTEAD = "..."


def secrets(given: Mapping[str, str]) -> Iterator[str]:
    """The variables whose names or values look like a secret's."""
    for name, value in given.items():
        if has_token(value) or (is_named(name) and not re.fullmatch(HARMLESS, value.strip(), re.IGNORECASE)):
            yield name


def is_named(name: str) -> bool:
    """Whether a variable's name is that of a secret."""
    return any(is_word(word) for word in re.split(r"[^A-Z0-9]+", name.upper()))


def is_word(word: str) -> bool:
    """Whether a word of a name stands for a secret: PGPASSWORD does, MONKEY does not."""
    return word in SECRET or word.endswith(BEHIND)


def has_token(text: str) -> bool:
    """Whether a text holds a token of a known kind, whatever it is called."""
    return beginnings().search(text) is not None or any(not hit.kind.weak for hit in hits(text))


def masked(text: str) -> str:
    """The text without secrets of known kinds, and without what stands before the @ of an address."""
    return IN_ADDRESS.sub(r"\g<scheme>...@", without_secrets(text))


def without_secrets(text: str, instead: str = INSTEAD) -> str:
    """The text without secrets of known kinds."""
    for hit in sorted(hits(text), key=lambda each: -each.start):
        text = text[: hit.start] + instead + text[hit.end :]
    return beginnings().sub(instead, text)
