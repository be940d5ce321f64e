"""What an optimizer remembers."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, smaller, whole
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

USUAL = 2.1  # times the parameters: two numbers for each, and what is counted beside
MUCH = 0.3  # of all memory: then the usual is much, too
LEFT = 0.05  # of it, where sums of rows and of columns stand for all
HISTORY = 10  # steps that LBFGS remembers, instead of 100


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    now, state, parameters = whole(process), memory.roles.get("optimizer", 0), memory.roles.get("parameters", 0)
    if not parameters or not state:
        return
    optimizer = max(process.optimizers, key=lambda each: each.place is not None, default=None)
    name, times = optimizer.name if optimizer is not None else "the optimizer", state / parameters
    half = memory.dtypes.get("bfloat16", 0) + memory.dtypes.get("float16", 0) > memory.dtypes.get("float32", 0) / 4
    if times > USUAL * (2 if half else 1):
        needed, edit = remedy(name, parameters)
    elif state > MUCH * now:
        needed, edit = (
            LEFT * state,
            "torch.optim.Adafactor remembers sums of rows and columns in place of two numbers for each parameter",
        )
    else:
        return
    saved = state - needed
    if (gain := smaller(now, saved)) >= LEAST:
        yield finding(
            ADVICE.id,
            f"{name} remembers {times:.1f} times what it trains",
            f"{memory_size(state)} for {memory_size(parameters)} of parameters: {leads_to(now, saved)}",
            edit,
            gain,
            optimizer.place if optimizer is not None else None,
        )


def remedy(name: str, parameters: int) -> tuple[float, str]:
    """What is needed with an edit, and that edit."""
    if name == "LBFGS":
        text = f"history_size={HISTORY}: it remembers two vectors for each step of its history, which is 100 steps by itself"
        return 2.0 * HISTORY * parameters, text
    return 2.0 * parameters, "AdamW without amsgrad remembers two numbers for each parameter, as wide as the parameter"


ADVICE = Advice(
    id="memory.optimizer",
    title="what the optimizer remembers",
    of="memory",
    look=look,
    about="The state of an optimizer is as large as the parameters or several times that, and lies in memory all the time.",
    found="The bytes of its state and of the parameters are counted after a step.",
    mend="an optimizer, or settings of it, with less state; this changes how it trains",
    source="The manuals of torch.optim.LBFGS and torch.optim.Adafactor",
)
