"""Modules in the folders of a user's scripts that have the name of another: they come before it on the path."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Set
from pathlib import Path

# Loaded before any script, so that nothing hides them; and those of the standard library that programs do not import.
LOADED = {"abc", "codecs", "encodings", "genericpath", "io", "os", "posixpath", "ntpath", "site", "stat", "zipimport"}
UNUSED = {"antigravity", "idlelib", "lib2to3", "test", "this", "turtle", "turtledemo"}
STANDARD = frozenset(
    name for name in sys.stdlib_module_names - set(sys.builtin_module_names) - LOADED - UNUSED if not name.startswith("_")
)
# What packages leave at the top of site-packages by mistake, and what every project has.
COMMON = {"tests", "test", "docs", "doc", "examples", "example", "benchmarks", "scripts", "tools", "utils", "src", "conftest"}
COMMON |= {"setup", "build", "bin", "lib", "data", "config"}


def homonyms(folders: Iterable[Path], installed: Iterable[str], without: Set[str]) -> dict[str, tuple[str, ...]]:
    """Folder -> the files in it, such as random.py or torch/, that hide a module of the standard library or an installed one.

    The folders `without` are left out.
    """
    names = STANDARD | {name for name in installed if not name.startswith("_")} - COMMON
    real = {os.path.realpath(folder): None for folder in folders}
    return {folder: found for folder in real if folder not in without and (found := modules(folder, names))}


def modules(folder: str, names: Set[str]) -> tuple[str, ...]:
    """Those of the names that can be imported from a folder; one without an __init__.py hides nothing."""
    try:
        there = os.listdir(folder)
    except OSError:
        return ()
    files = {name for name in there if name.endswith(".py") and name[:-3] in names}
    packages = {f"{name}/" for name in names & set(there) if os.path.isfile(os.path.join(folder, name, "__init__.py"))}
    return tuple(sorted(files | packages))
