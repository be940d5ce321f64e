"""Which repairs are made: those of the checks with a red finding that can be mended, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.repair import Remove, Repair, SetMode
from torch_starter.core.report import Finding, Verdict
from torch_starter.testing import evidence
from torch_starter.verbs._judge import Judged
from torch_starter.verbs._mend import planned

FIRST, SECOND = Remove("/env/~a", "left"), SetMode("/home/me/.netrc", "644", "600", "open")


def nothing(given: Evidence) -> Iterable[Finding]:
    return ()


def check(id: str, *repairs: Repair) -> Check:
    """A check that would make repairs; without any it has no way to."""
    return Check(id, "t", "a", nothing, repairs=(lambda given: repairs) if repairs else None)


def finding(id: str, verdict: Verdict = "fail", fixable: bool = True) -> Finding:
    return Finding(id=id, verdict=verdict, title="t", fixable=fixable)


def plan(checks: Sequence[Check], *found: Finding) -> list[Repair]:
    return planned(checks, Judged(list(found), evidence()))


@pytest.mark.parametrize(
    ("verdict", "fixable", "made"),
    [
        ("fail", True, True),
        ("warn", True, True),
        ("crash", True, True),
        ("unknown", True, True),
        ("ok", True, False),
        ("skip", True, False),
        ("fail", False, False),
        ("warn", False, False),
    ],
)
def test_what_is_red_and_can_be_mended_is(verdict: Verdict, fixable: bool, made: bool) -> None:
    assert plan([check("a.b", FIRST)], finding("a.b", verdict, fixable)) == ([FIRST] if made else [])


def test_a_family_is_mended_for_any_of_its_findings() -> None:
    assert plan([check("variables.names", FIRST)], finding("variables.names.HFHOME")) == [FIRST]


def test_a_check_whose_id_only_begins_like_it_is_not_meant() -> None:
    checks = [check("a.b", FIRST), check("a.bc", SECOND)]
    assert plan(checks, finding("a.bc")) == [SECOND]


def test_each_is_made_once_in_the_order_of_the_checks() -> None:
    checks = [check("a.b", SECOND, FIRST, SECOND), check("c.d", FIRST), check("e.f", SECOND)]
    assert plan(checks, finding("c.d"), finding("a.b"), finding("a.b.x")) == [SECOND, FIRST]


def test_a_finding_of_a_check_without_repairs_gives_none() -> None:
    assert plan([check("a.b"), check("c.d", FIRST)], finding("a.b")) == []


def test_an_interpreter_that_does_not_start_is_not_mended() -> None:
    assert planned([check("python.start", FIRST)], Judged([finding("python.start", "crash")], None)) == []
