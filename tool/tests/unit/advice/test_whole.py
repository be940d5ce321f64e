"""Advice on what is set for a whole script: threads, optimizers, compiling, its start, its ranks, and its GPU."""

from __future__ import annotations

import pytest

from torch_starter.core.place import Place
from torch_starter.core.profile import Again, Compiled, Gpu, Mark, Part, Process
from torch_starter.core.tuning import Loader, Optimizer
from unit.advice.made import LOADER, MAIN, USUAL, advised, beside, call, in_c, only, process, steps

SLOW = Optimizer(place=Place("train.py", 8), name="AdamW", known=True, takes_fused=True)
BUSY: dict[Part, float] = {"forward": 0.2, "backward": 0.2, "optimizer": 0.6}


def test_more_threads_than_processors() -> None:
    finding = only(process(threads=16, threads_set=(Place("train.py", 3),)))
    assert (finding.id, str(finding.place)) == ("profile.threads", "train.py:3")
    assert finding.gain == pytest.approx(1 / (1 - 0.3))
    assert "16 threads on 4 processors" in finding.seen


def test_threads_of_all_ranks_count() -> None:
    ranks = [process(rank=rank, world=3) for rank in range(3)]
    finding = only(*ranks)
    assert finding.id == "profile.threads"
    assert "OMP_NUM_THREADS=1" in finding.remedy
    assert "12 threads in 3 processes" in finding.seen


@pytest.mark.parametrize("threads", [1, 4, 7])
def test_of_few_threads_nothing_is_guessed(threads: int) -> None:
    assert advised(process(threads=threads, threads_set=(Place("train.py", 3),))) == []


def test_an_optimizer_that_is_not_fused() -> None:
    finding = only(process(BUSY, optimizers=(SLOW,), effect={"optimizer": "usual"}))
    assert (finding.id, str(finding.place)) == ("profile.optimizer", "train.py:8")
    assert finding.gain == pytest.approx(1 / (1 - 0.6 * 0.6))
    assert "fused=True" in finding.remedy


@pytest.mark.parametrize(
    "optimizer",
    [
        Optimizer(name="LBFGS", known=True),
        Optimizer(name="Mine", takes_fused=True),
        Optimizer(name="AdamW", known=True, takes_fused=True, fused=True),
    ],
    ids=["has none", "not of torch", "fused"],
)
def test_an_optimizer_that_cannot_be_fused_or_is(optimizer: Optimizer) -> None:
    assert advised(process(BUSY, optimizers=(optimizer,), effect={})) == []


def test_sgd_gains_little_by_it() -> None:
    sgd = Optimizer(name="SGD", known=True, takes_fused=True)
    assert only(process(BUSY, optimizers=(sgd,), effect={})).gain == pytest.approx(1 / (1 - 0.06))


def test_what_is_compiled_again_after_the_warm_up() -> None:
    again = Again(Place("train.py", 24), 6, "tensor 'rows' size mismatch")
    compiled = Compiled(seconds=9.0, steady_seconds=1.25, frames=7, again=(again,))
    finding = only(process(compiled=compiled))
    assert (finding.id, str(finding.place)) == ("profile.recompiles", "train.py:24")
    assert finding.gain == pytest.approx(1 / (1 - 0.9 * 0.5))
    assert "size mismatch" in finding.seen
    assert advised(process(compiled=Compiled(seconds=9.0, frames=7, again=(again,)))) == []


def test_graphs_that_break() -> None:
    breaks = tuple(Again(Place("net.py", line), 1, "print") for line in range(100))
    finding = only(process(compiled=Compiled(frames=100, breaks=breaks)))
    assert finding.id == "profile.graph-breaks"
    assert finding.gain == pytest.approx(1 / (1 - 0.1))
    assert advised(process(compiled=Compiled(frames=2, breaks=breaks[:1]))) == []


def test_a_start_is_told_only_where_it_is_most_of_the_run() -> None:
    marks = (Mark("torch", 2.0), Mark("first step", 8.0))
    imports = {"torch": 2.0, "pandas": 5.0, "scipy": 1.0}
    own = ("torch", "pandas", "scipy")
    finding = only(process(ended="exit", seconds=10.0, marks=marks, imports=imports, imported=own))
    assert (finding.id, finding.place) == ("profile.start", None)
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * 0.6))
    assert "pandas" in finding.remedy
    assert advised(process(ended="enough", seconds=10.0, marks=marks, imports=imports, imported=own)) == []
    assert advised(process(ended="exit", seconds=100.0, marks=marks, imports=imports, imported=own)) == []
    assert advised(process(ended="exit", seconds=10.0, marks=marks, imports=imports, imported=("torch",))) == [], "torch has them"


def test_the_rank_that_others_wait_for() -> None:
    slow: dict[Part, float] = {"data": 0.4, "forward": 0.4, "backward": 0.2}
    ranks = [process(rank=rank, world=4, threads=1, distributed=True) for rank in range(3)]
    late = Process(**{**fields(ranks[0]), "rank": 3, "steps": steps(slow)})  # type: ignore[arg-type]
    finding = only(*ranks, late)
    assert finding.id == "profile.rank"
    assert "rank 3" in finding.title
    assert "waiting for data" in finding.seen
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * 0.3))
    assert advised(*ranks) == []
    assert advised(*(Process(**{**fields(each), "distributed": False}) for each in (*ranks, late))) == []  # type: ignore[arg-type]


def fields(of: Process) -> dict[str, object]:
    return {name: getattr(of, name) for name in of.__struct_fields__}


def gpu(**more: float) -> Gpu:
    given = {"wall": 0.1, "computing": 0.09, "copying": 0.0, "kernels": 100.0, **more}
    return Gpu(name="H100", **given)  # type: ignore[arg-type]


def on_gpu(of: Gpu, **more: object) -> Process:
    return process(device="cuda:0", gpu=of, **more)  # type: ignore[arg-type]


def test_a_busy_gpu_is_told_nothing() -> None:
    assert advised(on_gpu(gpu(computing=0.098))) == []


def test_an_idle_gpu() -> None:
    finding = only(on_gpu(gpu(computing=0.05, kernels=1000.0)))
    assert (finding.id, str(finding.place)) == ("profile.idle", "train.py:31")
    assert finding.gain == pytest.approx(1 / (1 - 0.5 * 0.5))
    assert "reduce-overhead" in finding.remedy


def test_values_that_are_read_from_a_gpu_come_before_that_it_is_idle() -> None:
    reads = (call("item", 40, 1, 0.06, reads=True), call("linear", 31, 2, 0.01))
    told = advised(on_gpu(gpu(computing=0.05), calls=reads))
    assert [(each.id, str(each.place)) for each in told] == [("profile.reads", "train.py:40"), ("profile.idle", "train.py:31")]
    assert told[0].gain == pytest.approx(1 / (1 - 0.7 * 0.5))


def test_copies_from_memory_that_is_not_pinned() -> None:
    moved = on_gpu(gpu(computing=0.07, copying=0.03, pageable=1e8), loaders=(LOADER,))
    finding = only(moved)
    assert (finding.id, str(finding.place)) == ("profile.pageable", "train.py:9")
    assert finding.gain == pytest.approx(1 / (1 - 0.6 * 0.3))
    assert advised(on_gpu(gpu(computing=0.07, copying=0.03, pageable=1e8), loaders=(Loader(pinned=True),))) == []


def test_on_a_gpu_moving_to_it_is_no_needless_copy() -> None:
    to = call("to", 30, 2, 0.05, bytes=1e8, copies=True)
    assert advised(on_gpu(gpu(computing=0.098), calls=(to,))) == []
    assert only(process(calls=(to,), stacks=beside(((MAIN, in_c("Tensor.to")), 0.5)))).id == "profile.copies"


def test_the_usual_parts_are_all_of_a_step() -> None:
    assert sum(USUAL.values()) == pytest.approx(1)
