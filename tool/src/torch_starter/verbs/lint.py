"""`lint`: look for mistakes that can be seen without running, and for one form: ruff, on your code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Report
    from torch_starter.verbs import _quality

    code = _quality.code(ask, ask.rest)
    return Report(command="lint", findings=_quality.look(ask, _quality.named("lint"), code), spoken=True)


VERB = Verb(
    name="lint",
    summary="Look for mistakes that can be seen without running, and for one form: ruff, on your code.",
    example="./dev.sh lint --fix",
    run=run,
    rest="[PATHS]...",
    changes=True,
    options=(Option("fix", "Mend what ruff mends safely.", "flag"),),
)
