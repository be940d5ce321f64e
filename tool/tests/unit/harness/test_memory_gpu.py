"""The reduction of a snapshot of a GPU's allocator, on snapshots that are made up in the form that torch gives them."""

from __future__ import annotations

from typing import Any

import pytest

from torch_starter.core.profile import GpuMemory
from torch_starter.harness._memory_gpu import held, in_pieces, reduced, replayed, thinned

MB = 1 << 20
IN_USE, FREE = "active_allocated", "inactive"


def frames(*lines: int) -> list[dict[str, Any]]:
    """The innermost first: a function of torch, then the user's lines."""
    own = [{"name": "forward", "filename": "train.py", "line": line} for line in lines]
    return [{"name": "linear", "filename": "/lib/torch/functional.py", "line": 1}, *own]


def segment(address: int, *blocks: tuple[int, str], device: int = 0, line: int = 7) -> dict[str, Any]:
    found, at = [], address
    for size, state in blocks:
        found.append({"address": at, "size": size * MB, "state": state, "frames": frames(line)})
        at += size * MB
    return {"device": device, "address": address, "total_size": at - address, "blocks": found}


def entry(action: str, address: int, size: int, at: int, line: int = 9) -> dict[str, Any]:
    return {"action": action, "addr": address, "size": size * MB, "time_us": at, "frames": frames(line)}


def own(file: str) -> bool:
    return file == "train.py"


TRACE = [
    entry("segment_alloc", 1000, 20, 0),
    entry("alloc", 1, 10, 1_000_000, line=9),
    entry("alloc", 2, 30, 2_000_000, line=12),
    entry("free_requested", 2, 30, 3_000_000),
    entry("free_completed", 2, 30, 3_000_000),
    entry("alloc", 3, 5, 4_000_000, line=9),
]
LIVE = [segment(0, (2, IN_USE), line=3)]  # from before the history
NOW = [{**LIVE[0]}, {"device": 0, "address": 1, "total_size": 20 * MB, "blocks": [
    {"address": 1, "size": 10 * MB, "state": IN_USE, "frames": frames(9)},
    {"address": 3, "size": 5 * MB, "state": IN_USE, "frames": frames(9)},
    {"address": 99, "size": 5 * MB, "state": FREE, "frames": []},
]}]  # fmt: skip


def told(**more: Any) -> dict[str, Any]:
    return reduced({"segments": NOW, "device_traces": [TRACE], **more}, 0, 80 * MB, own)


def test_it_is_what_core_calls_a_gpus_memory() -> None:
    import msgspec

    found = msgspec.convert(msgspec.json.decode(msgspec.json.encode(told())), GpuMemory)
    assert (found.allocated, found.reserved, found.total) == (17 * MB, 22 * MB, 80 * MB)
    assert [len(each.blocks) for each in found.segments] == [3, 1]


def test_the_history_is_replayed_from_what_was_there_before_it() -> None:
    assert [(at, size // MB) for at, size in told()["course"]] == [(0 + 1.0, 12), (2.0, 42), (3.0, 12), (4.0, 17)]


def test_the_peak_is_whose_it_was_at_that_moment() -> None:
    found = told()
    assert found["peak"] == 42 * MB
    rows = [(each["place"]["line"], each["bytes"] // MB) for each in found["owners"]]
    assert rows == [(12, 30), (9, 10), (3, 2)]
    assert [frame[0] for frame in found["owners"][0]["frames"]] == ["forward", "linear"]


def test_without_a_history_it_is_what_is_there() -> None:
    found = told(device_traces=[])
    assert (found["peak"], found["course"]) == (17 * MB, [])
    assert sum(each["bytes"] for each in found["owners"]) == 17 * MB


def test_other_devices_are_not_told() -> None:
    found = reduced({"segments": [*NOW, segment(5000, (64, IN_USE), device=1)], "device_traces": [TRACE, []]}, 0, 80 * MB, own)
    assert found["reserved"] == 22 * MB


@pytest.mark.parametrize(
    ("segments", "pieces"),
    [
        ([], 0),
        ([segment(0, (20, FREE))], 0),  # it could be given back
        ([segment(0, (20, IN_USE))], 0),
        ([segment(0, (5, IN_USE), (15, FREE))], 15),
        ([{**segment(0, (5, IN_USE), (15, FREE)), "is_expandable": True}], 0),
        ([segment(0, (5, IN_USE), (15, FREE)), segment(100 * MB, (2, FREE), (2, IN_USE), (4, FREE))], 21),
    ],
)
def test_in_pieces_is_what_is_free_in_segments_that_are_in_use(segments: list[dict[str, Any]], pieces: int) -> None:
    assert in_pieces(segments) == pieces * MB
    found = reduced({"segments": segments, "device_traces": [[]]}, 0, 80 * MB, own)
    whole = sum(each["total_size"] for each in segments)
    assert found["fragmented"] == (pieces * MB / whole if whole else 0.0)


def test_a_block_that_was_there_before_the_history_and_is_freed_in_it_is_an_owner_without_frames() -> None:
    trace = [entry("free_completed", 8, 4, 1), entry("alloc", 9, 1, 2)]
    live = {9: {"size": 1 * MB, "frames": frames(9)}}
    assert held(trace, live, 0) == [(4 * MB, [])]
    course, owners = replayed(trace, live, 1 * MB)
    assert [size // MB for _, size in course] == [0, 1]
    assert owners == [(4 * MB, [])]


def test_of_a_long_course_the_peaks_are_kept() -> None:
    course = [(float(number), 7 if number == 4321 else number % 3) for number in range(9000)]
    found = thinned(course)
    assert len(found) <= 1500
    assert max(size for _, size in found) == 7
