"""Short words of mounts and ports, files of variables, and .dockerignore."""

from __future__ import annotations

import pytest

from torch_starter.core.report import Place
from torch_starter.parsers import dockerignore, dotenv
from torch_starter.parsers.mounts import port, short_mount


def test_mounts_and_ports_in_short_words() -> None:
    here = Place("x", 1)
    assert short_mount("C:\\data:/data", here).source == "C:\\data"
    assert short_mount("${DIR:-x}:/data", here).target == "/data"
    told = [port(text, here) for text in ("80", "8:80/udp", "[::1]:8:80", "127.0.0.1::80", "1-2:3-4")]
    assert [(each.address, each.published, each.inner) for each in told] == [
        ("", "", "80"),
        ("", "8", "80"),
        ("::1", "8", "80"),
        ("127.0.0.1", "", "80"),
        ("", "1-2", "3-4"),
    ]


def test_a_file_of_variables() -> None:
    text = "# a\nexport A=1 # one\nB='it # is'\nC=\"x ${Y:-z}\"\nD: 4\nE\nF='two\nlines'\nG=\nno line\nH=$A\n"
    found = dotenv.read("x.env", text).variables
    assert {each.name: (each.value, each.place.line) for each in found} == {
        "A": ("1", 2),
        "B": ("it # is", 3),
        "C": ("x z", 4),
        "D": ("4", 5),
        "E": (None, 6),
        "F": ("two\nlines", 7),
        "G": ("", 9),
        "H": (None, 11),
    }


@pytest.mark.parametrize(
    ("patterns", "out"),
    [
        (".git", [".git", ".git/config"]),
        ("/.git/", [".git", ".git/config"]),
        ("**/.venv", [".venv", "a/.venv", "a/b/.venv/x"]),
        ("*", [".git", ".git/config", ".venv", "a/.venv", "a/b/.venv/x", "a.py"]),
        ("*\n!a", [".git", ".git/config", ".venv", "a.py"]),
        ("*.p?", ["a.py"]),
        ("[.]ven[a-v]", [".venv"]),
        ("[z-a]", []),
        ("# .git\n\n!.git", []),
        ("*" * 200, []),
    ],
)
def test_what_a_dockerignore_leaves_out(patterns: str, out: list[str]) -> None:
    paths = [".git", ".git/config", ".venv", "a/.venv", "a/b/.venv/x", "a.py"]
    found = dockerignore.read(".dockerignore", patterns)
    assert [path for path in paths if found.leaves_out(path)] == out
