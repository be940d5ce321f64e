"""A trace is read into operations, a timeline, and what a GPU did: on traces made by hand."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from torch_starter.looking.trace import read


def event(
    name: str, start: float, end: float, cat: str = "cpu_op", tid: int = 1, external: int = 0, **args: Any
) -> dict[str, Any]:
    told = {"External id": external, **args} if external else args
    return {"ph": "X", "name": name, "cat": cat, "ts": start, "dur": end - start, "pid": 1, "tid": tid, "args": told}


def mark(name: str, start: float, end: float) -> dict[str, Any]:
    return event(f"torch-starter: {name}", start, end, "user_annotation")


def trace(*events: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"traceEvents": list(events), **more}).encode()


STEPS = (mark("step", 0, 1000), mark("step", 1000, 2000), mark("step", 2000, 2001))


def test_the_last_step_was_under_way_and_is_none() -> None:
    assert read(trace(*STEPS)).steps == 2
    assert read(trace(mark("step", 0, 10))).steps == 0


def test_the_own_time_of_an_operation_is_less_what_it_calls_and_a_step_is_half_of_two() -> None:
    found = read(trace(*STEPS, event("aten::linear", 100, 300), event("aten::addmm", 120, 280), event("aten::addmm", 1100, 1200)))
    linear = next(op for op in found.ops if op.name == "aten::linear")
    addmm = next(op for op in found.ops if op.name == "aten::addmm")
    assert linear.seconds == pytest.approx(20e-6)
    assert (linear.count, addmm.count) == (0.5, 1)
    assert addmm.seconds == pytest.approx(130e-6)


def test_operations_of_threads_do_not_hold_each_other() -> None:
    found = read(trace(*STEPS, event("a", 100, 300), event("b", 120, 280, tid=2)))
    assert {op.name: round(op.seconds * 2e6) for op in found.ops} == {"a": 200, "b": 160}


def test_an_operation_is_of_the_part_that_is_open_around_it() -> None:
    marks = (mark("forward", 100, 400), mark("backward", 400, 800))
    found = read(trace(*STEPS, *marks, event("a", 150, 160), event("b", 500, 510), event("c", 900, 910)))
    assert {op.name: op.part for op in found.ops} == {"a": "forward", "b": "backward", "c": "python"}
    assert [each.name for each in found.events if each.row == "part"] == ["forward", "backward"]


def test_what_a_gpu_does_at_the_same_time_counts_once_and_copies_beside_it() -> None:
    found = read(
        trace(
            *STEPS,
            mark("forward", 0, 500),
            event("aten::mm", 10, 20, external=7),
            event("cudaLaunchKernel", 12, 15, "cuda_runtime", correlation=3),
            event("gemm", 600, 800, "kernel", tid=9, correlation=3, external=7),
            event("ncclAllReduce", 700, 900, "kernel", tid=10, correlation=4),
            event("Memcpy HtoD (Pageable -> Device)", 850, 1000, "gpu_memcpy", tid=9, bytes=4096, correlation=5),
            deviceProperties=[{"name": "a GPU"}],
        )
    )
    gpu = found.gpu
    assert gpu is not None
    assert gpu.name == "a GPU"
    assert gpu.computing == pytest.approx(150e-6)
    assert gpu.copying == pytest.approx(50e-6)
    assert gpu.communicating == pytest.approx(100e-6)
    assert (gpu.kernels, gpu.pageable) == (1, 2048)
    assert gpu.idle == pytest.approx(1 - 400 / 2000)
    assert gpu.parts["forward"] == pytest.approx(100e-6)
    assert next(op for op in found.ops if op.name == "aten::mm").device_seconds == pytest.approx(100e-6)


def test_one_without_steps_says_nothing_and_what_is_no_trace_is_refused() -> None:
    assert read(trace(event("a", 0, 1))).ops == ()
    with pytest.raises(msgspec.MsgspecError):
        read(b"{")


@given(some.lists(some.tuples(some.integers(0, 1990), some.integers(0, 400), some.integers(1, 3)), max_size=30))
def test_own_times_are_never_negative_and_never_more_than_what_lasted(rows: list[tuple[int, int, int]]) -> None:
    found = read(trace(*STEPS, *(event(f"op{tid}", start, start + lasts, tid=tid) for start, lasts, tid in rows)))
    assert all(op.seconds >= 0 for op in found.ops)
    for op in found.ops:
        tid = int(op.name[2:])
        assert op.seconds <= sum(lasts for start, lasts, each in rows if each == tid) * 1e-6 / 2 + 1e-12
