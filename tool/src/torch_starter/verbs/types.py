"""`types`: look for what does not fit together by its types: mypy, on your code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Report
    from torch_starter.verbs import _quality

    code = _quality.code(ask, ask.rest)
    return Report(command="types", findings=_quality.look(ask, _quality.named("types"), code), spoken=True)


VERB = Verb(
    name="types",
    summary="Look for what does not fit together by its types: mypy, on your code.",
    example="./dev.sh types src",
    run=run,
    rest="[PATHS]...",
)
