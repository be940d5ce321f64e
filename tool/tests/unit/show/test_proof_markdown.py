"""A proof as Markdown."""

from __future__ import annotations

import re
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.pairs import gain
from torch_starter.core.proof import Edit, Member
from torch_starter.show._proof_words import patches
from torch_starter.show.markdown import text
from unit.show import proven

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(["a|b", "<img>", "# x", "```", "`"])


@pytest.mark.parametrize("name", proven.ALL)
def test_a_reader_of_markdown_sees(name: str) -> None:
    found = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", text(proven.ALL[name]()))
    assert found == golden(f"optimize-{name}.md", found)


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    lines = text(proven.answer("gained")).splitlines()
    tables = [list(group) for is_row, group in groupby(lines, lambda line: line.startswith("|")) if is_row]
    assert len(tables) == 3
    assert all(len({row.count("|") for row in rows}) == 1 for rows in tables)


def test_the_patch_is_in_it_as_git_takes_it() -> None:
    report = proven.answer("gained")
    assert report.proof is not None
    assert f"```diff\n{patches(report.proof)}```\n" in text(report)


@given(WORDS, WORDS)
def test_words_are_no_markup(name: str, why: str) -> None:
    edit = Edit(text=why, patch=f"+{name}\n")
    member = Member(setting=name, label=why, safety="rounding", title=why, gain=gain([1.1, 1.2]), edits=[edit])
    rest = [proven.tried(name, why, "failed", why=why)]
    proof = proven.proof_of(gain([1.2, 1.3]), members=[member], tried=rest, command=["python", name, why])
    found = text(proven.report_of(proof, "done"))
    fenced = re.sub(r"^(`{3,})\w+\n.*?\n\1$", "", found, flags=re.DOTALL | re.MULTILINE)
    assert len([line for line in fenced.splitlines() if line.startswith("#")]) == 1
    assert "<img" not in re.sub(r"`+ ?[^`]*<img>[^`]*`+", "", fenced)
