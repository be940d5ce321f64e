"""Which files a file of tests imports, by itself or by others, and what of a file is run when it is imported.

Coverage of a test does not have what was run before it: the bodies of modules, what they call, and what is computed once for
several tests. Imports are read from the syntax tree, also those inside functions.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

Function = ast.FunctionDef | ast.AsyncFunctionDef
DYNAMIC = {"import_module", "__import__", "exec", "eval", "run_path", "run_module", "iter_modules", "walk_packages"}


@dataclass(frozen=True)
class Source:
    """One file: the dotted names that it imports, the digest of all of it, and whether it keeps results or imports by names."""

    imports: frozenset[str]
    digest: str
    keeps: bool
    dynamic: bool
    tree: ast.Module | None


def read(path: Path, name: str) -> Source:
    """A file called `name` relative to the project; one that is no Python, or is nested too deeply, has no tree."""
    try:
        text = path.read_bytes()
    except OSError:
        return whatever(b"")
    try:
        tree = ast.parse(text)
        nodes = list(ast.walk(tree))
        keeps = any(isinstance(node, ast.Global) or (isinstance(node, Function) and is_cached(node)) for node in nodes)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return whatever(text)
    imports = frozenset(found for node in nodes for found in imported(node, PurePosixPath(name)))
    called = {called_name(node) for node in nodes if isinstance(node, ast.Call)}
    return Source(imports, digest_of(text), keeps, bool(called & DYNAMIC), tree)


def whatever(text: bytes) -> Source:
    """A file of which nothing is known but that it is another one when it has changed: it may import and keep anything."""
    return Source(frozenset(), digest_of(text), keeps=True, dynamic=True, tree=None)


def digest_of(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def called_name(node: ast.Call) -> str:
    """The last word of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def is_cached(function: Function) -> bool:
    """Whether it keeps its results for whoever asks next."""
    return any("cache" in ast.unparse(each) for each in function.decorator_list)


def imported(node: ast.AST, file: PurePosixPath) -> Iterator[str]:
    """The dotted names that a statement imports; relative ones from the file's own folder."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        folder = ".".join(file.parts[: len(file.parts) - node.level]) if node.level else ""
        base = ".".join(filter(None, (folder, node.module)))
        yield from (base, *(f"{base}.{alias.name}" for alias in node.names))


def closures(sources: Mapping[str, Source]) -> dict[str, frozenset[str]]:
    """Of each file all that it imports, directly or by others, and itself. One that imports by names may import any."""
    index: dict[str, set[str]] = {}
    for name in sources:
        for dotted in dotted_names(name):
            index.setdefault(dotted, set()).add(name)
    direct = {name: direct_imports(source, index) for name, source in sources.items()}
    found = {}
    for name in sources:
        seen, waiting = {name}, [name]
        while waiting:
            fresh = direct[waiting.pop()] - seen
            seen |= fresh
            waiting += fresh
        found[name] = frozenset(sources) if any(sources[each].dynamic for each in seen) else frozenset(seen)
    return found


def direct_imports(source: Source, index: Mapping[str, set[str]]) -> set[str]:
    """The files of the project behind the names that a file imports; a package is imported with whatever is in it."""
    prefixes = {
        ".".join(parts[:end]) for parts in (name.split(".") for name in source.imports) for end in range(1, len(parts) + 1)
    }
    return set().union(*(index.get(prefix, set()) for prefix in prefixes)) if prefixes else set()


def dotted_names(name: str) -> Iterator[str]:
    """The names by which a file may be imported, whichever folder is on the path: a.b.c, b.c, c."""
    parts = list(PurePosixPath(name).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    yield from (".".join(parts[start:]) for start in range(len(parts)))


def shell(source: Source, at_import: Collection[str]) -> str:
    """The digest of what is run when a file is imported: all but the bodies of functions that are not called then.

    `at_import`: the qualified names of those that are. Of a file that is nested too deeply it is the digest of all of it.
    """
    if source.tree is None:
        return source.digest
    try:
        return digest_of("\n".join(outside(source.tree, "", frozenset(at_import))).encode())
    except RecursionError:
        return source.digest


def outside(node: ast.AST, inside: str, at_import: frozenset[str]) -> Iterator[str]:
    """The words of a tree without the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            name = f"{inside}{child.name}"
            yield child.name + "".join(map(ast.dump, [*child.decorator_list, child.args]))
            if name in at_import:
                yield ast.dump(child)
        elif isinstance(child, ast.ClassDef):
            yield child.name + "".join(map(ast.dump, [*child.bases, *child.keywords, *child.decorator_list]))
            yield from outside(ast.Module(child.body, []), f"{inside}{child.name}.", at_import)
        elif any(isinstance(each, Function | ast.ClassDef) for each in ast.walk(child)):
            yield type(child).__name__ + "".join(
                ast.dump(each) for each in ast.iter_child_nodes(child) if isinstance(each, ast.expr)
            )
            yield from outside(child, inside, at_import)
        else:
            yield ast.dump(child)
