from __future__ import annotations

import pytest

from torch_starter.checks._answers import from_answer, what_happened
from torch_starter.core.probing import Answer
from torch_starter.core.report import Verdict
from torch_starter.testing import evidence

ANSWERS: list[tuple[Answer | None, Verdict, str]] = [
    (Answer("x", "ok", {"seen": "3 figures"}), "ok", "3 figures"),
    (
        Answer("x", "raised", error_type="ValueError", error="a wrong figure\nmore of it"),
        "fail",
        "ValueError: a wrong figure more of it",
    ),
    (Answer("x", "raised", error_type="KeyError", error=""), "fail", "KeyError: "),
    (Answer("x", "crashed", signal=11), "crash", "the process was killed by SIGSEGV"),
    (Answer("x", "crashed"), "crash", "the process ended without an answer"),
    (Answer("x", "hung", seconds=120.2), "crash", "did not come back within 120 s"),
    (None, "unknown", "the probe did not run"),
]
HANGING = 'Timeout (0:00:01)!\nThread 0x1 (most recent call first):\n  File "/a/b.py", line 7 in wait\n'


@pytest.mark.parametrize(("answer", "verdict", "seen"), ANSWERS)
def test_an_answer_becomes_a_finding(answer: Answer | None, verdict: Verdict, seen: str) -> None:
    finding = from_answer("g.x", "title", evidence(), answer, "mend it")
    assert (finding.verdict, finding.seen) == (verdict, seen)
    assert finding.remedy == ("mend it" if verdict in ("fail", "crash") else "")


def test_a_hang_is_told_with_the_place_where_it_was() -> None:
    assert what_happened(Answer("x", "hung", seconds=1, err=HANGING)) == "did not come back within 1 s, at /a/b.py:7"


def test_a_long_error_is_told_shortly() -> None:
    assert len(what_happened(Answer("x", "raised", error_type="E", error="long " * 500))) == 400
