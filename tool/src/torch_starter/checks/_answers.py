"""From what a probe answered to a finding: the same words for every check."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable

from torch_starter.core.evidence import Evidence
from torch_starter.core.probing import Answer, needed
from torch_starter.core.report import Finding, Verdict


def from_answer(
    id: str, title: str, evidence: Evidence, answer: Answer | None, remedy: str, needs: Iterable[str] = ()
) -> Finding:
    """The finding for one probe, which needs the packages `needs`.

    What another finding explains is skipped, so that one cause gives one red line.
    """

    def finding(verdict: Verdict, seen: str, mend: str = "") -> Finding:
        return Finding(
            id=id, verdict=verdict, title=title, seen=seen, remedy=mend, seconds=seconds, probe=probe, about=tuple(needs)
        )

    seconds = round(answer.seconds, 3) if answer else 0.0
    probe = answer.probe if answer else ""
    if answer is None:
        return finding("unknown", "the probe did not run")
    if answer.ok:
        return finding("ok", str(answer.value.get("seen", "")))
    if needed(answer, "torch"):
        return finding("skip", "torch cannot be imported: see imports.torch")
    for cause in evidence.causes:
        if cause.id != id and cause.explains(answer, evidence.needs(needs)):
            return finding("skip", f"see {cause.id}")
    return finding("fail" if answer.outcome == "raised" else "crash", what_happened(answer), remedy)


def what_happened(answer: Answer) -> str:
    """An answer that is not well, in a line or two."""
    if answer.outcome == "hung":
        where = re.search(r'File "([^"]+)", line (\d+) in (\S+)', answer.err)
        return f"did not come back within {answer.seconds:.0f} s" + (f", at {where[1]}:{where[2]}" if where else "")
    if answer.outcome == "crashed":
        name = signal.Signals(answer.signal).name if answer.signal else "ended without an answer"
        return f"the process was killed by {name}" if answer.signal else f"the process {name}"
    lines = answer.error.strip().splitlines() or [""]
    return f"{answer.error_type}: {lines[0] if len(lines[0]) > 20 else ' '.join(lines)}"[:400]
