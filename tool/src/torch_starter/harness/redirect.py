"""Leads what a script writes into a scratch folder, and shows the script what it wrote as if it lay where it was to lie.

Installed in every process of a trial. It knows the functions of os and io, and those of libraries that open files by themselves
(_writers.py). What it cannot know writes to the real files: programs that the script starts, libraries that are not listed, and
what asks the system directly. Standard library alone, Python 3.8.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import io
import os
import posix
import sys
import types
from typing import Any

LEFT = ("posix", "_io", "builtins")  # the real ones, and what is put in place by name


def install(scratch: str, through: Any) -> Redirect:
    """From now on, in this process and those forked from it, writes go to the folder `scratch`.

    `through` are folders where they stay as they are: caches of compiled kernels, and temporary files that other programs read.
    """
    union = beside("_union").Union(scratch, through, beside)
    instead = beside("_instead")
    listing = beside("_listing").Listing(union, instead)
    opening = beside("_opening").Opening(union, instead)
    found = Redirect(union, beside("_writers").hooks(union))
    functions = instead.all_of(union, listing, opening)
    known = {id(getattr(posix, name)): new for name, new in functions.items()}
    known[id(io.open)] = instead.Instead(io.open, opening.open, "io")
    known[id(io.FileIO)] = opening.file_class()
    builtins.open = known[id(io.open)]
    for name, module in list(sys.modules.items()):
        if isinstance(module, types.ModuleType) and name not in LEFT:
            replace(module, known)
    support(functions)
    sys.meta_path.append(Written(union))
    importlib.util.spec_from_file_location = located(union, importlib.util.spec_from_file_location)
    for name in [name for name in found.hooks if name in sys.modules]:
        found.hooks[name](sys.modules[name])
    return found


class Redirect:
    """Writes that are led aside. `hooks`: what is to be called with a module of a name, once it was imported."""

    def __init__(self, union: Any, hooks: dict[str, Any]) -> None:
        self.union, self.hooks = union, hooks

    def kept(self) -> list[str]:
        """The paths of all files that were written aside so far, by all processes of the trial, as the script knows them."""
        return sorted(self.below(self.union.tree))

    def below(self, folder: str) -> Any:
        try:
            entries = list(posix.scandir(folder))
        except FileNotFoundError:
            return
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield self.union.known_as(entry.path)
            elif entry.name != "__pycache__":
                yield from self.below(entry.path)


def beside(file: str) -> Any:
    """The module in a file beside this one; the same one each time."""
    name = "torch_starter_harness_" + file
    if name not in sys.modules:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), file + ".py")
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError("no harness " + path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def replace(module: Any, known: dict[int, Any]) -> None:
    """Put our functions where a module, or a class of it, holds the real ones: it may have been imported before us."""
    for name, value in list(vars(module).items()):
        if id(value) in known:
            setattr(module, name, known[id(value)])
        elif isinstance(value, types.FunctionType):
            defaults(value, known)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            inside(value, known)


def inside(kind: Any, known: dict[int, Any]) -> None:
    for name, value in list(vars(kind).items()):
        held = value.__func__ if isinstance(value, staticmethod) else value
        if id(held) in known:
            setattr(kind, name, known[id(held)])
        elif isinstance(held, types.FunctionType):
            defaults(held, known)


def defaults(function: Any, known: dict[int, Any]) -> None:
    """tempfile's functions have some as default values."""
    if any(id(value) in known for value in function.__defaults__ or ()):
        function.__defaults__ = tuple(known.get(id(value), value) for value in function.__defaults__)


def support(functions: dict[str, Any]) -> None:
    """Say that ours can do what the real ones can, but for open folders: whoever sees that works with paths."""
    for able in (os.supports_follow_symlinks, os.supports_effective_ids):
        able.update([new for name, new in functions.items() if getattr(posix, name) in able])
    if "shutil" in sys.modules:
        sys.modules["shutil"]._use_fd_functions = False  # type: ignore[attr-defined]


class Written:
    """Finds modules that the script wrote itself."""

    def __init__(self, union: Any) -> None:
        self.union = union

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not self.union.journal.fresh():
            return None
        places = [self.union.reading(each or ".") for each in (sys.path if path is None else path) if isinstance(each, str)]
        aside = [place for place in places if place.startswith(self.union.tree)]
        return importlib.machinery.PathFinder.find_spec(name, aside, target) if aside else None


def located(union: Any, real: Any) -> Any:
    """As importlib.util.spec_from_file_location, for files that the script wrote."""

    def spec_from_file_location(name: Any, location: Any = None, **named: Any) -> Any:
        return real(name, location if location is None else union.reading(location), **named)

    return spec_from_file_location
