"""`docker-stats`: what the project's containers use of what they may use, as it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _watch

    return _watch.watch(ask)


VERB = Verb(
    name="docker-stats",
    summary="Watch what the project's containers use of their limits, until Ctrl-C. In a container: what that one uses.",
    example="./dev.sh docker-stats --once",
    run=run,
    options=(
        Option("once", "Look for a second, print it, and end.", "flag"),
        Option("interval", "Seconds from one look to the next.", "text", "SECONDS", default="2"),
        Option("record", "Add every look to this file, a line each.", "path", "FILE"),
        Option("replay", "Show what was recorded in a file, and look at nothing.", "path", "FILE"),
        Option("html", "Write a page with the course of it all.", "path", "FILE"),
    ),
)
