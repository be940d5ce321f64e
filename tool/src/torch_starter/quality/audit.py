"""What is not safe: known vulnerabilities, requirements without hashes, indexes that can be confused, loads that run code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.later import Later
from torch_starter.core.problems import Problem, WrongUsage
from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Finding
from torch_starter.quality import _audit_hashes, _audit_packages, _audit_places, _audit_weights
from torch_starter.quality._audit_packages import Looked

Step = Callable[[str], None]
PARTS: dict[str, tuple[str, Callable[[Code, Step], Looked]]] = {
    _audit_packages.VULNERABLE: (
        _audit_packages.TITLES[_audit_packages.VULNERABLE],
        _audit_packages.known_vulnerabilities,
    ),
    _audit_packages.YANKED: (_audit_packages.TITLES[_audit_packages.YANKED], _audit_packages.taken_back),
    _audit_hashes.ID: (_audit_hashes.TITLE, _audit_hashes.hashed),
    _audit_places.ID: (_audit_places.TITLE, _audit_places.sources),
    _audit_weights.ID: (_audit_weights.TITLE, _audit_weights.loading),
}


def nothing(text: str) -> None:
    """Nobody wants to know how far it is."""


def all_of(code: Code, step: Step = nothing, strict: bool = True) -> Looked:
    """All parts beside each other, told in their order. Where it is `strict`, it raises WrongUsage for wrong advisories."""
    works = [Later(partial(guarded, id, code, step, strict)) for id in PARTS]
    for work in works:
        work.wait()  # none goes on where another one stops us
    looked = [work.result() for work in works]
    return Looked(
        [finding for each in looked for finding in each.findings],
        {key: value for each in looked for key, value in each.facts.items()},
    )


def guarded(id: str, code: Code, step: Step, strict: bool) -> Looked:
    """One part; what it could not look at is a finding, too."""
    title, part = PARTS[id]
    try:
        return part(code, step)
    except Absent as reason:
        return Looked([Finding(id=id, verdict="skip", title=title, seen=str(reason))])
    except Unknown as reason:
        return Looked([Finding(id=id, verdict="unknown", title=title, seen=str(reason), remedy=reason.remedy)])
    except Problem as problem:
        if strict and isinstance(problem, WrongUsage):
            raise
        return Looked([Finding(id=id, verdict="unknown", title=title, seen=problem.message, remedy=problem.remedy)])


def look(code: Code) -> Iterator[Finding]:
    """All findings; what one part cannot read hides nothing of the others."""
    yield from all_of(code, strict=False).findings


QUALITY = Quality(
    name="audit",
    title="nothing that is known to be unsafe",
    about=(
        "Known vulnerabilities of the packages, those that were taken back, requirements without hashes, indexes by which a "
        "package can come from elsewhere, and calls that run what they load."
    ),
    look=look,
    mend="./dev.sh audit says it for each. A line that was looked at: `# audit: allow`. A vulnerability: [audit] ignore.",
    source="OSV schema 1.7; uv audit; PEP 592; the manuals of torch.load, numpy.load and pickle",
    command="audit",
)
