from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.report import Finding, Report
from torch_starter.show.json_text import text
from unit.show import reports


@pytest.mark.parametrize(
    "report", [reports.judged(), reports.well(), reports.planned(), reports.stopped()], ids=lambda r: r.command
)
def test_it_is_one_document_with_a_newline_at_its_end(report: Report) -> None:
    written = text(report)
    assert written.endswith("}\n")
    document = json.loads(written)
    assert (document["exit_code"], document["status"]) == (report.exit_code, report.status)
    assert list(document)[:5] == ["schema", "tool", "command", "status", "exit_code"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_words_come_back(words: str) -> None:
    report = Report(command="x", findings=[Finding(id="a.b", verdict="ok", title=words)], notes=[words])
    document = json.loads(text(report))
    assert (document["findings"][0]["title"], document["notes"]) == (words, [words])


def test_facts_are_carried_as_they_are() -> None:
    facts = {"gpu": {"absent": "no NVIDIA driver is loaded"}, "cpu": {"count": 2, "quota": None}}
    assert json.loads(text(Report(command="facts", facts=facts)))["facts"] == facts
