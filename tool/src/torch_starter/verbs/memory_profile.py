"""`memory-profile`: where the memory of a script goes, what it leaves behind, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb
from torch_starter.verbs.profile import FILES, MODULE, PYTHON, STEPS

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _profiling

    return _profiling.profile(ask, "memory")


VERB = Verb(
    name="memory-profile",
    summary="Say where the memory of a script goes, and what to change. It is not edited, and nothing that it writes is kept.",
    example="./dev.sh memory-profile examples/vision.py --steps 1000",
    run=run,
    options=(
        MODULE,
        STEPS,
        Option("native", "Also name functions of C and C++ that ask for memory; it takes longer.", "flag"),
        PYTHON,
        *FILES,
    ),
    rest="SCRIPT [ARGUMENTS]...",
    markdown=True,
    script=True,
)
