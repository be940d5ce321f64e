"""Which tests a change reaches, as far as coverage does not see it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from torch_starter.core.quality import Code
from torch_starter.quality import _changed, _memory
from torch_starter.quality._pytest import Ended, Told
from unit.quality.coded import code

FILES = {
    "pyproject.toml": "",
    "src/a.py": "X = 1\ndef f():\n    return X\n",
    "src/b.py": "def g():\n    return 1\n",
    "src/kept.py": "import functools\n@functools.cache\ndef h():\n    return 1\n",
    "tests/conftest.py": "Y = 1\n",
    "tests/test_a.py": "import a\n",
    "tests/test_b.py": "import b\n",
    "tests/test_kept.py": "import kept\n",
    "data/x.json": "{}",
    "docs/x.txt": "words",
    "tests/x.json": "{}",
}
A, B, KEPT = "tests/test_a.py::test", "tests/test_b.py::test", "tests/test_kept.py::test"


def ran(
    id: str, *, hidden: bool = False, opaque: bool = False, files: tuple[str, ...] = (), folders: tuple[str, ...] = ()
) -> Ended:
    return Ended(id, "passed", 0.1, (id.split("::")[0], 1), files=files, folders=folders, hidden=hidden, opaque=opaque)


def known(root: Path, *tests: Ended, at_import: tuple[tuple[str, str], ...] = ()) -> Code:
    """A project whose tests have been run once; testmon's database is there, too."""
    made = code(root, FILES)
    choice = _changed.chosen(made)
    assert choice.all
    sqlite3.connect(_memory.database(made)).execute("CREATE TABLE x (y)").connection.close()
    _changed.remember(made, choice, Told(tests or (ran(A), ran(B), ran(KEPT)), at_import=at_import))
    return made


def skipped(made: Code, changes: dict[str, str]) -> set[str]:
    for name, text in changes.items():
        (made.root / name).write_text(text)
    choice = _changed.chosen(made)
    return set() if choice.all else set(choice.may_skip)


def test_without_a_change_all_may_be_left_out(tmp_path: Path) -> None:
    assert skipped(known(tmp_path), {}) == {A, B, KEPT}


@pytest.mark.parametrize(
    ("changes", "may_skip"),
    [
        ({"src/a.py": "X = 1\ndef f():\n    return X + 1\n"}, {A, B, KEPT}),  # a function's body: coverage knows who runs it
        ({"src/a.py": "X = 2\ndef f():\n    return X\n"}, {B, KEPT}),
        ({"src/kept.py": FILES["src/kept.py"].replace("return 1", "return 2")}, {A, B}),
        ({"tests/conftest.py": "Y = 2\n"}, set()),
        ({"tests/x.json": "{} "}, set()),  # nobody was seen to read it
        ({"pyproject.toml": "[tool]\n"}, set()),
        ({"data/x.json": "[]"}, set()),
        ({"tests/notes.md": "words", "docs/x.txt": "other words", "Dockerfile": "FROM x"}, {A, B, KEPT}),
    ],
)
def test_what_a_change_reaches(tmp_path: Path, changes: dict[str, str], may_skip: set[str]) -> None:
    assert skipped(known(tmp_path), changes) == may_skip


def test_a_file_that_a_test_read_reaches_it_alone(tmp_path: Path) -> None:
    made = known(tmp_path, ran(A, files=("tests/x.json",)), ran(B))
    assert skipped(made, {"tests/x.json": "[]"}) == {B}


def test_a_folder_that_a_test_listed_reaches_it(tmp_path: Path) -> None:
    made = known(tmp_path, ran(A, folders=("docs",)), ran(B))
    assert skipped(made, {"docs/y.txt": "words"}) == {B}


def test_hidden_code_is_any_that_the_file_imports(tmp_path: Path) -> None:
    made = known(tmp_path, ran(A, hidden=True), ran(B, hidden=True))
    assert skipped(made, {"src/a.py": "X = 1\ndef f():\n    return 3\n"}) == {B}


def test_a_program_that_was_started_may_run_any_code(tmp_path: Path) -> None:
    made = known(tmp_path, ran(A), ran(B, opaque=True))
    assert skipped(made, {"src/a.py": "X = 1\ndef f():\n    return 3\n"}) == {A}


def test_a_function_that_is_called_by_importing_counts_as_a_part_of_its_module(tmp_path: Path) -> None:
    made = known(tmp_path, at_import=(("src/a.py", "f"),))
    assert skipped(made, {"src/a.py": "X = 1\ndef f():\n    return 3\n"}) == {B, KEPT}


def run_again(made: Code, *tests: Ended) -> None:
    """A run in which options of pytest chose these alone."""
    _changed.remember(made, _changed.chosen(made), Told(tests))


@pytest.mark.parametrize(
    "changes", [{"pyproject.toml": "[tool]\n"}, {"tests/x.json": "[]"}, {"tests/conftest.py": "Y = 2\n"}, {"src/a.py": "X = 2\n"}]
)
def test_what_was_not_run_after_a_change_is_not_left_out_later(tmp_path: Path, changes: dict[str, str]) -> None:
    made = known(tmp_path)
    skipped(made, changes)
    run_again(made, ran(KEPT))
    assert A not in skipped(made, {})
    run_again(made, ran(A), ran(B), ran(KEPT))
    assert skipped(made, {}) == {A, B, KEPT}


def test_a_test_that_was_renamed_does_not_hold_up_what_concerns_all(tmp_path: Path) -> None:
    made = known(tmp_path, ran(A), ran(B))
    skipped(made, {"pyproject.toml": "[tool]\n"})
    new = "tests/test_a.py::test_renamed"
    _changed.remember(made, _changed.chosen(made), Told((ran(new), ran(B)), collected=(new, B)))
    assert skipped(made, {}) == {new, B}


def cut(path: Path) -> None:
    path.write_text(path.read_text()[:-5])


def spoil(path: Path) -> None:
    path.with_name("testmon.db").write_bytes(b"no database" * 100)


def without(path: Path) -> None:
    path.with_name("testmon.db").unlink()


@pytest.mark.parametrize("harm", [cut, spoil, without, Path.unlink])
def test_what_is_kept_in_halves_is_not_trusted(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    made = known(tmp_path)
    harm(_memory.folder(made) / "seen.json")
    choice = _changed.chosen(made)
    assert choice.all
    assert "nothing is known" in choice.why
    assert not _memory.database(made).exists()


def test_a_test_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    made = known(tmp_path)
    os.remove(tmp_path / "tests/test_b.py")
    choice = _changed.chosen(made)
    _changed.remember(made, choice, Told())
    kept = msgspec.json.decode((_memory.folder(made) / "seen.json").read_bytes(), type=_memory.Memory)
    assert kept.tests.keys() == {A, KEPT}
