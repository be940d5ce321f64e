"""The types of the spec's values, by their paths, and what they take in words for people."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from torch_starter.core.spec import Spec, Table


def type_at(path: Sequence[str]) -> Any:
    """The type of the value at a path that is known to the spec."""
    kind: Any = Spec
    for part in path:
        fields = field_types(kind)
        kind = fields.get(part, fields.get("*"))
    return kind


def description(kind: Any) -> str:
    """What a type takes, in words for people."""
    if isinstance(kind, types.UnionType):  # a value that may be left out
        return description(next(option for option in typing.get_args(kind) if option is not type(None)))
    for metadata in find_metadata(kind):
        if metadata.description:
            return metadata.description if typing.get_origin(kind) is not tuple else list_of(kind, metadata.description)
    if typing.get_origin(kind) is typing.Literal:
        return "one of " + ", ".join(str(word) for word in typing.get_args(kind))
    names = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number", tuple: "a list of texts"}
    return names.get(typing.get_origin(kind) or kind, "a table")


def list_of(kind: Any, each: str) -> str:
    """A list in words: of any length, or of as many as its type names."""
    count = len(typing.get_args(kind))
    return f"a list, each {each}" if Ellipsis in typing.get_args(kind) else f"a list of {count}, each {each}"


def find_metadata(kind: Any) -> Iterator[msgspec.Meta]:
    for part in (kind, *typing.get_args(kind)):
        yield from (item for item in getattr(part, "__metadata__", ()) if isinstance(item, msgspec.Meta))


def field_types(kind: Any) -> dict[str, Any]:
    """The keys that a table knows, with their types; "*" where any key may stand."""
    if typing.get_origin(kind) is dict:
        return {"*": typing.get_args(kind)[1]}
    for option in typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,):
        if isinstance(option, type) and issubclass(option, Table):
            return typing.get_type_hints(option, include_extras=True)
    return {}
