"""Asking one check, for the tests of checks."""

from __future__ import annotations

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.testing import findings


def one(check: Check, given: Evidence) -> Finding:
    """The one finding of a check; what is not well says what is wanted and what mends it, what is well does not."""
    (finding,) = findings(check, given)
    assert finding.id == check.id
    assert bool(finding.remedy) == (finding.verdict in ("warn", "fail", "crash"))
    assert finding.seen
    return finding


def verdict(check: Check, given: Evidence) -> Verdict:
    return one(check, given).verdict


def explained(check: Check, given: Evidence) -> list[str]:
    """What a check says is the cause of failures elsewhere."""
    assert check.causes is not None
    return [cause.id for cause in check.causes(given)]
