"""Which checks a user asks for, and what there are."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from torch_starter.core.kinds import Check
from torch_starter.core.problems import WrongUsage
from torch_starter.core.report import Finding, Report
from torch_starter.verbs._judge import matches


def select(checks: Sequence[Check], only: Sequence[str], skip: Sequence[str]) -> list[Check]:
    """The checks that may answer for the ids asked for; raises WrongUsage for a word that means no check."""
    for word in (*only, *skip):
        if not any(concerns(word, check) for check in checks):
            near = difflib.get_close_matches(word, [check.id for check in checks], n=1, cutoff=0.3)
            groups = ", ".join(dict.fromkeys(check.group for check in checks))
            hint = f"the nearest is {near[0]!r}" if near else f"the groups are {groups}"
            raise WrongUsage("check.unknown", f"no check is called {word!r}; {hint}", "./dev.sh verify-setup --list")
    asked = [check for check in checks if not only or any(concerns(word, check) for word in only)]
    return [check for check in asked if not any(matches(word, check.id) for word in skip)]


def concerns(word: str, check: Check) -> bool:
    """Whether a word means a check, or one of the findings that it may give."""
    return matches(word, check.id) or word.startswith(f"{check.id}.")


def selected_findings(findings: Sequence[Finding], only: Sequence[str], skip: Sequence[str]) -> list[Finding]:
    """Of the findings those asked for, since a check may look at more than one thing; raises WrongUsage where none is left."""
    kept = [finding for finding in findings if not any(matches(word, finding.id) for word in skip)]
    asked = [finding for finding in kept if not only or any(matches(word, finding.id) for word in only)]
    if not asked:
        raise WrongUsage(
            "check.none", f"nothing here is called {', '.join(only) or 'by a name not skipped'}", "./dev.sh verify-setup --list"
        )
    return asked


def listing(checks: Sequence[Check]) -> Report:
    """What checks there are."""
    width = max(len(check.id) for check in checks)
    return Report(command="verify-setup", notes=[f"{check.id:{width}}  {check.title}" for check in checks])


def explain(checks: Sequence[Check], id: str) -> Report:
    """What one check, or a family of them, looks at and why."""
    chosen = select(checks, (id,), ())
    notes = [f"{check.id}: {check.title}\n  {check.about}" for check in chosen]
    return Report(command="verify-setup", notes=notes)
