"""`all-checks`: everything that the project's code must be, at once, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.quality import Quality
    from torch_starter.core.report import Entry, Report

BRIEF = 12  # findings of one check that are told at length: enough to begin with


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Report
    from torch_starter.verbs import _fixing, _quality

    if ask.flag("list"):
        return listing(_quality.qualities())
    chosen, code = chosen_of(ask, _quality.qualities()), _quality.code(ask)
    was = _fixing.before(code)
    findings = _quality.look(ask, chosen, code)
    changes = _fixing.changes(ask, code, chosen, was, findings)
    lenient = not ask.flag("strict")
    report = Report(command="all-checks", findings=findings, changes=changes, lenient=lenient, spoken=True, brief=BRIEF)
    if any(finding.fixable and finding.verdict == "fail" for finding in findings) and not ask.flag("fix"):
        report.notes.append("--fix mends what can be mended by a program.")
    unknown = sorted({finding.id for finding in findings if finding.verdict == "unknown"})
    if unknown and not ask.flag("strict"):
        report.notes.append(f"Not looked at, and not counted as wrong: {', '.join(unknown)}. --strict counts it.")
    return report


def listing(all: Sequence[Quality]) -> Report:
    """What there is to look at."""
    from torch_starter.core.report import Report

    return Report(command="all-checks", entries=[entry(each) for each in all])


def entry(quality: Quality) -> Entry:
    """One of them, with the command of its own."""
    from torch_starter.core.report import Entry

    command = f"./dev.sh {quality.command}" if quality.command else ""
    return Entry(quality.name, quality.title, f"{quality.about} {quality.mend}", command)


def chosen_of(ask: Ask, all: Sequence[Quality]) -> list[Quality]:
    """Those that are asked for by --only and not left out by --skip; raises WrongUsage for a name that is none of theirs."""
    import difflib

    from torch_starter.core.problems import WrongUsage

    names = [each.name for each in all]
    for word in (*ask.texts("only"), *ask.texts("skip")):
        if word not in names:
            near = difflib.get_close_matches(word, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
            raise WrongUsage("all-checks.unknown", f"nothing is called {word!r}", hint)
    only = ask.texts("only") or names
    chosen = [each for each in all if each.name in only and each.name not in ask.texts("skip")]
    if not chosen:
        raise WrongUsage("all-checks.none", "nothing is left to look at", f"there are: {', '.join(names)}")
    return chosen


VERB = Verb(
    name="all-checks",
    summary="Look at all that your code must be: lint, types, tests with coverage, shell, Dockerfile, locks, secrets, audit.",
    example="./dev.sh all-checks --fix",
    run=run,
    changes=True,
    options=(
        Option("fix", "Mend first what can be mended by a program.", "flag"),
        Option("strict", "What could not be looked at counts, too: exit 3.", "flag"),
        Option("only", "Look at these alone.", "texts", "NAME"),
        Option("skip", "Leave these out.", "texts", "NAME"),
        Option("list", "Say what there is to look at, and what mends it.", "flag"),
    ),
)
