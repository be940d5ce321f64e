"""The source as data, for the tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch_starter

SRC = Path(torch_starter.__file__).parent
TOOL = SRC.parent.parent
ROOT = TOOL.parent
TESTS = TOOL / "tests"
PACKAGE = "torch_starter"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file below the folder `root`; its name is dotted and relative to it, such as core.lock."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        return ".".join(self.path.relative_to(self.root).with_suffix("").parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def folder(self) -> str:
        """The first part of the name; empty for a file beside cli.py."""
        return self.path.relative_to(self.root).parts[0] if self.path.parent != self.root else ""

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def imports(self) -> set[str]:
        """The dotted names of all imported modules, also those inside functions."""
        return {name for node in ast.walk(self.tree) for name in imported(node)}

    def top_imports(self) -> set[str]:
        """Those that are done when the module itself is imported: not inside functions."""
        return {name for node in outside_functions(self.tree) for name in imported(node)}

    def calls(self) -> set[str]:
        """The dotted names of all that is called, as far as they are names: os.fork, print."""
        return {ast.unparse(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}


def imported(node: ast.AST) -> Iterator[str]:
    """What an import statement imports; `from package import module` is package.module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if is_module(inner) else str(node.module)


def is_module(name: str) -> bool:
    """Whether a dotted name is a module or a package of ours."""
    path = SRC.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda):
            yield child
            yield from outside_functions(child)


def modules_of(folder: Path) -> list[Module]:
    return [Module(folder, path) for path in sorted(folder.rglob("*.py"))]


MODULES = modules_of(SRC)
TEST_MODULES = modules_of(TESTS)
PROBES = [module for module in MODULES if module.folder in ("probes", "samples", "harness")]  # what runs in the target
OURS = [module for module in MODULES if module not in PROBES]
