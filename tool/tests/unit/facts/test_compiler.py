"""Which compilers are taken, from folders with programs that only tell a version."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.processes import LocalProcesses
from torch_starter.facts.compiler import Compiler

USUAL = "clang++" if sys.platform == "darwin" else "g++"


def ask(folder: Path, programs: dict[str, str], **variables: str) -> Compiler:
    """Programs that print a line, or that fail where it is empty."""
    for name, line in programs.items():
        (folder / name).write_text(f"#!/bin/sh\necho '{line}'\n" if line else "#!/bin/sh\nexit 1\n")
        (folder / name).chmod(0o755)
    return Compiler.gather(Machine(LocalProcesses(), LocalFiles(), {"PATH": str(folder), **variables}))


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("g++ (Debian 12.2.0-14) 12.2.0", "12.2.0"),
        ("Ubuntu clang version 18.1.3 (1ubuntu1)", "18.1.3"),
        ("g++ (crosstool-NG 1.24.0.133) 9.4.0", "9.4.0"),
        ("Apple clang version 15.0.0 (clang-1500.3.9.4)", "15.0.0"),
        ("a compiler", "a compiler"),
    ],
)
def test_the_version_is_read(tmp_path: Path, line: str, version: str) -> None:
    found = ask(tmp_path, {USUAL: line, "gcc": "gcc 13.1"})
    assert (found.cxx, found.cxx_version, found.cc, found.cc_version) == (USUAL, version, "gcc", "13.1")


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert ask(tmp_path, {}) == Compiler(cxx="", cxx_version="", cc="", cc_version="")


def test_what_is_there_and_not_taken_is_told(tmp_path: Path) -> None:
    found = ask(tmp_path, {"c++": "c++ 12.2"})
    assert (found.cxx, found.others) == ("", ("c++",))


def test_what_a_variable_names_is_taken_by_its_name_without_its_folder(tmp_path: Path) -> None:
    found = ask(tmp_path, {USUAL: "g++ 12.2", "other": "other 1.2"}, CXX=f"{tmp_path}/other -m64", CC="gone")
    assert (found.cxx, found.cxx_version, found.cc, found.cc_version) == ("other", "1.2", "gone", "")
    assert found.named == ("CXX", "CC")


def test_a_quote_too_few_after_its_name_does_not_matter(tmp_path: Path) -> None:
    assert ask(tmp_path, {"other": "other 1.2"}, CXX="other -DNAME='x").cxx == "other"


def test_one_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert ask(tmp_path, {USUAL: ""}).cxx_version == ""
