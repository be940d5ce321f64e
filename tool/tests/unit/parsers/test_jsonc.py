"""JSON with comments, and the tree of YAML that it is read by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.parsers.jsonc import without_comments
from torch_starter.parsers.yaml_tree import Node, NotYaml, tree

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\x85\ufeff\ufffe\uffff"),
    max_size=100,  # YAML knows no name of more than 1,024 signs
)
VALUES = st.recursive(TEXT, lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXT, inner)), max_leaves=10)
BETWEEN = st.sampled_from([" ", "\n", "\t", '// a "comment"\n', "/* one, { */", "/* two\nlines */\t"])


def plain(node: Node) -> Any:
    """The value of a node."""
    if node.is_map:
        return {name: plain(each) for name, each in node.fields.items()}
    return [plain(each) for each in node.items] if node.is_list else node.text or ""


def line_of(text: str) -> int:
    """Where a text begins, or is wrong."""
    try:
        return tree("x", without_comments(text)).line
    except NotYaml as reason:
        return reason.line


def written(value: Any, draw: Any) -> str:
    """JSON with comments, tabs and commas too many."""
    gap = draw(BETWEEN)
    if isinstance(value, dict):
        inner = "".join(f"{json.dumps(key)}{gap}:{gap}{written(each, draw)},{draw(BETWEEN)}" for key, each in value.items())
        return f"{{{gap}{inner}}}"
    if isinstance(value, list):
        return f"[{gap}{''.join(f'{written(each, draw)}{draw(BETWEEN)},{gap}' for each in value)}]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()) and value.isascii())


@st.composite
def files(draw: Any) -> tuple[Any, str]:
    value = draw(st.dictionaries(st.text("abcdef", min_size=1, max_size=5), VALUES, max_size=4))
    return value, written(value, draw)


@given(files())
def test_what_was_written_is_read(given: tuple[Any, str]) -> None:
    value, text = given
    assert plain(tree("x", without_comments(text))) == value


@given(st.text(st.sampled_from('"\\/*\n\t {}[],a')))
def test_everything_stays_where_it_was(text: str) -> None:
    found = without_comments(text)
    assert len(found) == len(text)
    assert [at for at, sign in enumerate(found) if sign == "\n"] == [at for at, sign in enumerate(text) if sign == "\n"]
    assert all(after in (before, " ") for before, after in zip(text, found, strict=True))


@given(st.text(st.sampled_from('"\\/*\n\t {}[]:,aud8c')))
def test_the_lines_are_the_same(text: str) -> None:
    assert without_comments(text).count("\n") == text.count("\n")


@given(st.text())
def test_no_text_stops_the_reader(text: str) -> None:
    assert 1 <= line_of(text) <= max(len(text.splitlines()), 1)


def test_signs_of_comments_in_texts_are_none() -> None:
    text = '{"a": "https://x/*y*/", // z\n "b\\"//": 1, /* "c": 2 */ }'
    assert plain(tree("x", without_comments(text))) == {"a": "https://x/*y*/", 'b"//': "1"}


def test_lines_are_those_of_the_names() -> None:
    root = tree("x", "a:\n  b: 1\n\n  c:\n    - d\n    - e\n")
    assert [root.at("a", name).line for name in ("b", "c")] == [2, 4]
    assert [place.line for _, place in root.at("a", "c").texts()] == [5, 6]
    assert not root.at("a", "x", "y").is_there


def test_what_is_merged_is_found_and_ones_own_wins() -> None:
    root = tree("x", "b: &b {x: 1, y: 2}\nc: &c {y: 3, z: 4}\na:\n  <<: [*b, *c]\n  x: 5\n")
    assert {name: each.text for name, each in root.at("a").fields.items()} == {"x": "5", "y": "2", "z": "4"}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a\n  <<: *a\n  b: 1\n",
        "a: &a {b: *a}\n",
        "a: &a [*a]\n",
        "a: &a x\nb: {<<: *a}\n",
        "\n".join(
            ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], l: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 50))]
        ),
    ],
)
def test_circles_and_bombs_end(text: str) -> None:
    root = tree("x", text)
    assert root.fields
    assert all(each.at("b", "b", "b", "l").items is not None and each.fields is not None for each in root.fields.values())


@pytest.mark.parametrize(
    "text", ["a: [\n", "a: 1\n\tb: 2\n", "[" * 100_000, "- " * 100_000, "a: \x00\n", "%YAML 9\n---\na", "a: *b\n"]
)
def test_what_is_no_yaml_is_told(text: str) -> None:
    with pytest.raises(NotYaml) as stopped:
        tree("x", text)
    assert stopped.value.why
    assert stopped.value.line <= 3
