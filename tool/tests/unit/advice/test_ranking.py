"""What is told, in which order: whatever a profile says, gains are finite and worth an edit."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from torch_starter.advice._ranking import LEAST, MOST, precise, ranked
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import (
    PARTS,
    Again,
    Call,
    Compiled,
    Frame,
    Gpu,
    Mark,
    Op,
    Process,
    Profile,
    Stack,
    Stacks,
    Step,
    Worker,
)
from torch_starter.core.report import Finding
from torch_starter.core.tuning import Loader, Optimizer

OF_TIME = [each for each in collect("advice", Advice) if each.of == "time"]
FUNCTIONS = (
    "main",
    "fetch",
    "_MapDatasetFetcher.fetch",
    "<genexpr>",
    "validate",
    "Tensor.item",
    "abs",
    "save",
    "load",
    "format_stack",
)
FILES = (
    "train.py",
    "data.py",
    "/lib/torch/fetch.py",
    "<built-in>",
    "/lib/torch/serialization.py",
    "/lib/traceback.py",
    "/lib/npyio.py",
)
seconds = some.floats(0, 10, allow_nan=False)
places = some.builds(Place, some.sampled_from(FILES[:2]), some.integers(1, 3))
frames = some.lists(
    some.builds(Frame, some.sampled_from(FUNCTIONS), some.sampled_from(FILES), some.integers(1, 3), some.booleans()),
    min_size=1,
    max_size=6,
).map(tuple)
stacks = frames.flatmap(
    lambda known: some.builds(
        Stacks,
        frames=some.just(known),
        stacks=some.lists(
            some.builds(Stack, some.lists(some.integers(0, len(known) - 1), min_size=1, max_size=6).map(tuple), seconds),
            max_size=6,
        ).map(tuple),
        steps=some.integers(0, 9),
    )
)
steps = some.lists(
    some.builds(
        Step,
        mode=some.sampled_from(("warm", "bare", "sampled", "traced", "called")),
        **dict.fromkeys(("wall", "cpu", "data", "transfer", "forward", "backward", "optimizer"), seconds),
    ),
    max_size=6,
).map(tuple)
calls = some.lists(
    some.builds(
        Call,
        place=places,
        function=some.sampled_from(("item", "clone", "linear", "double", "mul")),
        count=some.floats(0.01, 1e5),
        seconds=seconds,
        bytes=some.floats(0, 1e12),
        dtypes=some.sampled_from(((), ("float64",), ("float32",))),
        reads=some.booleans(),
        copies=some.booleans(),
    ),
    max_size=5,
).map(tuple)
ops = some.lists(
    some.builds(
        Op,
        name=some.sampled_from(("aten::mul", "aten::isnan")),
        count=some.floats(0, 1e5),
        seconds=seconds,
        part=some.sampled_from(PARTS),
    ),
    max_size=4,
).map(tuple)
processes = some.builds(
    Process,
    kind=some.sampled_from(("training", "inference", "none")),
    ended=some.sampled_from(("enough", "exit", "interrupted")),
    rank=some.integers(0, 3),
    device=some.sampled_from(("cpu", "cuda:0")),
    seconds=seconds,
    cpus=some.integers(1, 64),
    threads=some.integers(1, 256),
    marks=some.lists(some.builds(Mark, some.sampled_from(("torch", "first step")), seconds), max_size=2).map(tuple),
    imports=some.dictionaries(some.sampled_from(("torch", "pandas")), seconds),
    steps=steps,
    stacks=stacks,
    ops=ops,
    calls=calls,
    workers=some.lists(
        some.builds(
            Worker, number=some.just(0), process=some.just(1), batches=some.integers(0, 9), seconds=seconds, stacks=stacks
        ),
        max_size=2,
    ).map(tuple),
    compiled=some.builds(
        Compiled,
        steady_seconds=seconds,
        frames=some.integers(0, 3),
        again=some.lists(some.builds(Again, some.none() | places, some.integers(1, 9)), max_size=2).map(tuple),
        breaks=some.lists(some.builds(Again, some.none() | places, some.integers(1, 9)), max_size=2).map(tuple),
    ),
    gpu=some.none()
    | some.builds(Gpu, **dict.fromkeys(("wall", "computing", "copying", "kernels", "pageable"), some.floats(0, 1e4))),
    loaders=some.lists(
        some.builds(Loader, place=some.none() | places, workers=some.integers(0, 8), persistent=some.booleans()), max_size=2
    ).map(tuple),
    optimizers=some.lists(
        some.builds(Optimizer, name=some.just("AdamW"), known=some.booleans(), takes_fused=some.booleans())
    ).map(tuple),
    anomaly=some.none() | places,
    epochs=some.integers(0, 9),
)


@given(some.lists(processes, max_size=3))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_was_seen_gains_are_finite_and_worth_an_edit(told: list[Process]) -> None:
    found = ranked(Profile(processes=tuple(told)), "time")
    assert len(found) <= MOST
    for each in found:
        assert each.verdict == "warn"
        assert each.gain is not None
        assert LEAST <= each.gain <= 50
        assert math.isfinite(each.gain)
        assert each.title
        assert each.seen
        assert each.remedy
        assert each.id.startswith("profile.")


@pytest.mark.parametrize("advice", OF_TIME, ids=lambda each: each.id)
def test_of_nothing_nothing_is_told(advice: Advice) -> None:
    assert list(advice.look(Profile())) == []
    assert list(advice.look(Profile(processes=(Process(),)))) == []


def finding(of: str, gain: float) -> Finding:
    return Finding(id=of, verdict="warn", title="", gain=gain)


def test_the_largest_gain_comes_first_unless_another_says_the_same_more_precisely() -> None:
    found = [finding("profile.data", 2.0), finding("profile.optimizer", 1.9), finding("profile.dataset", 1.7)]
    assert [each.id for each in precise(found)] == ["profile.optimizer", "profile.dataset", "profile.data"]
    far = [finding("profile.data", 4.0), finding("profile.dataset", 1.7)]
    assert precise(far) == far


def test_at_most_eight_are_told() -> None:
    places = [Place("train.py", line) for line in range(10)]
    copies = tuple(Call(place=place, function="clone", count=1, seconds=0.01, copies=True) for place in places)
    seen = Stacks(
        frames=tuple(Frame("main", place.file, place.line or 0, True) for place in places),
        stacks=tuple(Stack((number,), 1.0) for number in range(10)),
    )
    process = Process(steps=tuple([Step(mode="bare", wall=0.1)] * 5), calls=copies, stacks=seen)
    assert len(ranked(Profile(processes=(process,)), "time")) == MOST
