"""From what a probe answered to a finding: the same words for every check."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from torch_starter.core.evidence import Evidence
from torch_starter.core.knowledge import Break, knowledge, torch_release
from torch_starter.core.probing import Answer, needed
from torch_starter.core.report import Finding, Verdict

TRIO = ("torch", "torchvision", "torchaudio")


@dataclass(frozen=True)
class Cause:
    """A known reason for failures: the finding that tells it, and by which words in a traceback one knows its effects."""

    id: str
    sign: str

    def explains(self, answer: Answer) -> bool:
        return re.search(self.sign, answer.traceback + answer.err) is not None


def met_breaks(evidence: Evidence) -> list[Break]:
    """The undeclared breaks that the target has."""
    return [each for each in knowledge().breaks if each.met_by(evidence.installed.versions)]


def pair_mismatch(evidence: Evidence, companion: str) -> str:
    """Why torchvision or torchaudio does not belong to the installed torch, in words; empty where it does.

    The table of known releases decides, then what the wheels were built with: torchaudio refuses another CUDA altogether,
    torchvision another major version of it.
    """
    distributions = evidence.installed.distributions
    torch, other = distributions.get("torch"), distributions.get(companion)
    if torch is None or other is None:
        return ""
    row = torch_release(torch.version)
    wanted = getattr(row, companion) if row else None
    told = f"{companion} {other.version} ({other.flavour or 'flavour unknown'}) with torch {torch.version} ({torch.flavour})"
    if wanted and wanted != "none" and not other.version.startswith(f"{wanted}."):
        return told
    if not torch.flavour or not other.flavour or torch.flavour == other.flavour:
        return ""
    same_major = torch.flavour[:4] == other.flavour[:4]  # cu13 of cu130 and cu132
    return "" if companion == "torchvision" and same_major else told


def causes(evidence: Evidence) -> list[Cause]:
    """The known reasons that are present in the target."""
    found = [Cause(f"packages.breaks.{each.package}", each.sign) for each in met_breaks(evidence)]
    for companion in ("torchvision", "torchaudio"):
        if pair_mismatch(evidence, companion):
            found.append(Cause(f"packages.trio.{companion}", companion))
    return found


def from_answer(id: str, title: str, evidence: Evidence, answer: Answer | None, remedy: str) -> Finding:
    """The finding for one probe. What another finding explains is skipped, so that one cause gives one red line."""

    def finding(verdict: Verdict, seen: str, mend: str = "") -> Finding:
        return Finding(id=id, verdict=verdict, title=title, seen=seen, remedy=mend, seconds=seconds)

    seconds = round(answer.seconds, 3) if answer else 0.0
    if answer is None:
        return finding("unknown", "the probe did not run")
    if answer.ok:
        return finding("ok", str(answer.value.get("seen", "")))
    if needed(answer, "torch"):
        return finding("skip", "torch cannot be imported: see imports.torch")
    for cause in causes(evidence):
        if cause.explains(answer):
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
