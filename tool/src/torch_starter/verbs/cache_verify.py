"""`cache verify`: holds what is cached against its checksums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Finding, Report
    from torch_starter.verbs._verifying import Judged


def run(ask: Ask) -> Report:
    from torch_starter.core.lookout import Lookout
    from torch_starter.core.report import Report
    from torch_starter.verbs import _caches, _verifying

    report = Report(command="cache verify")
    caches = _caches.asked_for(ask.texts("only"))
    sealed, report.findings = _verifying.sealed_of(Lookout(ask.project, ask.machine, ask.spec), caches)
    judged = _verifying.judge(ask, sealed)
    for cache in (each for each in caches if each.sealed is not None):
        of = [each for each in judged if each.sealed.cache == cache.name]
        if of or not any(finding.group == cache.name for finding in report.findings):
            for finding, part in _verifying.findings(cache, of):
                fixes = ask.flag("fix") and part is not None and part.damaged
                report.findings.append(fixed(ask, report, finding, part) if fixes and part else finding)
    report.conclusion = _verifying.whole(judged) if report.status == "ok" and judged else ""
    return report


def fixed(ask: Ask, report: Report, finding: Finding, part: Judged) -> Finding:
    """The finding after its damage was removed, or as it was in a dry run; the change is told."""
    from torch_starter.verbs import _verifying_fix

    if ask.flag("dry-run"):
        report.changes.append(_verifying_fix.change(part, dry=True))
        return finding
    finding, change = _verifying_fix.mended(ask, part, finding)
    report.changes += [change] if change else []
    return finding


VERB = Verb(
    name="cache verify",
    summary="Hold what is cached against its checksums: models, weights, unpacked packages.",
    example="./dev.sh cache verify --only uv",
    run=run,
    changes=True,
    options=(
        Option("only", "Look at these caches alone.", "texts", "NAME"),
        Option("fix", "Remove what is damaged, so that it is fetched anew.", "flag"),
    ),
)
