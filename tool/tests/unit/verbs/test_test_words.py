"""Which words of `test` name tests, and which are pytest's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.ask import Ask
from torch_starter.core.machine import local_machine
from torch_starter.core.project import Project
from torch_starter.testing import NoProgress
from torch_starter.verbs.test import parted


@pytest.mark.parametrize(
    ("words", "paths", "options"),
    [
        ("", "", ""),
        ("tests/test_a.py tests/none.py", "tests/test_a.py tests/none.py", ""),
        ("-x tests/test_a.py::test_one", "tests/test_a.py::test_one", "-x"),
        ("-k data -x", "", "-k data -x"),
        ("-x -k data data", "data", "-x -k data"),
        ("--ignore data -q", "", "--ignore data -q"),
        ("--durations 3 tests", "tests", "--durations 3"),
    ],
)
def test_a_value_of_an_option_is_no_path(words: str, paths: str, options: str, tmp_path: Path) -> None:
    for name in ("data", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "tests" / "test_a.py").touch()
    ask = Ask(Project(tmp_path, "here"), local_machine(), NoProgress(), {}, tuple(words.split()))
    assert parted(ask) == (paths.split(), options.split())
