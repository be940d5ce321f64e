"""What is installed in the target, by its metadata: nothing is imported."""

from __future__ import annotations

import glob
import os
import re
import sys
from importlib import metadata
from typing import Any

FLAVOURED = ("torch", "torchvision", "torchaudio")


def installed() -> dict[str, Any]:
    """Distributions by normalised name, the folders of metadata that are not read, and what is left of removed packages.

    A folder of metadata without a name in it is a leftover; so is one that pip renamed to ~name and could not remove.
    """
    found: dict[str, Any] = {}
    twice: dict[str, list[str]] = {}
    ghosts = [path for folder in dict.fromkeys(sys.path) for path in glob.glob(os.path.join(glob.escape(folder), "~*"))]
    for distribution in metadata.distributions():
        path = str(getattr(distribution, "_path", ""))
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or "").lower()
        if not name:
            ghosts.append(path)
        elif name in found:  # the first on the path is the one that is imported
            if os.path.realpath(path) != os.path.realpath(found[name]["metadata"]):
                twice.setdefault(name, []).append(path)
        elif not os.path.basename(path).startswith("~"):
            found[name] = {
                "version": distribution.version,
                "requires": distribution.requires or [],
                "modules": _modules(distribution),
                "flavour": _flavour(distribution, name) if name in FLAVOURED else "",
                "metadata": path,
                "installer": (distribution.read_text("INSTALLER") or "").strip(),
            }
    return {"distributions": found, "twice": twice, "ghosts": ghosts}


def _modules(distribution: metadata.Distribution) -> list[str]:
    """The names that one imports, from top_level.txt, else from the list of files."""
    text = distribution.read_text("top_level.txt")
    if text:
        return text.split()
    names = set()
    for file in distribution.files or []:
        first = file.parts[0]
        if len(file.parts) > 1 and file.parts[-1] == "__init__.py":
            names.add(first)
        elif len(file.parts) == 1 and first.endswith(".py"):
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
