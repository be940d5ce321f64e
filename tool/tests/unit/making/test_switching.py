"""Locks and environment are switched together, and go back together."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.problems import WrongSpec, WrongUsage
from torch_starter.making.switching import Edit, merged
from unit.making.houses import EDITED, NEW, OLD, Counting, House, Killed, killed


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_switch_changes_all_of_it_and_leaves_no_journal(house: House) -> None:
    house.switch().commit(EDITED, house.folder("b"))
    assert house.state() == ("b", NEW)
    assert not house.switch().journal.exists()
    assert house.environments.previous() == house.folder("a")


def test_a_rollback_undoes_it_and_the_next_does_it_again(house: House) -> None:
    house.switch().commit(EDITED, house.folder("b"))
    for state in (("a", OLD), ("b", NEW), ("a", OLD)):
        assert house.roll_back() == ()
        assert house.state() == state


def test_a_file_that_was_changed_meanwhile_stops_it(house: House) -> None:
    house.write({"pyproject.toml": "mine\n"})
    with pytest.raises(WrongSpec) as stopped:
        house.switch().commit(EDITED, house.folder("b"))
    assert (stopped.value.code, "pyproject.toml" in stopped.value.message) == ("lock.changed-meanwhile", True)
    assert house.state() == ("a", {**OLD, "pyproject.toml": "mine\n"})


@pytest.mark.parametrize("now", ["mine\n", None])
def test_an_edit_that_changes_nothing_guards_its_file(house: House, now: str | None) -> None:
    guard = Edit("locks/cpu.txt", OLD["locks/cpu.txt"], OLD["locks/cpu.txt"])
    house.switch().commit([guard], house.folder("b"))
    assert house.state() == ("b", OLD)
    assert house.switch().step(house.folder("b")) is None
    (house.project.root / "locks" / "cpu.txt").unlink()
    house.write({} if now is None else {"locks/cpu.txt": now})
    with pytest.raises(WrongSpec):
        house.switch().commit([guard], house.folder("a"))


def test_a_text_that_was_read_with_other_line_ends_is_the_same_file(house: House) -> None:
    read = house.files.read(house.project.pyproject)
    assert read is not None
    house.switch().commit([Edit("pyproject.toml", read, read), Edit("locks/cpu.txt", "a==1\n", "a==2\n")], None)
    assert house.texts() == {**OLD, "locks/cpu.txt": "a==2\n"}
    house.switch().commit([Edit("pyproject.toml", read, "new"), Edit("locks/cpu.txt", "a==2\n", "a==1\n")], house.folder("b"))
    assert house.state() == ("b", {**OLD, "pyproject.toml": "new"})
    house.roll_back()
    house.write({"locks/cpu.txt": "a==1\n"})
    assert house.state() == ("a", OLD), "to the last byte"


def test_a_venv_that_is_not_ours_stops_it_before_anything(house: House) -> None:
    house.project.venv.unlink()
    house.project.venv.mkdir()
    with pytest.raises(WrongUsage):
        house.switch().commit(EDITED, house.folder("b"))
    assert (house.texts(), house.switch().journal.exists()) == (OLD, False)


def test_what_somebody_changed_since_stays_and_is_named(house: House) -> None:
    house.switch().commit(EDITED, house.folder("b"))
    house.write({"pyproject.toml": "mine\n", "locks/cpu.txt": OLD["locks/cpu.txt"]})
    assert house.roll_back() == ("pyproject.toml",)
    assert house.state() == ("a", {**OLD, "pyproject.toml": "mine\n"})


def test_files_that_changed_while_an_environment_was_current_go_with_it(house: House) -> None:
    house.switch().commit([Edit("locks/cpu.txt", "a==1\n", "a==2\n")], house.folder("b"))
    house.switch().commit([Edit("locks/cu130.txt", "a==1\n", "a==3\n"), Edit("locks/cpu.txt", "a==2\n", "a==4\n")], None)
    new = house.state()
    house.roll_back()
    assert house.state() == ("a", OLD)
    house.switch().commit([Edit("pyproject.toml", OLD["pyproject.toml"], "other")], None)
    house.roll_back()
    assert house.state() == new
    house.roll_back()
    assert house.state() == ("a", {**OLD, "pyproject.toml": "other"})


def test_an_environment_that_came_without_files_goes_without(house: House) -> None:
    house.switch().commit(EDITED, house.folder("b"))
    house.make("c")
    house.switch().commit((), house.folder("c"))
    house.write({"locks/cpu.txt": OLD["locks/cpu.txt"]})
    now = house.texts()
    assert house.roll_back() == ()
    assert house.state() == ("b", now), "what came with b came before c"
    assert house.roll_back() == ()
    assert house.state() == ("c", now)


TEXTS = st.none() | st.text() | st.binary().map(lambda data: data.decode(errors="surrogateescape"))
PATHS = st.sampled_from(["locks/cpu.txt", "locks/holds.toml", "pyproject.toml"])


def as_dict(texts: dict[str, str | None]) -> dict[str, str]:
    return {path: text for path, text in texts.items() if text is not None}


@given(st.dictionaries(PATHS, st.tuples(TEXTS, TEXTS), min_size=1), st.integers(0, 14))
def test_whatever_the_files_say(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, tuple[str | None, str | None]], stop: int
) -> None:
    house = House(tmp_path_factory.mktemp("house"))
    old, new = (as_dict({path: pair[side] for path, pair in texts.items()}) for side in (0, 1))
    for path in OLD:
        (house.project.root / path).unlink()
    house.write(old)
    edits = [Edit(path, *pair) for path, pair in texts.items()]
    with contextlib.suppress(Killed):
        house.switch(Counting(stop, killed)).commit(edits, house.folder("b"))
    house.switch().finish()
    assert house.state() in (("a", old), ("b", new))
    if house.state()[0] == "a":
        house.switch().commit(edits, house.folder("b"))
    house.roll_back()
    assert house.state() == ("a", old)


@given(st.lists(st.tuples(PATHS, TEXTS)))
def test_many_edits_of_a_file_are_one(steps: list[tuple[str, str | None]]) -> None:
    texts: dict[str, str | None] = {}
    edits = []
    for path, text in steps:
        edits.append(Edit(path, texts.get(path), text))
        texts[path] = text
    together = merged(edits)
    assert {edit.path: edit.after for edit in together} == {path: text for path, text in texts.items() if text is not None}
    assert all(edit.before is None for edit in together)
    undone = merged([*edits, *(edit.undone() for edit in reversed(edits))])
    assert undone == ()
