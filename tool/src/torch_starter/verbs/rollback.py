"""`rollback`: back to the environment, and the locks, that were current before the last switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Change, Finding, Report
    from torch_starter.making.switching import Edit


def run(ask: Ask) -> Report:
    from torch_starter.core.problems import CouldNotLook
    from torch_starter.core.report import Change, Report
    from torch_starter.verbs import _plan, _settle

    here, switch = _plan.environments(ask), _settle.switch(ask)
    with _settle.held(ask):
        current, previous = here.current(), here.previous()
        if previous is None:
            raise CouldNotLook("rollback.nothing", "there is no environment before this one", "./dev.sh setup --rebuild")
        edits, left = switch.way(current, previous) if current else ((), ())
        if not ask.flag("dry-run"):
            switch.go(edits, previous)
    change = Change(kind="environment", name=".venv", was=current.name if current else "", now=previous.name)
    note = "Nothing was changed." if ask.flag("dry-run") else "A second rollback undoes this one."
    return Report(
        command="rollback", findings=changed_since(left), changes=[change, *(as_change(edit) for edit in edits)], notes=[note]
    )


def as_change(edit: Edit) -> Change:
    """What becomes of one file, by its lines."""
    from torch_starter.core.report import Change

    was, now = ("none" if text is None else f"{len(text.splitlines())} lines" for text in (edit.before, edit.after))
    return Change(kind="file", name=edit.path, was=was, now=now, why="as it was with that environment")


def changed_since(paths: Sequence[str]) -> list[Finding]:
    """That these files are not as any switch left them, and so were not changed."""
    from torch_starter.core.report import Finding

    if not paths:
        return []
    return [
        Finding(
            id="rollback.files",
            verdict="warn",
            title="files that belong to the environment",
            seen=f"changed since the last switch, and left as it is: {', '.join(paths)}",
            wanted="as it was with the environment that is current now",
            remedy=f"git checkout -p -- {' '.join(paths)}",
        )
    ]


VERB = Verb(
    name="rollback",
    summary="Go back to the environment and the locks of before the last switch.",
    example="./dev.sh rollback",
    run=run,
    changes=True,
)
