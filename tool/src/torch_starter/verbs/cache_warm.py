"""`cache warm`: fetches what the spec names, so that it is there before it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report

PARTS = ("packages", "models", "datasets")


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Report

    parts = asked(ask)
    report = Report(command="cache warm")
    if "packages" in parts:
        warm_packages(ask, report)
    warm_hub(ask, report, parts)
    report.notes += [f"{each.title}: {each.seen}" for each in report.findings if each.verdict == "ok"]
    if ask.flag("dry-run"):
        report.notes.append("Nothing was fetched.")
    return report


def asked(ask: Ask) -> tuple[str, ...]:
    """The parts that are wanted; raises WrongUsage for an unknown one."""
    from torch_starter.core.problems import WrongUsage

    for word in ask.texts("only"):
        if word not in PARTS:
            raise WrongUsage("warm.unknown", f"there is nothing called {word!r} to warm", f"give one of: {', '.join(PARTS)}")
    return ask.texts("only") or PARTS


def warm_packages(ask: Ask, report: Report) -> None:
    """The packages of all extras. Raises what stops them; the hub is not asked then."""
    from torch_starter.core.report import Finding
    from torch_starter.verbs import _warming

    found = _warming.wanted(ask)
    report.changes += _warming.planned(found)
    if not ask.flag("dry-run"):
        finding, measured = _warming.fetch(ask, found)
        report.findings.append(finding)
        report.measurements += measured
        return
    seen = f"{_warming.to_fetch(found)} to fetch" if found.lacking else f"all {found.total} are in the cache"
    report.findings.append(Finding(id="packages", verdict="ok", title=found.title, seen=seen))


def warm_hub(ask: Ask, report: Report, parts: tuple[str, ...]) -> None:
    """Models and data sets; what the spec names none of is skipped. No space, or no right to write, is a problem of the disk."""
    from torch_starter.core.report import Finding, Stop
    from torch_starter.core.secrets import masked
    from torch_starter.verbs import _warming_hub

    kinds = [kind for kind, group in _warming_hub.GROUPS.items() if group in parts]
    repositories = _warming_hub.named(ask, kinds)
    if repositories:
        report.findings += _warming_hub.fetch(ask, repositories, ask.flag("dry-run"))
        report.changes += _warming_hub.changes(repositories)
    for group in (_warming_hub.GROUPS[kind] for kind in kinds):
        if not any(finding.group == group for finding in report.findings):
            seen = f"{_warming_hub.SPEC} names none"
            report.findings.append(Finding(id=group, verdict="skip", title=group, seen=seen))
    for each in repositories:
        if each.outcome in _warming_hub.OF_THE_DISK:
            _, meaning, remedy = _warming_hub.ENDS[each.outcome]
            code = _warming_hub.OF_THE_DISK[each.outcome]
            report.stop = Stop(code, f"{meaning} for {each.name}: {masked(each.words)}", remedy)
            report.stop_exit_code = 5


VERB = Verb(
    name="cache warm",
    summary="Fetch the packages of all extras, and the models and data sets that the spec names, into the caches.",
    example="./dev.sh cache warm --dry-run",
    run=run,
    changes=True,
    options=(
        Option("only", "packages, models or datasets alone.", "texts", "NAME"),
        Option("accelerator", "The packages of this build of PyTorch instead of this machine's.", "text", "NAME"),
    ),
)
