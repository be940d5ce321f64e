"""An array is changed in one place, whatever its form."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.making.toml_array import added, removed, replaced, rows

GAPS = ("", " ", "\n", "\n  ", ' # c, "x"\n', "\n\n  # n [y]\n\t")
VALUES = ('"a"', "'b'", '"c#d,\\""', '"""e"""', "'''f''g'''", '"h[x]>1"', "'i; p<\"4\"'", '""')
NEW = ("n", 'n; p<"4"', "n; p<'4'", "n; \"'")


def values(raw: str) -> list[str]:
    found: list[str] = tomllib.loads(f"a = {raw}")["a"]
    return found


@st.composite
def arrays(draw: st.DrawFn) -> str:
    """Any array of strings: blanks, comments, line ends and commas where TOML lets them be."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    gap = st.sampled_from(GAPS).map(lambda text: text.replace("\n", newline))
    items = draw(st.lists(st.sampled_from(VALUES), max_size=4))
    text = f"[{draw(gap)}"
    for number, item in enumerate(items, 1):
        text += item + draw(gap)
        text += f",{draw(gap)}" if number < len(items) or draw(st.booleans()) else ""
    return f"{text}]"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("[]", '["n"]'),
        ("[ ]", '[ "n" ]'),
        ("[\n]", '[\n  "n",\n]'),
        ("[\n    # none\n]", '[\n    # none\n    "n",\n]'),
        ("[ # none\n]", '[ # none\n  "n",\n]'),
        ('["a"]', '["a", "n"]'),
        ('[ "a", "b" ]', '[ "a", "b", "n" ]'),
        ('["a","b",]', '["a","b","n",]'),
        ("['a']", "['a', 'n']"),
        ('["a",\n "b"]', '["a",\n "b",\n "n"]'),
        ('[\n\t"a",\n\n\t"b"\n]', '[\n\t"a",\n\n\t"b",\n\t"n"\n]'),
        ('[\r\n  "a",\r\n]', '[\r\n  "a",\r\n  "n",\r\n]'),
        ('[\n  "a", # one\n  "b" # two\n]', '[\n  "a", # one\n  "b", # two\n  "n"\n]'),
        ('[\n  "a",\n  # end\n]', '[\n  "a",\n  # end\n  "n",\n]'),
    ],
)
def test_a_new_one_looks_as_its_neighbours(raw: str, wanted: str) -> None:
    assert added(raw, "n", "  ") == wanted


@pytest.mark.parametrize(
    ("raw", "index", "wanted"),
    [
        ('["a", "b", "c"]', 0, '["b", "c"]'),
        ('["a", "b", "c"]', 1, '["a", "c"]'),
        ('[ "a" ]', 0, "[ ]"),
        ('[\n  # one\n  "a", # why\n\n  # two\n  "b",\n]', 0, '[\n  # one\n\n  # two\n  "b",\n]'),
        ('[\n  "a", # one\n  "b" # two\n]', 1, '[\n  "a" # one\n]'),
        ('["a", "b", # both\n  "c"]', 1, '["a", # both\n  "c"]'),
        ('["a", # one\n "b"]', 1, '["a" # one\n ]'),
    ],
)
def test_its_line_goes_with_what_is_said_of_it(raw: str, index: int, wanted: str) -> None:
    assert removed(raw, index) == wanted


def test_a_replaced_one_keeps_its_comment() -> None:
    assert replaced("[\n  'a', # why\n]", 0, "a>1") == "[\n  'a>1', # why\n]"
    assert replaced("['a']", 0, "a; p<'4'") == "[\"a; p<'4'\"]"


@given(arrays(), st.sampled_from(NEW))
def test_what_is_added_and_removed_leaves_no_trace(raw: str, new: str) -> None:
    text = added(raw, new, "  ")
    assert values(text) == [*values(raw), new]
    assert removed(text, len(values(raw))) == raw


@given(arrays().filter(rows), st.data())
def test_one_is_removed_or_replaced(raw: str, data: st.DataObject) -> None:
    before = values(raw)
    index = data.draw(st.integers(0, len(before) - 1))
    assert values(removed(raw, index)) == [*before[:index], *before[index + 1 :]]
    assert values(replaced(raw, index, "q")) == [*before[:index], "q", *before[index + 1 :]]
