"""What is installed in the target, by its metadata: nothing is imported."""

from __future__ import annotations

import glob
import json
import os
import re
import sys
from email.message import Message
from email.parser import HeaderParser
from importlib import metadata
from typing import Any
from urllib.parse import unquote, urlsplit

WITHOUT_TORCH = True
FLAVOURED = ("torch", "torchvision", "torchaudio")


def installed() -> dict[str, Any]:
    """Distributions by normalised name, the folders of metadata that are not read, and what is left of removed packages.

    A folder of metadata without a name in it is a leftover; so is one that pip renamed to ~name and could not remove. Of two
    folders of metadata the first on the path is read: it is that of the package that is imported.
    """
    found: dict[str, Any] = {}
    twice: dict[str, list[str]] = {}
    hidden: dict[str, list[str]] = {}
    nameless = {}
    for distribution in metadata.distributions():
        path = str(getattr(distribution, "_path", ""))
        told = _headers(distribution)
        name = _normal(told["Name"] or "")
        if os.path.basename(path).startswith("~"):
            continue
        if not name:
            nameless[path] = distribution
        elif name not in found:
            found[name] = _described(distribution, name, path, told)
        elif _another(path, found[name]["metadata"]):
            (twice if _beside(path, found[name]["metadata"]) else hidden).setdefault(name, []).append(path)
    ghosts = _renamed()
    for path, distribution in nameless.items():
        name, version = _of_folder(path)
        if name and name not in found:
            told = Message()
            told["Version"] = version
            found[name] = _described(distribution, name, path, told)
        else:
            ghosts.append(path)
    return {"distributions": found, "twice": twice, "hidden": hidden, "ghosts": sorted(set(ghosts)), "conda": _conda()}


def _of_folder(path: str) -> tuple[str, str]:
    """Name and version of a package that has lost its METADATA and not its RECORD: it is damaged rather than a leftover."""
    match = re.match(r"(.+)-([^-]+)\.dist-info$", os.path.basename(path))
    if match is None or not os.path.isfile(os.path.join(path, "RECORD")):
        return "", ""
    return _normal(match.group(1)), match.group(2)


def _described(distribution: metadata.Distribution, name: str, path: str, told: Message) -> dict[str, Any]:
    return {
        "version": str(told["Version"] or "0"),
        "requires": distribution.requires or [] if path.endswith(".egg-info") else told.get_all("Requires-Dist") or [],
        "modules": _modules(distribution),
        "flavour": _flavour(distribution, name) if name in FLAVOURED else "",
        "metadata": path,
        "installer": "system" if _of_the_system(path) else (distribution.read_text("INSTALLER") or "").strip(),
        "origin": _origin(distribution),
    }


def _headers(distribution: metadata.Distribution) -> Message:
    """The fields of the metadata, read once and without the long description behind them: that is what takes the time."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or distribution.read_text("") or ""
    return HeaderParser().parsestr(text.partition("\n\n")[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _of_the_system(path: str) -> bool:
    """Whether a distribution's own package manager keeps it: those change files, and metadata too, after they were built."""
    return path.startswith(("/usr/lib/python3/dist-packages/", "/usr/lib/python3.", "/usr/lib64/python3."))


def _another(path: str, other: str) -> bool:
    """Whether a folder of metadata is not the other by another name, and somebody answers for it."""
    return os.path.realpath(path) != os.path.realpath(other) and not _of_the_system(path)


def _beside(one: str, other: str) -> bool:
    """Whether two folders of metadata lie in the same folder."""
    return os.path.realpath(os.path.dirname(one)) == os.path.realpath(os.path.dirname(other))


def _renamed() -> list[str]:
    """What pip renamed before it removed it, and did not remove."""
    folders = [folder for folder in dict.fromkeys(sys.path) if os.path.basename(folder) in ("site-packages", "dist-packages")]
    found = [path for folder in folders for path in glob.glob(os.path.join(glob.escape(folder), "~*"))]
    return [path for path in found if os.path.isdir(path)]


def _origin(distribution: metadata.Distribution) -> str:
    """The folder that a package was installed from, also where it is used in place; empty for one from an index."""
    try:
        told = urlsplit(json.loads(distribution.read_text("direct_url.json") or "{}").get("url", ""))
    except (ValueError, AttributeError):
        return ""
    return unquote(told.path) if told.scheme == "file" else ""


def _conda() -> dict[str, str] | None:
    """What conda says that it installed: name -> version. None where there is no conda-meta."""
    folder = os.path.join(sys.prefix, "conda-meta")
    if not os.path.isdir(folder):
        return None
    parts = [name[: -len(".json")].rsplit("-", 2) for name in os.listdir(folder) if name.endswith(".json")]
    return {_normal(words[0]): words[1] for words in parts if len(words) == 3}


def _modules(distribution: metadata.Distribution) -> list[str]:
    """The names that one imports, from top_level.txt, else from RECORD.

    It is read line by line: `distribution.files` asks the disk for each of the thousands of files.
    """
    text = distribution.read_text("top_level.txt")
    if text:
        return text.split()
    names = set()
    for line in (distribution.read_text("RECORD") or "").splitlines():
        path = line.partition(",")[0]
        first, slash, rest = path.partition("/")
        if rest.endswith("/__init__.py") or rest == "__init__.py":
            names.add(first)
        elif not slash and first.endswith(".py"):
            names.add(first[:-3])
    return sorted(name for name in names if name.isidentifier())


def _flavour(distribution: metadata.Distribution, name: str) -> str:
    """What a wheel was built with: "cu130", "cpu", or "" where its version.py does not say."""
    path = os.path.join(str(distribution.locate_file("")), name, "version.py")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return ""
    local = re.search(r"__version__ = ['\"][^'\"+]*\+([A-Za-z0-9.]+)", text)
    return local.group(1) if local else ""
