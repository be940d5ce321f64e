"""Dockerfiles: lines, stages, variables and commands."""

from __future__ import annotations

import pytest

from torch_starter.core.container_files import Dockerfile, Variable
from torch_starter.parsers.dockerfile import read

WHOLE = """\
# syntax=docker/dockerfile:1
# a comment
ARG TAG=3.12
from python:${TAG}-slim as Base
ENV A=1 \\
    # a comment inside

    B="two words" C='it is $A'
ENV OLD the rest
RUN --mount=type=cache,target=/c,sharing=locked --network=none apt-get update \\
 && echo "a && b" | tee /x
FROM base
ARG TAG
COPY --from=base --chown=me <<EOF <<'OTHER' /etc/
RUN false
EOF
EOF
OTHER
RUN <<-EOF
\tpip install torch
\tEOF
CMD ["python", "-c", "x"]
"""


def one(text: str) -> Dockerfile:
    """A file in which nothing is wrong."""
    found, unread = read("Dockerfile", text)
    assert not unread
    return found


def variable(text: str, name: str) -> Variable:
    return [each for each in one(text).variables() if each.name == name][-1]


def test_stages_and_what_they_are_made_of() -> None:
    found = one(WHOLE)
    base, last = found.stages
    assert (base.name, base.image, base.parent, base.place.line) == ("Base", "python:3.12-slim", None, 4)
    assert (last.image, last.parent, last.place.line) == ("", 0, 12)
    assert found.lineage(last) == [base, last]
    assert found.target() is last
    assert found.target("BASE") is found.target("0") is base
    assert found.target("none") is None


def test_variables_have_their_own_lines() -> None:
    told = {each.name: (each.value, each.place.line) for each in one(WHOLE).variables()}
    assert told == {"TAG": ("3.12", 13), "A": ("1", 5), "B": ("two words", 8), "C": (None, 8), "OLD": ("the rest", 9)}


def test_commands_have_their_own_lines_and_heredocs_count_where_a_shell_reads_them() -> None:
    runs = [each for stage in one(WHOLE).stages for each in stage.of("RUN")]
    assert [(command.words, command.place.line) for each in runs for command in each.commands] == [
        (("apt-get", "update"), 10),
        (("echo", "a && b"), 11),
        (("tee", "/x"), 11),
        (("pip", "install", "torch"), 20),
    ]
    assert runs[0].caches == ["/c"]
    assert runs[0].flag("network") == ["none"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("RUN python3 <<EOF\nimport os\nEOF\n", []),
        ("RUN <<EOF\n#!/usr/bin/env python3\nprint()\nEOF\n", []),
        ("RUN <<EOF\n#!/bin/bash\nls\nEOF\n", [("ls",)]),
        ("RUN bash -e <<'EOF'\nls # x\n# pip\nEOF\n", [("bash", "-e", "<<EOF"), ("ls",)]),
        ("RUN cat <<EOF > /a && rm b\nx\nEOF\n", [("cat", "<<EOF", ">", "/a"), ("rm", "b")]),
        ("RUN <<  EOF\nls\nEOF\n", [("ls",)]),
        ("RUN <<A <<B sh\nls\nA\npwd\nB\n", [("<<A", "<<B", "sh"), ("ls",), ("pwd",)]),
        ("RUN echo $(( 1 << 2 )) && ls\n", [("echo", "$"), ("1", "<<", "2"), ("ls",)]),
        ("RUN\n", []),
        ('RUN ["sh", "-c", "a; b"]\n', [("sh", "-c", "a; b"), ("a",), ("b",)]),
        ("RUN ['a', 'b']\n", [("[a,", "b]")]),
    ],
)
def test_what_a_run_runs(run: str, words: list[tuple[str, ...]]) -> None:
    commands = [command for each in one(f"FROM a\n{run}").stages[0].of("RUN") for command in each.commands]
    assert [each.words for each in commands if each.program != "python3"] == words


def test_a_word_of_two_dashes_ends_the_flags() -> None:
    (copy,) = one("FROM a\nCOPY --chown=me -- --x /y\n").stages[0].of("COPY")
    assert (copy.flags, copy.words) == (("--chown=me", "--"), ("--x", "/y"))


def test_another_sign_for_escaping() -> None:
    text = "# escape=`\nFROM a\nENV P=C:\\x `\n  Q=1\n"
    assert (variable(text, "P").value, variable(text, "Q").place.line) == ("C:\\x", 4)
    assert variable("# a\n# escape=`\nFROM a\nENV P=a\\\nb\n", "P").written == "ab", "a directive stands on top"


def test_an_argument_before_the_first_stage_is_known_in_a_stage_that_declares_it() -> None:
    text = "ARG V=1\nFROM a\nENV X=$V\nARG V\nENV Y=${V:-2} Z=${W:-3} N=$W\n"
    assert [variable(text, name).value for name in "XYZN"] == [None, "1", "3", None]


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ("RUN x\n", 1), ("FROM a\n\nRUNN x\n", 3), ("FROM a\nRUN cat <<EOF\nENV A=1\n", 2)]
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int) -> None:
    assert [each.place.line for each in read("Dockerfile", text)[1]] == [line]


def test_what_is_more_than_people_write_is_told() -> None:
    found, unread = read("Dockerfile", "FROM a\n" + "RUN x\n" * 1_000)
    assert [(each.place.line, each.why) for each in unread] == [
        (1_001, "it has more than 1000 instructions: the rest was not read")
    ]
    assert len(found.stages[0].instructions) == 1_000
