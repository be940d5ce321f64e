"""Where pip and uv are told to take packages from, in their own settings."""

from __future__ import annotations

import configparser
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine
from torch_starter.core.urls import Fault, fault

PIP_KEYS = ("index-url", "extra-index-url", "find-links", "index", "pypi")
UV_KEYS = ("index-url", "extra-index-url", "find-links")


class Setting(msgspec.Struct, frozen=True):
    """One setting and the worst that is wrong with its addresses. The addresses themselves are not kept."""

    name: str
    fault: Fault = ""


class IndexSettings(Fact, frozen=True):
    """The settings that were found, such as `index-url in pip.conf`, and the files that cannot be parsed."""

    key: ClassVar[str] = "index_settings"
    settings: tuple[Setting, ...]
    broken: tuple[str, ...] = ()

    @classmethod
    def gather(cls, machine: Machine) -> IndexSettings:
        found: list[Setting] = []
        broken: list[str] = []
        for path in files(machine.variables):
            text = machine.files.read(path)
            try:
                addresses = {} if text is None else from_uv(text) if path.suffix == ".toml" else from_pip(text)
            except (configparser.Error, tomllib.TOMLDecodeError):
                broken.append(path.name)
                continue
            found += [Setting(f"{key} in {path.name}", worst(values)) for key, values in addresses.items()]
        return cls(settings=tuple(found), broken=tuple(broken))


def files(variables: dict[str, str]) -> Iterator[Path]:
    """The files that pip and uv read for a user and a machine, whether they are there or not."""
    home = Path(variables.get("HOME") or "/")
    config = Path(variables.get("XDG_CONFIG_HOME") or home / ".config")
    if variables.get("PIP_CONFIG_FILE") != os.devnull:  # pip reads none at all then
        yield from (Path("/etc/pip.conf"), home / ".pip" / "pip.conf", config / "pip" / "pip.conf")
        if named := variables.get("PIP_CONFIG_FILE"):
            yield Path(named)
    if named := variables.get("UV_CONFIG_FILE"):
        yield Path(named)
    elif not variables.get("UV_NO_CONFIG"):
        yield from (Path("/etc/uv/uv.toml"), config / "uv" / "uv.toml")


def from_pip(text: str) -> dict[str, list[str]]:
    """The addresses in a pip.conf: key -> values, which are apart by spaces or lines."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    pairs = [(key, value) for section in parser.sections() for key, value in parser.items(section)]
    return {key: value.split() for key, value in pairs if key.replace("_", "-") in PIP_KEYS and value}


def from_uv(text: str) -> dict[str, list[str]]:
    """The addresses in a uv.toml: those of [[index]], and under the older keys, also those of [pip]."""
    known = tomllib.loads(text)
    found = {key: strings(value) for part in (known, known.get("pip", {})) for key, value in part.items() if key in UV_KEYS}
    indexes = [str(index["url"]) for index in known.get("index", ()) if isinstance(index, dict) and "url" in index]
    return {**found, "index": indexes} if indexes else found


def strings(value: Any) -> list[str]:
    """One text, or a list of them, as a list."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def worst(urls: list[str]) -> Fault:
    """The fault that matters most of several addresses."""
    order: tuple[Fault, ...] = ("malformed", "plain", "credentials")
    faults = {fault(url) for url in urls if "://" in url}  # the rest are names of folders
    return next((each for each in order if each in faults), "")
