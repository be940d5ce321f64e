from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.files import DiskProblem, LocalFiles
from torch_starter.core.trial import Failure, Suspect, Trial
from torch_starter.search.trials import JUDGES, PACKAGE, Trials, contents, judges
from unit.making.houses import Counting, full

CONDITIONS = {
    "python": "3.12.1",
    "machine": "Linux x86_64",
    "judges": "0",
    "gpu": "",
    "direct": '["torch"]',
    "commands": "[]",
    "files": "",
}
SET = {"torch": "2.14.1+cpu", "numpy": "1.26.4"}
TRIED = Trial(versions=SET, passed=("imports.torch",), whole=True, seconds=1.5, date="2026-01-01")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SEVERAL = st.lists(WORDS, max_size=3).map(tuple)
SUSPECTS = st.builds(Suspect, WORDS, st.sampled_from(["said", "raised", "paired", "concerned", "needed"]), WORDS)
FAILURES = st.builds(
    Failure, WORDS, WORDS, st.lists(SUSPECTS, max_size=2).map(tuple), SEVERAL, st.none() | st.tuples(WORDS, WORDS)
)
TRIALS = st.builds(
    Trial,
    versions=st.dictionaries(WORDS, WORDS, max_size=3),
    passed=SEVERAL,
    failures=st.lists(FAILURES, max_size=2).map(tuple),
    unseen=SEVERAL,
    whole=st.booleans(),
    seconds=st.floats(0, 1e6),
    date=WORDS,
)


def kept_in(folder: Path, **other: str) -> Trials:
    return Trials(folder / "trials", LocalFiles(), {**CONDITIONS, **other})


@given(TRIALS)
def test_what_is_kept_is_read_back(trial: Trial) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept_in(Path(folder)).keep(trial)
        assert kept_in(Path(folder)).read(trial.versions) == trial


def test_the_order_of_a_set_does_not_matter(tmp_path: Path) -> None:
    kept_in(tmp_path).keep(TRIED)
    assert kept_in(tmp_path).read(dict(reversed(SET.items()))) == TRIED


@pytest.mark.parametrize("other", [{"numpy": "1.26.5"}, {"torch": "2.14.1"}, {"scipy": "1.14"}])
def test_another_set_is_not_known(tmp_path: Path, other: dict[str, str]) -> None:
    kept_in(tmp_path).keep(TRIED)
    assert kept_in(tmp_path).read({**SET, **other}) is None
    assert kept_in(tmp_path).read({"torch": SET["torch"]}) is None


@pytest.mark.parametrize("condition", [*CONDITIONS, "one more"])
def test_under_any_other_condition_it_is_not_known(tmp_path: Path, condition: str) -> None:
    kept_in(tmp_path).keep(TRIED)
    other = kept_in(tmp_path, **{condition: "another"})
    assert other.key(SET) != kept_in(tmp_path).key(SET)
    assert other.read(SET) is None


def test_two_words_that_join_to_the_same_are_told_apart(tmp_path: Path) -> None:
    assert kept_in(tmp_path).key({"a": "b", "c": "d"}) != kept_in(tmp_path).key({"a": "bc", "": "d"})


def test_what_another_project_tried_is_not_read(tmp_path: Path) -> None:
    kept_in(tmp_path / "one").keep(TRIED)
    assert kept_in(tmp_path / "two").read(SET) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"versions": 1}', '{"passed": []}', '{"versions": {}, "failures": ["no"]}'])
def test_what_cannot_be_read_was_not_tried(tmp_path: Path, text: str) -> None:
    trials = kept_in(tmp_path)
    trials.keep(TRIED)
    (file,) = trials.folder.iterdir()
    file.write_text(text)
    assert trials.read(SET) is None
    trials.keep(TRIED)
    assert trials.read(SET) == TRIED


def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(DiskProblem):
        Trials(tmp_path, Counting(0, full), CONDITIONS).keep(TRIED)  # type: ignore[arg-type]


def test_what_judges_is_a_hash_that_stays() -> None:
    assert judges() == judges()
    assert len(judges()) == 64
    assert all((PACKAGE / name).exists() for name in JUDGES)


def test_files_of_ones_own_count_by_name_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "src" / "train.py"
    LocalFiles().write(file, "a = 1\n")
    names = ["src/train.py", "src/gone.py", "src"]
    before = contents(tmp_path, names)
    assert before == contents(tmp_path, names[::-1])
    assert before == contents(tmp_path, names[:1])
    later = file.stat().st_mtime_ns + 1_000_000_000
    os.utime(file, ns=(later, later))
    touched = contents(tmp_path, names)
    assert touched != before
    LocalFiles().write(file, "a = 12\n")
    os.utime(file, ns=(later, later))
    assert contents(tmp_path, names) != touched
    assert contents(tmp_path, []) != before
