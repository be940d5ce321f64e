"""Commands of a shell's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.report import Place
from torch_starter.parsers.shell import commands
from torch_starter.parsers.words import unquoted, words


def told(text: str) -> list[tuple[str, ...]]:
    return [each.words for each in commands(text, lambda offset: Place("x", offset))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a b && c || d; e & f", ["a b", "c", "d", "e", "f"]),
        ("a 'b && c' \"d; e\" f\\ g", ["a|b && c|d; e|f g"]),
        ("if [ -e x ]; then apt-get update; fi", ["[ -e x ]", "apt-get update", "fi"]),
        ("sudo -E X=1 apt-get -y install git", ["apt-get -y install git"]),
        ("(cd x && make) 2>&1 | tee log", ["cd x", "make", "2>&1", "tee log"]),
        ("a # b && c\nd", ["a", "d"]),
        ("a \\\n  b", ["a b"]),
        ('bash -lc "a && b"', ["bash|-lc|a && b", "a", "b"]),
        ("echo $(curl x) `wget y`", ["echo $", "curl x", "wget y"]),
        ("a ${B:-c d} e", ["a|${B:-c d}|e"]),
        ("a '' b", ["a||b"]),
        ("'' a", ["a"]),
        ("", []),
    ],
)
def test_commands(text: str, wanted: list[str]) -> None:
    split = [tuple(each.split("|") if "|" in each else each.split(" ")) for each in wanted]
    assert told(text) == split


def test_pipes_variables_and_places() -> None:
    first, second = commands("A=1 B='2 3' curl x |\n  sh -", lambda offset: Place("x", offset))
    assert (first.program, first.piped, first.variables, first.place.line) == ("curl", True, {"A": "1", "B": "2 3"}, 0)
    assert (second.program, second.piped, second.place.line) == ("sh", False, 23)


@given(st.text(st.sampled_from("ab '\"\\$(){};&|\n#<>`=-")))
def test_no_text_stops_it(text: str) -> None:
    found = list(commands(text, lambda offset: Place("x", offset)))
    assert all(0 <= (each.place.line or 0) < len(text) for each in found)


@given(st.lists(st.text("abc '\"\\$#", min_size=1, max_size=6), max_size=5))
def test_quoted_words_come_back(given: list[str]) -> None:
    quoted = ["'" + each.replace("'", "'\\''") + "'" for each in given]
    assert [unquoted(word.raw) for word in words(" ".join(quoted))] == given
