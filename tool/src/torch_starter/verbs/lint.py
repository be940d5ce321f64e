"""`lint`: look for mistakes that can be seen without running, and for one form: ruff, on your code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Report
    from torch_starter.verbs import _fixing, _quality

    code, chosen = _quality.code(ask, ask.rest), _quality.named("lint")
    was = _fixing.before(code)
    findings = _quality.look(ask, chosen, code)
    return Report(command="lint", findings=findings, changes=_fixing.changes(ask, code, chosen, was, findings), spoken=True)


VERB = Verb(
    name="lint",
    summary="Look for mistakes that can be seen without running, and for one form: ruff, on your code.",
    example="./dev.sh lint --fix",
    run=run,
    rest="[PATHS]...",
    changes=True,
    options=(Option("fix", "Mend what ruff mends safely.", "flag"),),
)
