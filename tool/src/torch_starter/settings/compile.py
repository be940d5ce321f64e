"""Whether the model is compiled."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, model

MODES = ("default", "reduce-overhead", "max-autotune-no-cudagraphs")
SECONDS = {"default": 60.0, "reduce-overhead": 60.0, "max-autotune-no-cudagraphs": 180.0}  # where nothing is kept from before
FIRST = (2, 2)  # that compiles a module in place


def available(subject: Subject) -> Iterator[Value]:
    """On processors the other modes compile the same."""
    if model(subject).compiled:
        raise Absent("it is compiled already")
    if subject.version() < FIRST:
        raise Absent(f"torch {subject.torch} compiles no module in place")
    for mode in MODES if subject.gpu else MODES[:1]:
        yield Value(mode, {"TORCHINDUCTOR_FX_GRAPH_CACHE": "1"}, {"compile": mode}, SECONDS[mode])


def read(effect: Effect) -> str:
    return effect.get("compile", "")


SETTING = Setting(
    name="compile",
    title="torch.compile",
    about="Operations are put together into fewer, which read and write memory less often and are started faster. The first "
    "steps wait until that is done; what was compiled is kept for the next run.",
    safety="rounding",
    bounds=("launch", "memory", "compute"),
    available=available,
    read=read,
    source="Measured: 1.07 to 1.11 times as fast on a small GPT, and 102 s before the first step, 7 s from the second run on.",
    code=True,
    edit="model.compile(), and TORCHINDUCTOR_CACHE_DIR to keep what was compiled",
)
