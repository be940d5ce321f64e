"""Finds the things that files add: no registry, no list to edit."""

from __future__ import annotations

import importlib
import pkgutil


def collect[T](folder: str, kind: type[T]) -> list[T]:
    """All objects of `kind` that the modules of the package `folder` define, in the order of their files.

    `folder` is a dotted name below torch_starter, such as "checks". A file whose name starts with an underscore is a
    helper of its folder and adds nothing.
    """
    package = importlib.import_module(f"torch_starter.{folder}")
    found: list[T] = []
    for module_name in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        if module_name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_name}")
        for thing in vars(module).values():
            if isinstance(thing, kind) and thing not in found:
                found.append(thing)
            elif isinstance(thing, tuple) and thing and isinstance(thing[0], kind):
                found += [item for item in thing if item not in found]
    return found
