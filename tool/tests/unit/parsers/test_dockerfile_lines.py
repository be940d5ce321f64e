"""Dockerfiles cut into parts: whatever the text is, nothing is lost, and every line is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.parsers.dockerfile import read
from torch_starter.parsers.dockerfile_parts import parts

LINES = st.sampled_from(
    [
        *("FROM a", "FROM a AS b", "RUN x \\", "RUN x", "  y \\", "# c", "", "\\", "RUN <<E", "E", "\tE", "RUN <<-E <<'F'", "F"),
        *("ENV A=1 \\", 'ENV A="', "ARG X", "COPY <<E /a", 'RUN ["a"', "# escape=`", "RUN x `", "ONBUILD RUN y", "$", "'", '"'),
    ]
)
NEAR = st.one_of(st.text(), st.lists(LINES).map("\n".join), st.lists(LINES).map("\r\n".join))


@pytest.mark.parametrize(
    ("line", "end"),
    [
        *(("3<<E", "E"), ("<<eo'f'", "eof"), ("<<eo\\'f", "eo'f"), ("<<'one two'", "one two"), ("<<$E", "$E"), ("<<- E", "\tE")),
        *(("<<file.txt python3", "file.txt"), ('<<"E" <<F', "E\nF")),
    ],
)
def test_heredocs_end_where_buildkit_ends_them(line: str, end: str) -> None:
    """The cases are those of its own tests."""
    for keyword in ("RUN", "COPY", "ONBUILD RUN"):
        found, _ = parts(f"FROM a\n{keyword} {line}\nENV A=1\n{end}\nUSER me\n")
        assert [part.keyword for part in found] == ["FROM", keyword.split()[0], "USER"]


@pytest.mark.parametrize("line", ['"<<E"', "<<<E", "a<<E", "<<"])
def test_what_is_no_heredoc(line: str) -> None:
    found, _ = parts(f"FROM a\nRUN {line}\nENV A=1\nE\n")
    assert [part.keyword for part in found] == ["FROM", "RUN", "ENV", "E"]


@given(NEAR)
def test_joined_parts_are_the_text(text: str) -> None:
    found, _ = parts(text)
    assert "".join(part.raw for part in found) == text


@given(NEAR)
def test_each_part_begins_on_its_line(text: str) -> None:
    found, _ = parts(text)
    for number, part in enumerate(found):
        assert part.line == "".join(each.raw for each in found[:number]).count("\n") + 1
        last = part.line + part.raw.removesuffix("\n").count("\n")
        assert all(part.line <= line <= last for _, line in part.starts)


@given(NEAR)
def test_no_text_stops_the_reader(text: str) -> None:
    found, _ = read("Dockerfile", text)
    lines = text.count("\n") + 1
    instructions = [each for stage in found.stages for each in stage.instructions]
    places = [each.place for each in found.variables()] + [each.place for each in instructions]
    places += [command.place for each in instructions for command in each.commands]
    assert all(1 <= (place.line or 0) <= lines for place in places)


NAMES = st.text("ABCDEFG", min_size=1, max_size=4)
VALUES = st.text('abc ="#\\$', max_size=8)


@given(st.lists(st.tuples(NAMES, VALUES, st.integers(0, 2)), min_size=1))
def test_values_come_back_from_where_they_were_written(given: list[tuple[str, str, int]]) -> None:
    """With comments between them."""
    lines, wanted = ["FROM a"], []
    for name, value, comments in given:
        lines.append(f"{'ENV ' if len(lines) == 1 else '  '}{name}='{value}' \\")
        wanted.append((name, value, len(lines)))
        lines += ["  # a comment"] * comments
    lines.append("  LAST=1")
    found = [(each.name, each.written, each.place.line) for each in read("Dockerfile", "\n".join(lines))[0].variables()]
    assert found == [*wanted, ("LAST", "1", len(lines))]


@pytest.mark.parametrize(
    "line", ["RUN <<X\n", "ENV A=$A${A:-$A}\n", "RUN a \\\n", "RUN " + "a;" * 50 + "\n", '"', "\\", "<<", "${"]
)
def test_large_files_are_read(line: str) -> None:
    """Nothing takes the square of a file's length: it would hang here."""
    assert read("Dockerfile", f"FROM a\n{line * (500_000 // len(line))}")[0].stages
