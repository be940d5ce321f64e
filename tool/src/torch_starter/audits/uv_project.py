"""A project for uv whose dependencies are exact pins: what its commands for projects need, of ours, which has no uv.lock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from torch_starter.audits.packages import Package
from torch_starter.core.lock import Pin

NAME = "workspace"
NOWHERE = "./packages"  # the registry: a folder, so that nothing but the service of advisories is asked
YANKED = re.compile(r"^warning: `(?P<name>[^`=]+)==(?P<version>[^`]+)` is yanked(?: \(reason: \"(?P<why>.*)\"\))?", re.MULTILINE)


def pyproject(requirements: Sequence[str], python: str, name: str = NAME, version: str = "0") -> str:
    """Its pyproject.toml; `python` are the versions that it is for."""
    lines = "".join(f"  {json.dumps(each)},\n" for each in requirements)
    head = f"[project]\nname = {json.dumps(name)}\nversion = {json.dumps(version)}\nrequires-python = {json.dumps(python)}\n"
    return f"{head}dependencies = [\n{lines}]\n\n[tool.uv]\npackage = false\n"


def pinned(pins: Iterable[Pin]) -> list[str]:
    """The pins of a lock as requirements."""
    return [f"{pin.name}=={pin.version}" + (f" ; {pin.marker}" if pin.marker else "") for pin in pins]


def flat_lock(packages: Sequence[Package]) -> str:
    """A uv.lock with these packages and nothing of what they need: enough to ask what is known of each, without an index.

    Also of several versions of one package, which no project could have at once.
    """
    each = "".join(
        f'[[package]]\nname = "{package.name}"\nversion = "{package.public}"\nsource = {{ registry = "{NOWHERE}" }}\n\n'
        for package in packages
    )
    needed = "".join(
        f'    {{ name = "{package.name}", version = "{package.public}", source = {{ registry = "{NOWHERE}" }} }},\n'
        for package in packages
    )
    root = f'[[package]]\nname = "{NAME}"\nversion = "0"\nsource = {{ virtual = "." }}\ndependencies = [\n{needed}]\n'
    return f'version = 1\nrequires-python = ">=3.8"\n\n{each}{root}'


def yanked(said: str) -> list[tuple[str, str, str]]:
    """What uv says was taken back by those who had published it: (name, version, reason)."""
    return [(each["name"], each["version"], each["why"] or "") for each in YANKED.finditer(said)]


def without_passwords(text: str) -> str:
    """A JSON text whose addresses have no user and no password."""
    return re.sub(r"(?<=://)[^\s/@\"']+@", "", text)


def missing(sbom: str, pins: Iterable[Pin]) -> list[str]:
    """The pins that a bill of materials does not have; raises ValueError where it is none."""
    document: dict[str, Any] = json.loads(sbom)
    if document.get("bomFormat") != "CycloneDX" or not isinstance(document.get("components"), list):
        raise ValueError("it is not in the form CycloneDX")
    there = {(each.get("name"), each.get("version")) for each in document["components"]}
    return [f"{pin.name} {pin.version}" for pin in pins if (pin.name, pin.version) not in there]
