from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.cleaning.wishes import Wishes, seconds, size, wishes
from torch_starter.core.cached import Part
from torch_starter.core.problems import WrongUsage

DAY = 86400.0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(("7d", 7 * DAY), ("12h", DAY / 2), ("2w", 14 * DAY), ("3 weeks", 21 * DAY), ("1 day", DAY), ("30min", 1800.0)),
        *(("0d", 0.0), ("1.5 H", 5400.0), (" 5 minutes ", 300.0)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, wanted: float) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("20GB", 20 * 10**9), ("20 gb", 20 * 10**9), ("1.5T", 1_500_000_000_000), ("1GiB", 2**30), ("500m", 500_000_000), ("0", 0)],
)
def test_a_size_is_read_in_the_steps_of_the_tables(text: str, wanted: int) -> None:
    assert size(text) == wanted


@pytest.mark.parametrize("text", ["", "d", "7", "7x", "-7d", "7d7d", "soon", "1e3d", "٣d\n."])
def test_nonsense_for_a_time_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="no time") as caught:
        wishes(text, None, ())
    assert "--older-than" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "20 parsecs", "1e9", "0x10", "1..5GB", "20GBB"])
def test_nonsense_for_a_size_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="no size"):
        wishes(None, text, ())


@given(st.text())
def test_no_text_is_anything_but_read_or_refused(text: str) -> None:
    for read in (seconds, size):
        with contextlib.suppress(WrongUsage):
            assert read(text) >= 0


def test_a_part_is_named_by_itself_or_by_its_cache() -> None:
    torch, numpy = Part(cache="uv", name="torch"), Part(cache="uv", name="numpy")
    assert Wishes(only=("uv/torch",)).names(torch)
    assert not Wishes(only=("uv/torch",)).asks(numpy)
    assert Wishes(only=("uv",)).names(numpy)
    assert Wishes().asks(numpy)
    assert not Wishes().names(numpy)
