"""What goes by before a training computes."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

ROUNDS = 3
WHAT = {"interpreter": "interpreter", "import": "import torch", "step": "first optimizer step"}


def figures(bed: Bed) -> Iterator[Figure]:
    device = next(iter(bed.devices), "cpu")
    on_gpu = {} if device == "cpu" else {"gpu": "first GPU operation"}
    for series, what in {**WHAT, **on_gpu}.items():
        yield Figure(
            sample="start_up.first",
            series=series,
            unit="s",
            params={"what": what},
            arguments={"device": device},
            better="lower",
            one_thread=series in ("interpreter", "import"),
            fresh=True,
            rounds=ROUNDS,
            seconds=4.0,
            timeout=300.0,
        )


BENCHMARK = Benchmark(
    name="start-up",
    title="what goes by before a training computes",
    about="In fresh interpreters, with files that the kernel has in memory: an interpreter that does nothing, the import of "
    "torch, the first step of an optimizer, and where there is a GPU the first operation on it. On a network's folder the "
    "import takes ten times as long as on a disk.",
    version=1,
    figures=figures,
    quick=True,
)
