"""Changing one value of torch-starter.toml, with its comments and its order kept."""

from __future__ import annotations

import re
from collections.abc import Mapping

import tomlkit
from tomlkit.items import Table

from torch_starter.making import toml_array


def with_variable(text: str, name: str, renamed_to: str, value: str | None) -> str:
    """The spec's text with a variable of [variables] renamed, given another value, or left out where `value` is None."""
    document = tomlkit.parse(text)
    variables = document.get("variables")
    if not isinstance(variables, Table) or name not in variables:
        return text
    kept = str(variables[name]) if value is None else value
    if not renamed_to and value is None:
        variables.remove(name)
    elif not renamed_to:
        variables[name] = kept
    elif renamed_to in variables:  # the right one is there already: the wrong one was never read
        variables.remove(name)
    else:
        variables[renamed_to] = kept
        variables.remove(name)
    return written(document, text)


def with_values(text: str, variables: Mapping[str, str], threads: str | None) -> str:
    """The spec's text with variables of [variables] set, and the number of threads where one is given."""
    document = tomlkit.parse(text)
    for table, values in (("variables", variables), ("threads", {"count": threads} if threads else {})):
        if values and table not in document:
            document[table] = tomlkit.table()
        for name, value in values.items():
            document[table][name] = value
    return written(document, text)


def written(document: tomlkit.TOMLDocument, before: str) -> str:
    """The text of a changed document, in which new lines end as those before do."""
    text: str = tomlkit.dumps(document)
    alike = before.count("\n") == before.count("\r\n")
    return re.sub(r"(?<!\r)\n", toml_array.newline(before), text) if alike else text
