"""What memray saw in windows of steps: owners of the peak, and growth that is told from what one step keeps for the next."""

from __future__ import annotations

import pytest

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Growth, Memory
from torch_starter.looking.memory import Window, growing, merged, stacked, windows

KB, MB = 1000, 1_000_000
FRAMES = [
    Frame("main", "train.py", 30, True),
    Frame("Linear.forward", "lib/torch/linear.py", 7),
    Frame("main", "train.py", 40, True),
    Frame("Net.__init__", "net.py", 5, True),
    Frame("load", "lib/numpy/npyio.py", 400),
]
FORWARD, BACKWARD, DATA = [1, 0], [2], [4, 3]  # the innermost first, as memray tells them


def window(kind: str, steps: int, left: list[list[object]], high: list[list[object]] | None = None) -> dict[str, object]:
    """As the reader writes it."""
    high = left if high is None else high
    peak = sum(int(str(row[0])) for row in high)
    return {
        "kind": kind,
        "steps": steps,
        "began": 0.0,
        "left": left,
        "high": high,
        "peak": peak,
        "course": [[101.0, 5 * MB, peak]],
    }


def seen(*told: dict[str, object]) -> list[Window]:
    return windows({"windows": told, "frames": [[each.function, each.file, each.line, each.own] for each in FRAMES]})


LEAKING = (
    window("start", 5, [[200 * MB, 1, DATA], [8 * MB, 6, BACKWARD], [5 * KB, 5, FORWARD]]),
    window("short", 10, [[8 * MB, 6, BACKWARD], [10 * KB, 10, FORWARD]], [[40 * MB, 9, FORWARD], [8 * MB, 6, BACKWARD]]),
    window("long", 20, [[8 * MB, 6, BACKWARD], [20 * KB, 20, FORWARD]], [[41 * MB, 9, FORWARD], [8 * MB, 6, BACKWARD]]),
)


def test_frames_are_told_from_the_outermost_in() -> None:
    (stack,) = stacked([[3, 1, FORWARD]], FRAMES)
    assert [frame.function for frame in stack] == ["main", "Linear.forward"]
    (other,) = stacked([[3, 1, [["", "lib.py", 2, False], ["", "train.py", 1, True]]]], [])
    assert [(frame.file, frame.own) for frame in other] == [("train.py", True), ("lib.py", False)]


def test_what_grows_with_the_number_of_steps_is_told_from_what_one_keeps_for_the_next() -> None:
    memory = merged(Memory(), seen(*LEAKING), 100.0)
    assert [(each.place, each.bytes, each.blocks) for each in memory.growth] == [(Place("train.py", 30), 1000.0, 1.0)]


def test_the_peak_is_what_the_start_left_and_what_a_step_has_on_top_and_nothing_twice() -> None:
    memory = merged(Memory(), seen(*LEAKING), 100.0)
    assert [(str(each.place), each.bytes) for each in memory.owners] == [
        ("net.py:5", 200 * MB),
        ("train.py:30", 41 * MB + 5 * KB + 10 * KB),  # with what the window before has left
        ("train.py:40", 8 * MB),
    ]
    assert memory.peak == 249 * MB + 15 * KB


def test_a_start_that_needs_more_than_the_steps_is_the_peak() -> None:
    start = window("start", 5, [[20 * MB, 1, DATA]], [[300 * MB, 2, DATA]])
    memory = merged(Memory(), seen(start, *LEAKING[1:]), 100.0)
    assert (memory.peak, memory.owners[0].bytes) == (300 * MB, 300 * MB)


def test_the_course_is_in_seconds_from_the_beginning_and_later_windows_lie_on_the_start() -> None:
    moments = merged(Memory(), seen(*LEAKING), 100.0).course
    assert [(round(each.seconds, 3), each.resident) for each in moments] == [(1.0, 5 * MB)] * 3
    assert moments[1].heap == 48 * MB + 200 * MB + 5 * KB


def test_of_a_script_that_never_steps_it_is_the_whole_run() -> None:
    memory = merged(Memory(), seen(window("start", 0, [], [[9 * MB, 3, DATA]])), 100.0)
    assert (memory.peak, memory.growth) == (9 * MB, ())


def test_without_a_window_nothing_is_changed() -> None:
    before = Memory(by="standard library", grows=3.0)
    assert merged(before, [], 0.0) is before


@pytest.mark.parametrize(
    ("short", "long", "grows"),
    [
        ([1000, 10], [2000, 20], True),  # as much with each step
        ([1000, 10], [1000, 10], False),  # kept for the next step
        ([1000, 10], [1100, 11], False),  # one more by chance
        ([0, 0], [2000, 20], False),  # once, in the second
        ([6000, 15], [7000, 25], True),  # mostly kept
        ([3000, 12], [4000, 22], True),  # kept, and more with each step
        ([100, 10], [200, 20], False),  # next to nothing
    ],
)
def test_two_windows_of_different_lengths_tell_what_grows(short: list[int], long: list[int], grows: bool) -> None:
    one, other = seen(window("short", 10, [[*short, FORWARD]]), window("long", 20, [[*long, FORWARD]]))
    assert bool(growing(one, other)) == grows


def test_one_window_alone_tells_what_has_a_block_of_each_step() -> None:
    (only,) = seen(window("short", 10, [[8 * MB, 6, BACKWARD], [10 * KB, 10, FORWARD]]))
    assert [held.bytes for held in growing(only, None).values()] == [1000.0]


LIST = Growth(place=Place("train.py", 44), holder="losses", bytes=4.0, blocks=1.0, what="tensors with graphs")
CACHE = Growth(place=Place("data.py", 9), holder="self.cache", bytes=990.0, blocks=1.0, what="tensors")


def test_a_variable_that_keeps_graphs_keeps_all_that_grows() -> None:
    (found,) = merged(Memory(growth=(LIST,)), seen(*LEAKING), 0.0).growth
    assert (found.place, found.holder, found.bytes) == (LIST.place, "losses", 1000.0)
    assert [frame.function for frame in found.frames] == ["main", "Linear.forward"]


def test_what_a_variable_that_grows_explains_is_told_once() -> None:
    (found,) = merged(Memory(growth=(CACHE,)), seen(*LEAKING), 0.0).growth
    assert (found.holder, found.bytes) == ("self.cache", 990.0)


def test_what_it_does_not_explain_is_told_too() -> None:
    small = Growth(place=Place("data.py", 9), holder="self.log", bytes=90.0, blocks=1.0)
    found = merged(Memory(growth=(small,)), seen(*LEAKING), 0.0).growth
    assert [(str(each.place), each.bytes) for each in found] == [("train.py:30", 1000.0), ("data.py:9", 90.0)]


def test_without_lines_it_is_by_how_much_the_process_grows() -> None:
    start = window("start", 5, [[MB, 1, DATA]])
    (found,) = merged(Memory(growth=(LIST,), grows=7000.0), seen(start), 0.0).growth
    assert found.bytes == 7000.0
