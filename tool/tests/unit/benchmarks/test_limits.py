"""Limits are read from other figures' medians and from data sheets, by the clock that was reached."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from torch_starter.benchmarks._limits import clock_key, clock_of, flops, gpu_flops, ratio
from torch_starter.benchmarks.transfer import over_link
from torch_starter.core.figures import key
from torch_starter.core.kinds import Figure, unlimited
from torch_starter.core.report import Limit

PARAMS = {"dtype": "bfloat16", "device": "cuda:0"}
CLOCK = clock_key("matmul", PARAMS)
LINK = "transfer device=cuda:0 what=link"


def test_the_clock_of_a_figure_is_a_figure_of_the_same_call() -> None:
    figure = Figure("matmul.product", "product", "TFLOP/s", PARAMS, {"device": "cuda:0"}, scale=1e-12, intensity=3.0)
    clock = clock_of(figure)
    assert (clock.sample, clock.arguments) == (figure.sample, figure.arguments)
    assert (clock.series, clock.unit, clock.scale, clock.intensity) == ("clock", "MHz", 1.0, 0.0)
    assert clock.limit is unlimited
    assert key("matmul", clock.params) == CLOCK


@pytest.mark.parametrize(
    ("kind", "reached", "limit"),
    [("bfloat16", 915.0, 494.7), ("bfloat16", 1980.0, 989.4), ("float32", 990.0, 33.45), ("bfloat16", None, 989.4)],
)
def test_a_data_sheet_counts_as_far_as_the_clock_went(kind: str, reached: float | None, limit: float) -> None:
    found = gpu_flops("NVIDIA H200", kind, CLOCK)({CLOCK: reached} if reached else {})
    assert found is not None
    assert found.source == "datasheet"
    assert found.value == pytest.approx(limit)


@given(some.floats(1, 5000))
def test_no_clock_makes_a_limit_higher_than_the_data_sheet(reached: float) -> None:
    found = gpu_flops("NVIDIA H100 PCIe", "float16", CLOCK)({CLOCK: reached})
    assert found is not None
    assert 0 < found.value <= 756


def test_a_sheet_without_a_clock_is_not_corrected() -> None:
    assert gpu_flops("NVIDIA B200", "bfloat16", CLOCK)({CLOCK: 500.0}) == Limit(2250, "datasheet")


def test_what_no_sheet_tells_is_no_limit() -> None:
    assert gpu_flops("NVIDIA GeForce GTX 1080", "bfloat16", CLOCK)({CLOCK: 1500.0}) is None
    assert gpu_flops("Tesla T4", "bfloat16", CLOCK)({}) is None


def test_a_ratio_of_limits_is_derived_where_both_are_there() -> None:
    reading = ratio(flops(2, "bfloat16"), flops(2))
    assert reading({"limits threads=2 what=bf16": 300.0, "limits threads=2 what=flops": 100.0}) == Limit(3.0, "derived")
    assert reading({"limits threads=2 what=bf16": 300.0}) is None


def test_the_link_limits_a_transfer_as_fast_as_it_was_under_load() -> None:
    assert over_link("cuda:0", "NVIDIA H200")({LINK: 31.5}) == Limit(31.5, "derived")
    assert over_link("cuda:0", "NVIDIA H200")({}) == Limit(16 * 3.938, "derived")
    assert over_link("cuda:0", "a GPU of tomorrow")({}) is None
    assert over_link("cuda:0", "NVIDIA GH200 480GB")({LINK: 31.5}) is None
