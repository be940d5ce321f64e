"""Functions that torch.compile compiles again and again."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, percent, told, warm
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

SAVES = 0.9  # a graph for all sizes is compiled once more


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    compiled, seen = process.compiled, sum(step.wall for step in warm(process))
    if not compiled.again or not seen:
        return
    worst = compiled.again[0]
    share = min(1.0, compiled.steady_seconds / seen)
    yield from told(
        ADVICE,
        "torch.compile compiles again and again",
        f"{percent(share)} of the steps after the warm-up is compiling: {sum(each.count for each in compiled.again)} times "
        f"again, the last time since {worst.why}",
        "give it the same shapes (pad, drop_last=True), or torch.compile(…, dynamic=True); numbers that change as tensors, "
        "not as Python's",
        faster(share * SAVES),
        worst.place,
    )


ADVICE = Advice(
    id="profile.recompiles",
    title="compiling again",
    of="time",
    look=look,
    about="A graph is compiled for what it was called with: another shape, or another number of Python's, is compiled anew.",
    found="What torch.compile counts itself, with its reasons, after the warm-up.",
    mend="the same shapes, or dynamic=True",
    source="The manual of torch.compile: recompilation",
)
