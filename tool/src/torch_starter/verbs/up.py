"""`up`: starts the container, with the GPUs and limits that this host has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _up

    return _up.up(ask)


VERB = Verb(
    name="up",
    summary="Start the container, with a GPU and limits that this host has. Builds the image where there is none.",
    example="./dev.sh up",
    run=run,
    changes=True,
    options=(Option("debug", "Add what debuggers need, from compose.debug.yaml, until the next up without it.", "flag"),),
)
