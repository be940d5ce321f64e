"""`rollback`: back to the environment that was current before the last switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.problems import CouldNotLook
    from torch_starter.core.report import Change, Report
    from torch_starter.verbs import _plan

    here = _plan.environments(ask)
    with ask.machine.files.lock(ask.project.state / "lock", ask.progress.say):
        current, previous = here.current(), here.previous()
        if previous is None:
            raise CouldNotLook("rollback.nothing", "there is no environment before this one", "./dev.sh setup --rebuild")
        if not ask.flag("dry-run"):
            here.switch(previous)
    change = Change(kind="environment", name=".venv", was=current.name if current else "", now=previous.name)
    note = "Nothing was changed." if ask.flag("dry-run") else "A second rollback undoes this one."
    return Report(command="rollback", changes=[change], notes=[note])


VERB = Verb(
    name="rollback",
    summary="Go back to the environment that was current before the last switch.",
    example="./dev.sh rollback",
    run=run,
    changes=True,
)
