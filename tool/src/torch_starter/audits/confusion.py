"""Dependency confusion: where a package that is meant from one index could come from another."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch_starter.audits.hashes import requirements, shown, unhashed
from torch_starter.core import urls
from torch_starter.core.place import Place

Verdict = Literal["fail", "warn"]
UNSAFE = ("unsafe-best-match", "unsafe-first-match")
EXPLICIT = "give the index `explicit = true`, and name its packages in [tool.uv.sources]"
ONE_INDEX = "use one index that serves all packages (--index-url), or uv with an index that is explicit"
OPTION = re.compile(
    r"(?<![\w-])(?P<name>--extra-index-url|--index-url|-i|--trusted-host|--index-strategy|--index|--default-index)(?:\s+|=)[\"']?(?P<value>[^\s\"'\\]+)"
)
VARIABLE = re.compile(r"(?<!\w)(?P<name>(?:PIP|UV)_[A-Z_]+)[=\s]\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\\]+)")


@dataclass(frozen=True)
class Risk:
    """One setting by which a package may come from elsewhere. `place`: its file; `where`: what it is, where that is no file."""

    verdict: Verdict
    seen: str
    remedy: str
    place: Place | None = None


def of_uv(text: str, file: str, whole: bool) -> Iterator[Risk]:
    """The settings of uv: a uv.toml, or with `whole` a pyproject.toml. Raises TOMLDecodeError."""
    known = tomllib.loads(text)
    uv: dict[str, Any] = known.get("tool", {}).get("uv", {}) if whole else known
    place = Place(file)
    for part in (uv, uv.get("pip", {})):
        loose = part.get("index-strategy") in UNSAFE
        indexes = [each for each in part.get("index", ()) if isinstance(each, dict) and not each.get("default")]
        extras = [str(each.get("url", "")) for each in indexes if not each.get("explicit")]
        given = part.get("extra-index-url", ())
        extras += [str(each) for each in ([given] if isinstance(given, str) else given)]
        every = [str(each.get("url", "")) for each in part.get("index", ()) if isinstance(each, dict)]
        yield from plain([*every, *extras, str(part.get("index-url", ""))], place)
        yield from of_extras(extras, loose, place)


def of_extras(extras: list[str], loose: bool, place: Place | None, where: str = "") -> Iterator[Risk]:
    """Further indexes of uv: with a strategy that takes the best of all, or the first that has a package."""
    behind = f" ({where})" if where else ""
    for url in dict.fromkeys(extras):
        name = shown(url)
        if loose:
            seen = f"{name} is asked beside the default index, and the highest version of either is taken{behind}"
            yield Risk("fail", seen, f"leave index-strategy away; {EXPLICIT}", place)
        else:
            yield Risk("warn", f"{name} is asked for every package before the default index{behind}", EXPLICIT, place)


def of_pip(text: str, file: str) -> Iterator[Risk]:
    """The settings of pip, which takes the highest version of all indexes. Raises configparser.Error."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    for section in parser.sections():
        given = {key.replace("_", "-"): value for key, value in parser.items(section) if value}
        yield from of_pip_words(given, Place(file))


def of_pip_words(given: Mapping[str, str], place: Place | None, where: str = "") -> Iterator[Risk]:
    """What pip is told: further indexes, hosts that it trusts without a certificate."""
    behind = f" ({where})" if where else ""
    for url in given.get("extra-index-url", "").split():
        seen = f"{shown(url)} is asked beside the index, and pip takes the highest version of either{behind}"
        yield Risk("fail", seen, ONE_INDEX, place)
    yield from plain([*given.get("extra-index-url", "").split(), *given.get("index-url", "").split()], place, where)
    for host in given.get("trusted-host", "").split():
        if not urls.loopback(host.partition(":")[0]):
            yield Risk("fail", f"{host} is trusted without a certificate{behind}", "give pip its certificate: --cert", place)


def of_variables(given: Mapping[str, str], place: Place | None = None, where: str = "environment") -> Iterator[Risk]:
    """What variables tell uv and pip."""
    loose = given.get("UV_INDEX_STRATEGY") in UNSAFE
    extras = [word.rpartition("=")[2] if "=" in word.partition("://")[0] else word for word in given.get("UV_INDEX", "").split()]
    extras += given.get("UV_EXTRA_INDEX_URL", "").split()
    yield from of_extras(extras, loose, place, where)
    defaults = [given[name] for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL") if given.get(name)]
    yield from plain([*extras, *defaults], place, where)
    words = {"extra-index-url": "PIP_EXTRA_INDEX_URL", "index-url": "PIP_INDEX_URL", "trusted-host": "PIP_TRUSTED_HOST"}
    yield from of_pip_words({word: given.get(name, "") for word, name in words.items()}, place, where)


def of_requirements(text: str, file: str) -> Iterator[Risk]:
    """The options in a file of requirements."""
    count, loose = unhashed(text)
    safe = "--require-hashes" in text or (count > 0 and not loose)
    for line, words in requirements(text):
        if words.startswith("-"):
            yield from of_options(words, Place(file, line), safe)


def of_dockerfile(text: str, file: str) -> Iterator[Risk]:
    """Options of commands, and variables, in a Dockerfile."""
    for line, words in requirements(text):
        yield from of_options(words, Place(file, line), "--require-hashes" in words)
        given = {each["name"]: each["value"].strip("\"'") for each in VARIABLE.finditer(words)}
        yield from of_variables(given, Place(file, line), "")


def of_options(words: str, place: Place, hashed: bool) -> Iterator[Risk]:
    """The options of one command; where packages are held against hashes, it does not matter which index has them."""
    given: dict[str, list[str]] = {}
    for each in OPTION.finditer(words):
        given.setdefault({"-i": "--index-url"}.get(each["name"], each["name"]), []).append(each["value"])
    further = "" if hashed else " ".join(given.get("--extra-index-url", ()))
    if re.search(r"(?<!\S)uv\s", words):
        extras = [*further.split(), *(word.partition("=")[2] or word for word in given.get("--index", ()) if not hashed)]
        yield from of_extras(extras, given.get("--index-strategy", [""])[0] in UNSAFE, place)
        yield from plain([*extras, *given.get("--index-url", ()), *given.get("--default-index", ())], place)
        return
    names = ("index-url", "trusted-host")
    yield from of_pip_words({"extra-index-url": further, **{name: " ".join(given.get(f"--{name}", ())) for name in names}}, place)


def plain(addresses: list[str], place: Place | None, where: str = "") -> Iterator[Risk]:
    """Indexes that are asked without encryption: anybody on the way can answer in their place."""
    behind = f" ({where})" if where else ""
    for url in dict.fromkeys(addresses):
        if url and urls.fault(url) == "plain":
            yield Risk("fail", f"{shown(url)} is asked without encryption{behind}", "use its https:// address", place)
