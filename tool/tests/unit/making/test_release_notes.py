"""What a reviewer reads of an update."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from golden import golden
from torch_starter.making.release_notes import HoldRow, Updated, as_markdown
from torch_starter.making.step import Step, steps

BEFORE = {
    "torch": "2.13.0",
    "numpy": "1.26.3",
    "datasets": "2.19.0",
    "pyarrow": "26.0.0",
    "six": "1.16.0",
    **{f"nvidia-part-{number:02}": "13.0.1" for number in range(12)},
}
AFTER = {
    "torch": "2.14.1",
    "numpy": "1.26.4",
    "datasets": "3.0.0",
    "pyarrow": "25.0.1",
    "tinygrad-like": "0.1",
    **{f"nvidia-part-{number:02}": "13.0.2" for number in range(12)},
}
HELD = HoldRow(
    "pyarrow", "<26", "packages.breaks.pyarrow", "ImportError: pyarrow requires `NumPy` 2.0|newer,\nfound 1.26.4", "2026-11-23"
)
WORDS = st.text(st.sampled_from("ab \\|`<>&*_[]()#@~!\n\r\t\u2028-:"), max_size=12)


def updated() -> tuple[Updated, ...]:
    """One lock in which much has moved, and one in which nothing has."""
    return (
        Updated(
            name="cu130",
            label="proven on the CPU; GPU checks not run: `./dev.sh verify-setup` on a GPU says more",
            steps=steps(BEFORE, AFTER, direct=("torch", "numpy", "datasets")),
            sizes={"torch": 554_618_695, "numpy": 17_950_613, "datasets": 480_000, "pyarrow": 41_200_000, "tinygrad-like": 900},
            held=(HELD,),
            dropped=(HoldRow("fsspec", "<2024.6", "imports.fsspec", "AttributeError: 'x' | 'y'", "2026-08-01"),),
            yanked=(("datasets", "2.19.0", "broken | metadata"),),
            trials=7,
            seconds=252.0,
            disk_bytes=1_234_000_000,
        ),
        Updated(name="cpu", label="nothing newer was published", trials=0, seconds=8.2),
    )


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def cells(text: str) -> list[list[str]]:
    """The rows of all tables, as a reader sees their cells."""
    rows: list[list[str]] = []
    tokens = parsed(text)
    for token, inner in itertools.pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open"):
            rows[-1].append("".join(child.content for child in inner.children or ()))
    return rows


def test_a_reviewer_reads() -> None:
    shown = as_markdown(updated())
    assert shown == golden("lock-update.md", shown)


def test_no_lock_is_said_too() -> None:
    assert as_markdown((), "Nothing") == "## Nothing\n\nNo lock was looked at.\n"


def test_tables_are_as_wide_as_their_heads_and_nothing_is_lost() -> None:
    rows = cells(as_markdown(updated()))
    assert ["torch", "2.13.0", "2.14.1", "minor", "554.6 MB"] in rows
    assert ["pyarrow", "<26", HELD.check, "ImportError: pyarrow requires 'NumPy' 2.0|newer, found 1.26.4", "2026-11-23"] in rows
    assert ["datasets", "2.19.0", "broken | metadata"] in rows
    assert ["cpu", "nothing newer was published", "0", "0", "0", "0.1", "0 B"] in rows
    assert sum(row[3:4] == ["patch"] for row in rows) == 13


def test_what_is_long_is_folded() -> None:
    text = as_markdown(updated())
    assert text.index("<details>") > text.index("`torch`")
    assert text.count("<details><summary>6 more</summary>\n\n|") == 1
    assert text.count("\n\n</details>\n\n") == 1


@given(WORDS, WORDS, WORDS)
def test_no_words_break_a_table(package: str, evidence: str, label: str) -> None:
    row = HoldRow(package, "<1", "a.b", evidence, "2026-01-01")
    rows = cells(as_markdown((Updated(name="x", label=label, held=(row,)),)))
    assert [len(each) for each in rows] == [7, 7, 5, 5]
    assert rows[-1][3] == " ".join(evidence.replace("`", "'").replace("\u2028", " ").split())
    assert not [token for token in parsed(as_markdown((Updated(name="x", label="", held=(row,)),))) if token.type == "html_block"]


def test_a_page_fits_into_a_pull_request_and_says_what_was_left_out() -> None:
    many = tuple(Step(f"a-package-of-number-{number}", "1.0.0", "2.0.0") for number in range(600))
    text = as_markdown([Updated(name=f"lock-{number}", label="x", steps=many) for number in range(4)])
    assert 10_000 < len(text) <= 60_000
    assert "more left out" in text
    assert "600 packages change (600 major)" in text
    told = HoldRow("a", "<1", "b", "x" * 5000, "2026-01-01")
    assert len(as_markdown([Updated(name="cpu", label="x", held=(told,) * 500)])) <= 60_000
