"""The lists of packages in `pyproject.toml` as text: found, put back, and a new one made."""

from __future__ import annotations

import re
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable

from torch_starter.core import requirements
from torch_starter.core.problems import WrongSpec
from torch_starter.making import toml_array

INDENT = re.compile(r"^([ \t]+)[\"']", re.MULTILINE)
CORE, EXTRAS = "dependencies", "optional-dependencies"


def indent(text: str) -> str:
    """How far strings in arrays are indented in this file."""
    first = INDENT.search(text)
    return first[1] if first else "  "


def holder(document: tomlkit.TOMLDocument, key: str | None) -> tuple[Any, str]:
    """The table that holds a list, and the list's key there."""
    project: Any = document["project"]
    return (project, CORE) if key is None else (project[EXTRAS], key)


def found(text: str, key: str | None) -> Array | None:
    """A list; None where there is none. Raises WrongSpec for anything else than a list."""
    table, name = holder(tomlkit.parse(text), key)
    there = table.get(name)
    if there is not None and not isinstance(there, Array):
        raise WrongSpec("pyproject.form", f"{name} is no list in {requirements.NAME}", f"write it as a list: {name} = []")
    return there


def array(text: str, key: str | None) -> str:
    """The text of a list, from [ to ]."""
    there = found(text, key)
    return "[]" if there is None else there.as_string()


def lines(text: str, key: str | None) -> list[str]:
    """What a list holds, as it is written."""
    return [str(each) for each in found(text, key) or ()]


def with_array(text: str, key: str | None, raw: str) -> str:
    """With another text of a list."""
    document = tomlkit.parse(text)
    table, name = holder(document, key)
    table[name] = item(raw, text)
    return tomlkit.dumps(document)


def with_extra(text: str, extra: str, requirement: str) -> str:
    """With a new extra behind the others, its list in the form of those that are there."""
    end = toml_array.newline(text)
    raw = toml_array.added(f"[{end}]" if INDENT.search(text) else "[]", requirement, indent(text))
    document = tomlkit.parse(text)
    project: Any = document["project"]
    if EXTRAS in project:
        place_last(project[EXTRAS], extra, item(raw, text))
        return tomlkit.dumps(document)
    if isinstance(project, InlineTable):
        raise WrongSpec(
            "pyproject.form", f"[project] is an inline table in {requirements.NAME}", "write it as a table: [project]"
        )
    key = tomlkit.key(extra).as_string()
    return f"{text.rstrip()}{end}{end}[project.{EXTRAS}]{end}{key} = {raw}{end}"


def place_last(table: Any, key: str, value: Any) -> None:
    """Put a key behind the last one, before the comments that follow: they belong to what comes next."""
    body = table.value.body
    last = max((number for number, (each, _) in enumerate(body) if each is not None), default=-1)
    rest = body[last + 1 :]
    del body[last + 1 :]
    table[key] = value
    body.extend(rest)


def item(raw: str, text: str) -> Any:
    """The text of a list as what can be put into a document."""
    return tomlkit.parse(f"list = {raw}{toml_array.newline(text)}")["list"]
