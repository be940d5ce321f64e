"""Pictures without a script: what lies where, in percent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.profile import Frame, Segment, Step
from torch_starter.show.drawing import Scale, course, lengths, memory_scale, on_lines, pieces
from torch_starter.show.flame import OF_NATIVE, OF_OTHERS, OF_TORCH, OWN, kind
from torch_starter.show.memory_charts import blocks, in_use
from torch_starter.show.profile_charts import MOST_COLUMNS, grouped, mean


@given(st.floats(1e-7, 1e9))
def test_a_scale_ends_at_a_number_that_can_be_read_and_is_large_enough(most: float) -> None:
    top = Scale(most).top
    assert 0.9999 * most <= top <= 2.01 * most
    assert float(f"{top:.1e}") == pytest.approx(top)


@pytest.mark.parametrize(("most", "top"), [(0, 1), (900, 1024), (3.1 * 2**20, 4 * 2**20), (861e6, 1024 * 2**20), (2**31, 2**31)])
def test_a_scale_of_memory_is_in_steps_of_1024(most: float, top: float) -> None:
    assert memory_scale(most).top == top


@given(st.lists(st.floats(0, 1e6), max_size=9))
def test_pieces_lie_one_after_the_other_and_fill_no_more_than_all(sizes: list[float]) -> None:
    found = pieces([("bar", size, "") for size in sizes], sum(sizes))
    assert all(one.at + one.length <= two.at + 0.02 for one, two in itertools.pairwise(found))
    assert all(0 <= each.at <= each.at + each.length <= 100.02 for each in found)


def test_the_longest_bar_is_all_of_the_width() -> None:
    bars = lengths({"a": (2.0, "2"), "b": (8.0, "8"), "none": (0.0, "0")})
    assert [[piece.length for piece in bar.pieces] for bar in bars] == [[25.0], [100.0], []]
    assert lengths({}) == []


def test_a_course_of_too_many_points_keeps_the_highest() -> None:
    points = [(float(at), 9.0 if at == 777 else 1.0) for at in range(5000)]
    found = course(points, 4999.0, Scale(10.0))
    assert len(found.split()) <= 600
    assert ",10.00" in found


def test_moments_have_a_line_each_and_late_ones_their_words_on_the_left() -> None:
    found = on_lines([(1.0, "a"), (9.0, "b"), (11.0, "after the end")], 10.0)
    assert [(each.name, each.at, each.line, each.left) for each in found] == [("a", 10.0, 0, False), ("b", 90.0, 1, True)]


def test_neighbours_of_one_kind_are_one_column_where_there_are_too_many() -> None:
    steps = [Step(mode="bare" if at % 100 < 50 else "sampled", wall=1.0 + at % 2, data=0.5) for at in range(3000)]
    groups = grouped(steps)
    assert sum(map(len, groups)) == 3000
    assert len(groups) < 1.5 * MOST_COLUMNS
    assert all(len({step.mode for step in group}) == 1 for group in groups)
    assert mean(steps[:2]) == Step(mode="bare", wall=1.5, data=0.5)
    assert grouped([]) == []


def test_blocks_are_told_by_what_became_of_them() -> None:
    segment = Segment(0x10, 4096, ((1024, "active_allocated"), (1024, "inactive"), (2048, "active_pending_free")))
    assert [(each.at, each.colour) for each in blocks(segment, 8192)] == [(0.0, "b-used"), (12.5, "b-free"), (25.0, "b-waiting")]
    assert in_use(segment) == "3 KiB of 4 KiB"


@pytest.mark.parametrize(
    ("frame", "where", "of"),
    [
        (Frame("f", "/p/a.py", 1, own=True), "a.py:1", OWN),
        (Frame("g", "/s/torch/nn/modules/conv.py", 1), "torch/nn/modules/conv.py", OF_TORCH),
        (Frame("at::native::add", "", 0), "", OF_NATIVE),
        (Frame("sgemm", "/l/libmkl.so.2", 0), "/l/libmkl.so.2", OF_NATIVE),
        (Frame("h", "/s/numpy/core.py", 1), "numpy/core.py", OF_OTHERS),
    ],
)
def test_a_function_has_the_colour_of_what_it_is_of(frame: Frame, where: str, of: int) -> None:
    assert kind(frame, where) == of
