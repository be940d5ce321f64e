"""Asking one rule of small container files, for the tests of rules."""

from __future__ import annotations

from collections.abc import Mapping

from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Finding
from torch_starter.testing import rule_findings

RULES = {rule.id: rule for rule in collect("rules", Rule)}
MARK = "«"  # at the end of each line that must be named
TORCH = "FROM ubuntu:24.04\nRUN pip install --no-cache-dir torch==2.9.1\n"

Texts = str | Mapping[str, str]


def files(given: Texts) -> dict[str, str]:
    """Texts by path; a single one is called after what it looks like."""
    if not isinstance(given, str):
        return dict(given)
    text = given.lstrip()
    path = (
        ".devcontainer/devcontainer.json"
        if text.startswith(("{", "//"))
        else "compose.yaml"
        if "services:" in text
        else "Dockerfile"
    )
    return {path: given}


def marked(texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The texts without their marks, and the places that had one."""
    lines = [(path, number, line) for path, text in texts.items() for number, line in enumerate(text.split("\n"), 1)]
    places = [f"{path}:{number}" for path, number, line in lines if MARK in line]
    return {path: text.replace(f" {MARK}", "").replace(MARK, "") for path, text in texts.items()}, places


def ask(word: str, given: Texts, modes: Mapping[str, str] | None = None) -> list[Finding]:
    """What the rule files.<word> says."""
    return rule_findings(RULES[f"files.{word}"], files(given), modes)


def same(word: str, verdict: str, given: Texts, modes: Mapping[str, str] | None = None) -> bool:
    """That the rule gives this verdict at the marked lines and no other; where nothing is marked it says so once."""
    texts, places = marked(files(given))
    try:
        found = ask(word, texts, modes)
    except Absent:
        assert (verdict, places) == ("skip", [])
        return True
    assert {each.verdict for each in found} == {verdict}, found
    assert {each.id for each in found} == {f"files.{word}"}
    if verdict == "ok":
        assert len(found) == 1
        assert found[0].seen
        return not places
    assert all(each.seen and each.wanted and each.remedy and each.title for each in found)
    assert sorted(str(each.place) for each in found) == sorted(places)
    return True
