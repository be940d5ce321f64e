"""Rules of container files: what each says of itself, and that it only reads what was parsed."""

from __future__ import annotations

import re

import pytest

from shape.source import MODULES
from shape.test_floors import ours
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Rule

RULES = collect("rules", Rule)
SENTENCES = ("title", "why", "found", "mend", "source", "unit")
FOLDER = [module for module in MODULES if module.folder == "rules"]
OUTSIDE = {"os", "pathlib", "subprocess", "socket", "time", "random", "yaml"}


def test_ids_are_of_one_group_and_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) > 40
    assert sorted(set(ids)) == sorted(ids)
    assert not [id for id in ids if not re.fullmatch(r"files\.[a-z][a-z0-9]*(-[a-z0-9]+)*", id)]


@pytest.mark.parametrize("field", SENTENCES)
def test_every_rule_says(field: str) -> None:
    assert not [rule.id for rule in RULES if not getattr(rule, field).strip()]


def test_what_a_rule_says_is_one_short_text_each() -> None:
    assert not [(rule.id, field) for rule in RULES for field in SENTENCES if len(getattr(rule, field)) > 500]


def test_a_rule_touches_nothing_but_what_was_parsed() -> None:
    """It imports the core, the other rules, and the names of shells alone; it opens nothing."""
    assert len(FOLDER) > 20
    assert not [m.name for m in FOLDER if {name.split(".")[0] for name in m.imports()} & OUTSIDE or m.calls() & {"open", "eval"}]
    folders = {name.split(".")[1] for module in FOLDER for name in ours(module)}
    assert folders == {"core", "rules", "parsers"}
    assert {name for m in FOLDER for name in ours(m) if ".parsers." in name} == {"torch_starter.parsers.shell"}


def test_every_rule_has_a_test() -> None:
    from shape.source import TESTS

    texts = "".join(path.read_text() for path in (TESTS / "unit" / "rules").glob("test_*.py"))
    assert not [rule.id for rule in RULES if f'"{rule.id.removeprefix("files.")}"' not in texts]
