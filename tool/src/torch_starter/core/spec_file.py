"""Reads the spec. A mistake is refused with its line and, for an unknown key, with the nearest known one."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from torch_starter.core.problems import WrongSpec
from torch_starter.core.spec import Spec
from torch_starter.core.spec_types import description, field_types, type_at

PREFIX = "TORCH_STARTER_"
NAME = "torch-starter.toml"


@dataclass(frozen=True)
class LoadedSpec:
    """A spec, and for each of its values where it came from: `default`, `file line 12`, `environment NAME`."""

    spec: Spec
    origins: dict[str, str]

    def origin(self, path: str) -> str:
        """Where the value at a dotted path such as "container.memory" came from."""
        return self.origins.get(path, "default")


def load(text: str, variables: Mapping[str, str]) -> LoadedSpec:
    """The spec in `text`, with values that variables such as TORCH_STARTER_CONTAINER_MEMORY put over it.

    Raises WrongSpec, naming the line, for what is not TOML, an unknown key, or a value of a wrong type or unit.
    """
    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a ValueError: also for numbers of thousands of digits
        raise WrongSpec("spec.syntax", f"{NAME} is not valid TOML: {error}", f"mend that place in {NAME}") from error
    lines = key_lines(text)
    origins = {dotted(path): f"{NAME} line {lines.get(dotted(path), 0)}" for path in leaves(tree)}
    for (table, key), name in overrides(variables).items():
        if isinstance(tree.setdefault(table, {}), dict):  # else the file is wrong there, which is said below
            tree[table][key] = read_value(variables[name], type_at((table, key)))
            origins[f"{table}.{key}"] = f"environment {name}"
    refuse_unknown(tree, Spec, "", lines)
    refuse_wrong_values(tree, origins)
    try:
        return LoadedSpec(mirrored(msgspec.convert(tree, Spec, strict=True)), origins)
    except msgspec.ValidationError as error:  # what is left: a key that must be there is not
        raise missing_key(error, tree, lines) from error


def mirrored(spec: Spec) -> Spec:
    """With a mirror no other index is asked."""
    if not spec.install.mirror:
        return spec
    replace = msgspec.structs.replace
    return replace(spec, accelerators={name: replace(each, index=None) for name, each in spec.accelerators.items()})


def missing_key(error: msgspec.ValidationError, tree: Mapping[str, Any], lines: Mapping[str, int]) -> WrongSpec:
    """The problem for a cache without one of the keys that every cache has, the only table with such keys."""
    key = str(error).partition("`")[2].partition("`")[0]
    name = next((name for name, table in tree.get("caches", {}).items() if key not in table), "")
    place = f"{NAME} line {lines.get(f'caches.{name}', 0)}"
    return WrongSpec("spec.value", f"{place}: caches.{name} has no {key!r}", f"add {key} to [caches.{name}] in {NAME}")


def refuse_wrong_values(tree: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Raise WrongSpec for the first value that its type does not take."""
    for path in leaves(tree):
        kind, value = type_at(path), value_at(tree, path)
        if not takes(kind, value):
            raise WrongSpec(
                "spec.value",
                f"{origin_of(path, origins)}: {dotted(path)} is {value!r}: {description(kind)} is wanted",
                f"mend {dotted(path)} in {NAME}",
            )


def takes(kind: Any, value: Any) -> bool:
    """Whether a type takes a value."""
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError:
        return False
    return True


def dotted(path: Sequence[str]) -> str:
    """A path as people write it."""
    return ".".join(path)


def origin_of(path: tuple[str, ...], origins: Mapping[str, str]) -> str:
    """Where a value came from; one inside a table that a variable holds came from that variable."""
    parts = (dotted(path[:depth]) for depth in range(len(path), 0, -1))
    return next((origins[part] for part in parts if part in origins), NAME)


def value_at(tree: Mapping[str, Any], path: Sequence[str]) -> Any:
    """The value at a path."""
    value: Any = tree
    for part in path:
        value = value[part]
    return value


def refuse_unknown(tree: Mapping[str, Any], kind: Any, path: str, lines: Mapping[str, int]) -> None:
    """Raise WrongSpec for the first key that no table knows."""
    known = field_types(kind)
    if not known:
        return
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        if key not in known and "*" not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            place = f"{NAME} line {lines[here]}" if here in lines else NAME
            raise WrongSpec(
                "spec.unknown-key",
                f"{place}: there is no key {key!r} {f'in [{path}]' if path else 'at the top level'}; the nearest is {near!r}",
                f"write {near} there, or remove the line; known keys: {', '.join(sorted(known))}",
            )
        if isinstance(value, dict):
            refuse_unknown(value, known.get(key, known.get("*")), here, lines)


def key_lines(text: str) -> dict[str, int]:
    """The line of each key and table of a TOML text, by dotted path. Good for tables and bare keys, as in our files."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):  # as TOML counts: other signs that end a line may be in comments
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = header[1].strip().replace('"', "")
            parts = table.split(".")
            for depth in range(1, len(parts) + 1):
                found.setdefault(".".join(parts[:depth]), number)
        elif key := re.match(r"\s*([A-Za-z0-9_.\"-]+)\s*=", line):
            name = key[1].replace('"', "")
            found[f"{table}.{name}" if table else name] = number
    return found


def leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all values."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def overrides(variables: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Table and key -> variable name, for variables such as TORCH_STARTER_THREADS_COUNT that name a value of a fixed table."""
    fixed = {}
    for table, kind in field_types(Spec).items():
        for key in field_types(kind):
            name = f"{PREFIX}{table}_{key}".upper()
            if key != "*" and name in variables:
                fixed[table, key] = name
    return fixed


def read_value(text: str, kind: Any) -> Any:
    """What a variable says: a TOML value, and the text itself where that alone is wanted, such as the version 3.12."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
    return text if takes(kind, text) and not takes(kind, value) else value


def read(path: Path, text: str | None, variables: Mapping[str, str]) -> LoadedSpec:
    """The spec of a project whose file has `text`; raises WrongSpec where there is no file."""
    if text is None:
        raise WrongSpec("spec.missing", f"there is no {path}", "git checkout -- torch-starter.toml")
    return load(text, variables)
