from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.units import human_size, seconds, size

POWERS = {"b": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40}
LENGTHS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}


@given(st.integers(0, 10**6), st.sampled_from(sorted(POWERS)))
def test_a_size_is_its_number_times_its_unit(number: int, unit: str) -> None:
    assert size(f"{number}{unit}") == number * 2 ** POWERS[unit]


@given(st.integers(0, 10**6), st.sampled_from(sorted(LENGTHS)))
def test_a_time_is_its_number_times_its_unit(number: int, unit: str) -> None:
    assert seconds(f"{number}{unit}") == number * LENGTHS[unit]


@given(st.integers(0, 10**15))
def test_a_human_size_is_near_the_size(count: int) -> None:
    words = re.fullmatch(r"([0-9.]+) (B|kB|MB|GB|TB)", human_size(count))
    assert words
    told = float(words[1]) * 1000 ** ["B", "kB", "MB", "GB", "TB"].index(words[2])
    assert abs(told - count) <= max(0.5, count * (0.5 if words[2] == "kB" else 0.06))


@pytest.mark.parametrize("text", ["", "12", "gb", "12 gb", "-1gb", "1.gb", "1e3gb", "12GB", "12gb\n", "12gbx"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size such as 12gb"):
        size(text)


@pytest.mark.parametrize("text", ["", "5", "5 s", "5m", "1.5.5s", "-1s"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time such as 120s"):
        seconds(text)
