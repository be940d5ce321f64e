"""What explains failures is gathered from all checks, whatever becomes of one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.testing import evidence
from torch_starter.verbs._judge import causes


def nothing(evidence: Evidence) -> Iterator[Finding]:
    yield from ()


def well(evidence: Evidence) -> Iterator[Cause]:
    yield Cause("a.well", sign="x")


@pytest.mark.parametrize("error", [Absent("none"), Unknown("not looked"), ValueError("No closing quotation")])
def test_a_cause_that_fails_costs_itself_alone(error: Exception) -> None:
    def failing(evidence: Evidence) -> Iterator[Cause]:
        yield Cause("a.before", sign="x")
        raise error

    checks = [Check(f"a.{i}", "", "", nothing, causes=each) for i, each in enumerate((well, failing, well))]
    assert [cause.id for cause in causes(checks, evidence())] == ["a.well", "a.before", "a.well"]
