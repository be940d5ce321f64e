from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.report import Change, Finding, Place, Report, Stop, Verdict
from torch_starter.show.issue_text import text
from torch_starter.show.redact import Person
from unit.show import reports

ANN = Person("/home/ann", "ann", "login07")
SECRET = "hf_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
VERDICTS: list[Verdict] = ["ok", "warn", "fail", "crash", "skip", "unknown"]


def test_a_stranger_reads() -> None:
    shown = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", text(reports.everything(), ANN))
    assert shown == golden("issue.md", shown)


def test_what_stopped_it_is_told() -> None:
    shown = text(reports.stopped(), ANN)
    assert "#### stopped: `network.unreachable`" in shown
    assert "what to do  connect, then again" in shown


def test_what_failed_comes_first() -> None:
    heads = re.findall(r"^#### (\w+): `(.+)`$", text(reports.judged(), ANN), re.MULTILINE)
    assert [verdict for verdict, _ in heads] == ["crash", "fail", "unknown", "warn"]
    assert heads[1][1] == "packages.trio.torchaudio"


def test_versions_of_packages_are_told_from_facts_or_from_imports() -> None:
    assert "Packages: `torch==2.14.1`" in text(reports.everything(), ANN)
    facts = {"packages": {"numpy": "1.26.4"}, "cpu": {"count": 2}}
    shown = text(Report(command="x", facts=facts), ANN)
    assert "Packages: `numpy==1.26.4`" in shown
    assert "`packages`" not in shown


def test_it_fits_into_an_issue_and_says_what_was_left_out() -> None:
    shown = text(reports.many(), ANN)
    assert 40_000 < len(shown.encode()) < 60_000
    left_out = re.search(r"(\d+) more that are not well were left out", shown)
    assert left_out
    assert int(left_out.group(1)) + shown.count("#### fail") == 120
    assert "line 0 of" in shown
    assert "line 199 of" in shown
    assert "characters left out" in shown
    assert "| `cpu` |" in shown


@given(
    st.lists(
        st.builds(
            Finding, id=st.text(max_size=300), verdict=st.sampled_from(VERDICTS), title=st.text(), seen=st.text(max_size=3000)
        ),
        max_size=8,
    ),
    st.lists(st.text(max_size=30_000), max_size=4),
)
def test_it_is_never_too_long(findings: list[Finding], notes: list[str]) -> None:
    assert len(text(Report(command="x", findings=findings, notes=notes), ANN).encode()) < 60_000


@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_secret_survives_wherever_it_stands(verdict: Verdict) -> None:
    said = f"{SECRET} of ann on login07 below /home/ann/x"
    finding = Finding(
        id=f"a.{SECRET}", verdict=verdict, title=said, seen=said, wanted=said, remedy=said, place=Place("/home/ann/.env", 3)
    )
    change = Change(kind="file", name=said, was=said, now=said, why=said)
    report = Report(
        command="verify-setup",
        findings=[finding],
        changes=[change],
        notes=[said],
        facts={"x": {said: [said]}},
        stop=Stop("code", said, said),
    )
    shown = text(report, ANN)
    assert "[secret]" in shown
    assert not [word for word in (SECRET, "ann", "login07") if re.search(rf"\b{word}\b", shown)]


def test_a_secret_is_not_cut_in_two_and_shown_by_halves() -> None:
    for before in range(1200, 1260):
        seen = "x " * (before // 2) + SECRET + " y" * 2000
        shown = text(Report(command="x", findings=[Finding(id="a.b", verdict="fail", title="t", seen=seen)]), ANN)
        assert "hf_" not in shown
        assert SECRET[-8:] not in shown


def test_the_words_of_a_program_mean_nothing_in_markdown() -> None:
    said = "```\n# heading\n@somebody #1 | <b>\n````"
    shown = text(
        Report(command="x", findings=[Finding(id="a|`b", verdict="fail", title="t", seen=said)], facts={"f|": "a`b|c"}), ANN
    )
    fences = re.findall(r"^(`{3,})(?:text)?$", shown, re.MULTILINE)
    assert fences.count("`````") == 2
    assert "#### fail: `a\\|'b`" in shown
    assert "| `f\\|` | `a'b\\|c` |" in shown


def test_control_codes_are_left_out() -> None:
    shown = text(Report(command="x", findings=[Finding(id="a.b", verdict="fail", title="t", seen="\x1b[31mred\x1b[0m\x07")]), ANN)
    assert "seen    red\n" in shown
