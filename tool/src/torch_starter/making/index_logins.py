"""The passwords of package indexes that uv is told of, for pip: it brings the files that uv has named, from the same hosts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from torch_starter.core.machine import Machine
from torch_starter.core.urls import parsed
from torch_starter.facts.index_settings import files

PIP = "PIP_EXTRA_INDEX_URL"
OLDER = ("index-url", "extra-index-url")
GIVEN = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL")


def for_pip(machine: Machine, variables: Mapping[str, str], root: Path) -> dict[str, str]:
    """A variable with the addresses that have a login: never words of a command, which others on a machine can read.

    What netrc and keyrings hold pip reads by itself. Settings that cannot be read are uv's to refuse.
    """
    named = [*in_variables(variables)]
    for path in (*files(dict(variables)), root / "uv.toml", root / "pyproject.toml"):
        if path.suffix == ".toml":
            named += in_settings(machine.files.read(path) or "", path.name == "pyproject.toml")
    known = (with_login(name, url, variables) for name, url in named)
    found = list(dict.fromkeys(url for url in known if (parts := parsed(url)) and parts.username))
    return {PIP: " ".join([*variables.get(PIP, "").split(), *found])} if found else {}


def in_variables(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names, where they have one, and addresses: `UV_INDEX=lab=https://...`."""
    for word in " ".join(variables.get(name, "") for name in GIVEN).split():
        name, sign, url = word.partition("=")
        yield (name, url) if sign and "://" not in name else ("", word)


def in_settings(text: str, whole: bool) -> Iterator[tuple[str, str]]:
    """The same of a uv.toml, or with `whole` of a pyproject.toml."""
    try:
        known: dict[str, Any] = tomllib.loads(text)
        uv = known.get("tool", {}).get("uv", {}) if whole else known
        for part in (uv, uv.get("pip", {})):
            yield from ((str(each.get("name", "")), str(each.get("url", ""))) for each in part.get("index", ()))
            for key in OLDER:
                given = part.get(key, ())
                yield from (("", str(each)) for each in ([given] if isinstance(given, str) else given))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return


def with_login(name: str, url: str, variables: Mapping[str, str]) -> str:
    """An address with the name and password that variables have for a named index, as uv reads them."""
    parts, key = parsed(url), re.sub(r"[^A-Z0-9]", "_", name.upper())
    user, password = (variables.get(f"UV_INDEX_{key}_{each}", "") for each in ("USERNAME", "PASSWORD"))
    if parts is None or not name or parts.username or not (user or password):
        return url
    return parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}").geturl()
