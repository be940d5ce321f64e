"""What figures are called, by programs and by people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.figures import key, label, parsed

WORDS = st.from_regex(r"[a-z0-9:.-]{1,8}( [a-z0-9:.-]{1,8})?", fullmatch=True)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"dtype": "float32", "threads": "2"}, "float32, 2 threads"),
        ({"threads": "1", "what": "flops"}, "flops, 1 thread"),
        ({"workers": "0"}, "0 workers"),
        ({"batch": "64", "mode": "eager"}, "eager, batch 64"),
        ({"device": "cuda:0", "size": "4MiB"}, "cuda:0, 4MiB"),
        ({"pinned": "yes"}, "pinned yes"),
        ({"batch_size": "8"}, "batch size 8"),
        ({}, ""),
    ],
)
def test_people_read(params: dict[str, str], told: str) -> None:
    assert label(params) == told


@given(
    st.from_regex(r"[a-z]{1,9}", fullmatch=True),
    st.dictionaries(st.from_regex(r"[a-z_]{1,7}", fullmatch=True), WORDS, max_size=4),
)
def test_a_key_tells_all_that_it_was_made_of(name: str, params: dict[str, str]) -> None:
    assert parsed(key(name, params)) == (name, params)
