"""Variables over the spec: each that is documented, with its value as a shell has it."""

from __future__ import annotations

import re

import pytest

from shape.source import ROOT
from torch_starter.core.spec import Spec
from torch_starter.core.spec_file import load, overrides
from torch_starter.core.spec_types import field_types

DOCUMENTED = re.findall(
    r"^\| `([a-z]+)\.([a-z_]+)` \|.*\| `(.*)` \|$", (ROOT / "docs" / "reference.md").read_text(), re.MULTILINE
)


@pytest.mark.parametrize(("table", "key", "default"), DOCUMENTED, ids=[f"{table}.{key}" for table, key, _ in DOCUMENTED])
def test_each_variable_that_is_documented_takes_its_value_as_a_shell_has_it(table: str, key: str, default: str) -> None:
    for text in (default, default.strip('"')):
        loaded = load("", {f"TORCH_STARTER_{table}_{key}".upper(): text})
        assert loaded.spec == Spec()
        assert loaded.origin(f"{table}.{key}").startswith("environment")


def test_all_variables_are_documented() -> None:
    variables = {f"TORCH_STARTER_{table}_{key}".upper(): "" for table, key, _ in DOCUMENTED}
    tables = {table: kind for table, kind in field_types(Spec).items() if "*" not in field_types(kind)}
    known = {(table, key) for table, kind in tables.items() for key, each in field_types(kind).items() if not field_types(each)}
    assert set(overrides(variables)) == known


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("THREADS_COUNT", "2", "2"),
        ("THREADS_COUNT", '"2"', "2"),
        ("PYTHON_VERSION", "3.10", "3.10"),
        ("UPDATE_EXCLUDE_NEWER", "2026-11-01", "2026-11-01"),
        ("SECURITY_CREDENTIALS_MODE", "600", "600"),
        ("SECURITY_NO_NEW_PRIVILEGES", "false", False),
        ("CONTAINER_PIDS", "12", 12),
    ],
)
def test_a_variable_is_a_text_where_a_text_is_wanted(name: str, text: str, wanted: object) -> None:
    table, _, key = name.lower().partition("_")
    assert getattr(getattr(load("", {f"TORCH_STARTER_{name}": text}).spec, table), key) == wanted
