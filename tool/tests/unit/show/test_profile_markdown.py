"""A profile as Markdown."""

from __future__ import annotations

import re
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.place import Place
from torch_starter.core.report import Finding
from torch_starter.show.markdown import text
from unit.show import _profiles
from unit.show.test_profile import ALL

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(["a|b", "<img>", "# x", "```", "`"])


@pytest.mark.parametrize(
    "name", ["profile-data", "profile-gpu", "profile-torchrun", "profile-hang", "memory-leak", "memory-gpu-full"]
)
def test_a_reader_of_markdown_sees(name: str) -> None:
    found = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", text(ALL[name]()))
    assert found == golden(f"{name}.md", found)


@pytest.mark.parametrize("name", ALL)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(name: str) -> None:
    lines = re.sub(r"\\\|", "", text(ALL[name]())).splitlines()
    tables = [list(group) for is_row, group in groupby(lines, lambda line: line.startswith("|")) if is_row]
    assert tables
    assert all(len({row.count("|") for row in rows}) == 1 for rows in tables)


@given(WORDS, WORDS)
def test_words_are_no_markup(name: str, why: str) -> None:
    advised = Finding(id="profile.x", verdict="warn", title=name, seen=why, remedy=why, gain=1.5, place=Place(name, 3))
    found = text(_profiles.report(_profiles.profile(_profiles.process(_profiles.DATA_BOUND), command=(name, why)), advised))
    assert len([line for line in found.splitlines() if line.startswith("#")]) == 1
    assert "<img" not in re.sub(r"`+ ?[^`]*<img>[^`]*`+", "", found)
