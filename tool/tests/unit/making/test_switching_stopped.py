"""A switch that is stopped, at whatever operation, is all old or all new with the next command."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from torch_starter.core.files import DiskProblem
from torch_starter.making.switching import EDITS, Edit
from unit.making.houses import EDITED, NEW, OLD, Counting, House, Killed, full, killed


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


STEPS: dict[str, Callable[[House, object], object]] = {
    "commit": lambda house, files: house.switch(files).commit(EDITED, house.folder("b")),
    "rollback": lambda house, files: house.roll_back(files),
    "again": lambda house, files: house.roll_back(files),
    "files alone": lambda house, files: house.switch(files).commit(EDITED, None),
}
BEFORE = {"commit": (), "rollback": ("commit",), "again": ("commit", "rollback"), "files alone": ()}


def prepared(root: Path, step: str) -> House:
    house = House(root)
    for earlier in BEFORE[step]:
        STEPS[earlier](house, None)
    return house


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [killed, full])
def test_stopped_at_any_operation_it_is_all_old_or_all_new(
    step: str, error: Callable[[Path], BaseException], tmp_path: Path
) -> None:
    done = prepared(tmp_path / "done", step)
    STEPS[step](done, None)
    seen, k = [], 0
    while True:
        house = prepared(tmp_path / str(k), step)
        old = house.state()
        try:
            STEPS[step](house, Counting(k, error))
        except (Killed, DiskProblem):
            house.switch().finish()
        else:
            break
        seen.append(house.state() == done.state())
        assert house.state() in (old, done.state()), k
        assert house.switch().finish() == "", "what is finished is finished"
        if step != "files alone" and seen[-1]:
            STEPS["rollback"](house, None)
            assert house.state() == old, "and can be undone"
        k += 1
    assert len(seen) >= 6
    assert (seen[0], seen[-1]) == (False, True)
    assert seen == sorted(seen), "once it counts, it counts"


@pytest.mark.parametrize("step", STEPS)
def test_stopped_while_it_is_finished_it_is_finished_by_the_next(step: str, tmp_path: Path) -> None:
    done = prepared(tmp_path / "done", step)
    STEPS[step](done, None)
    for k in range(1, 12):
        house = prepared(tmp_path / str(k), step)
        with contextlib.suppress(Killed):
            STEPS[step](house, Counting(3, killed))
        with contextlib.suppress(Killed):
            house.switch(Counting(k, killed)).finish()
        house.switch().finish()
        assert house.state() == done.state(), k


@pytest.mark.parametrize("error", [lambda path: KeyboardInterrupt(), full], ids=["interrupt", "full"])
def test_what_fails_for_a_moment_delays_nothing(error: Callable[[Path], BaseException], tmp_path: Path) -> None:
    for k in range(20):
        house = House(tmp_path / str(k))
        with contextlib.suppress(DiskProblem, KeyboardInterrupt):
            house.switch(Counting(k, error, times=1)).commit(EDITED, house.folder("b"))
        assert house.state() in (("a", OLD), ("b", NEW)), "what can be done at once is"
        assert not house.switch().journal.exists()


def test_what_a_killed_process_wrote_aside_is_cleared(house: House) -> None:
    with contextlib.suppress(Killed):
        house.switch(Counting(4, killed)).commit(EDITED, house.folder("b"))
    house.write({"locks/.cpu.txt.4711": "a==", "locks/.cpu.txt.mine": "keep"})
    (house.project.root / "..venv.4711").symlink_to("nowhere")
    assert "finished now" in house.switch().finish()
    assert house.state() == ("b", {**NEW, "locks/.cpu.txt.mine": "keep"})
    assert not (house.project.root / "..venv.4711").is_symlink()


def test_what_somebody_changed_between_a_kill_and_the_next_command_stays(house: House) -> None:
    with contextlib.suppress(Killed):
        house.switch(Counting(4, killed)).commit(EDITED, house.folder("b"))
    house.write({"pyproject.toml": "mine\n"})
    assert house.switch().finish().endswith("left as it is: pyproject.toml.")
    assert house.state() == ("b", {**NEW, "pyproject.toml": "mine\n"})


def test_where_another_platform_takes_the_link_it_is_finished_all_the_same(house: House) -> None:
    with contextlib.suppress(Killed):
        house.switch(Counting(5, killed)).commit(EDITED, house.folder("b"))
    assert house.texts() not in (OLD, NEW), "half way"
    house.files.link(house.project.venv, ".torch-starter/there/envs/b")
    assert house.switch().finish()
    assert house.texts() == NEW
    assert os.readlink(house.project.venv) == ".torch-starter/there/envs/b", "it is theirs now"
    assert house.environments.current() == house.folder("b")


def test_the_history_is_right_before_the_first_file_is_written(house: House) -> None:
    with contextlib.suppress(Killed):
        house.switch(Counting(3, killed)).commit(EDITED, house.folder("b"))
    with contextlib.suppress(Killed):
        house.switch(Counting(4, killed)).finish()
    assert house.texts() not in (OLD, NEW), "half way"
    house.files.link(house.project.venv, ".torch-starter/there/envs/b")
    house.switch().finish()
    assert house.texts() == NEW


def test_a_switch_first_finishes_one_that_was_stopped(house: House) -> None:
    house.make("c")
    with contextlib.suppress(Killed):
        house.switch(Counting(5, killed)).commit(EDITED, house.folder("b"))
    house.switch().commit([Edit("locks/cpu.txt", "a==2\n", "a==3\n")], house.folder("c"))
    assert house.state() == ("c", {**NEW, "locks/cpu.txt": "a==3\n"})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"environment": "b"}', '{"environment": 1, "edits": []}'])
def test_a_journal_that_says_nothing_is_forgotten(house: House, text: str) -> None:
    house.files.write(house.switch().journal, text)
    house.files.write(house.folder("a") / EDITS, text)
    assert house.switch().finish() == ""
    assert not house.switch().journal.exists()
    assert house.switch().step(house.folder("a")) is None
