from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import WrongUsage
from torch_starter.core.project import Project
from torch_starter.making.environments import RECORD, Environments, Record

NAMES = st.sampled_from(["a", "b", "c", "d"])
PROVEN = Record(
    accelerator="cpu", reason="no GPU", extras=("dev",), python="/usr/bin/python3.12", lock_hash="0", created_at="now"
)


class KilledBehindLink(LocalFiles):
    """Files of a process that is killed right after it made a link."""

    def link(self, path: Path, target: str) -> None:
        super().link(path, target)
        raise KeyboardInterrupt


class KilledAtLink(LocalFiles):
    """Files of a process that is killed when it makes a link."""

    def link(self, path: Path, target: str) -> None:
        raise KeyboardInterrupt


class Switching(RuleBasedStateMachine):
    """Whatever happens, and in whatever order: what is current is proven, and the one before is another."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="torch-starter-"))
        self.project = Project(self.root, "here")
        self.project.environments.mkdir(parents=True)
        self.here = Environments(self.project, LocalFiles())

    def teardown(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def proven(self) -> list[Path]:
        return [path for path in self.project.environments.iterdir() if self.here.record(path)]

    @rule(name=NAMES, proven=st.booleans())
    def build(self, name: str, proven: bool) -> None:
        folder = self.project.environments / name
        folder.mkdir(exist_ok=True)
        if proven:
            (folder / RECORD).write_bytes(msgspec.json.encode(PROVEN))

    @precondition(lambda self: self.proven())
    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        before, wanted = self.here.current(), data.draw(st.sampled_from(sorted(self.proven())))
        self.here.switch(wanted)
        assert self.here.current() == wanted
        assert before in (None, wanted) or self.here.previous() == before

    @precondition(lambda self: self.proven())
    @rule(data=st.data())
    def switch_and_be_killed_before_the_history_is_written(self, data: st.DataObject) -> None:
        before, wanted = self.here.current(), data.draw(st.sampled_from(sorted(self.proven())))
        with pytest.raises(KeyboardInterrupt):
            Environments(self.project, KilledBehindLink()).switch(wanted)
        assert self.here.current() == wanted
        assert before in (None, wanted) or self.here.previous() == before

    @precondition(lambda self: self.proven())
    @rule(data=st.data())
    def switch_and_be_killed_before_the_link_is_made(self, data: st.DataObject) -> None:
        before = self.here.current(), self.here.previous()
        with pytest.raises(KeyboardInterrupt):
            Environments(self.project, KilledAtLink()).switch(data.draw(st.sampled_from(sorted(self.proven()))))
        assert (self.here.current(), self.here.previous()) == before

    @precondition(lambda self: self.here.previous())
    @rule()
    def roll_back_twice(self) -> None:
        current, previous = self.here.current(), self.here.previous()
        assert previous is not None
        self.here.switch(previous)
        assert (self.here.current(), self.here.previous()) == (previous, current)
        assert current is not None
        self.here.switch(current)
        assert (self.here.current(), self.here.previous()) == (current, previous)

    @rule()
    def clean_up(self) -> None:
        kept = self.here.current(), self.here.previous()
        for path in self.here.left_over():
            shutil.rmtree(path)
        assert (self.here.current(), self.here.previous()) == kept
        assert {*self.project.environments.iterdir()} == {*kept} - {None}

    @rule(name=NAMES)
    def lose_an_environment(self, name: str) -> None:
        shutil.rmtree(self.project.environments / name, ignore_errors=True)

    @rule(
        text=st.sampled_from(
            ["", "{", "[]", "null", '{"newest_first": null}', '{"newest_first": [1, {}]}', '{"newest_first": 3}']
        )
    )
    def lose_the_history(self, text: str) -> None:
        (self.project.state / "history.json").write_text(text)

    @rule()
    def let_another_platform_have_the_link(self) -> None:
        LocalFiles().link(self.project.venv, ".torch-starter/there/envs/a")

    @invariant()
    def what_is_current_and_what_was_are_proven_and_different(self) -> None:
        current, previous = self.here.current(), self.here.previous()
        for path in (current, previous):
            assert path is None or (path.is_dir() and self.here.record(path) == PROVEN)
        assert current is None or current != previous
        assert not {current, previous} & {*self.here.left_over()}


Switching.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestSwitching = Switching.TestCase


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path, "here")
    (project.environments / "a").mkdir(parents=True)
    (project.environments / "a" / RECORD).write_bytes(msgspec.json.encode(PROVEN))
    return project


def test_where_there_is_nothing_nothing_is_current(tmp_path: Path) -> None:
    here = Environments(Project(tmp_path, "here"), LocalFiles())
    assert (here.current(), here.previous(), here.left_over()) == (None, None, [])


def test_a_switch_that_was_killed_half_way_is_complete_all_the_same(project: Project) -> None:
    here, a, b = Environments(project, LocalFiles()), project.environments / "a", project.environments / "b"
    shutil.copytree(a, b)
    here.switch(a)
    with pytest.raises(KeyboardInterrupt):
        Environments(project, KilledBehindLink()).switch(b)
    assert (here.current(), here.previous(), here.left_over()) == (b, a, [])


def test_the_link_is_relative_so_that_the_folder_may_be_moved(project: Project, tmp_path: Path) -> None:
    Environments(project, LocalFiles()).switch(project.environments / "a")
    assert os.readlink(project.venv) == ".torch-starter/here/envs/a"


def test_a_folder_that_somebody_else_made_is_not_replaced(project: Project) -> None:
    project.venv.mkdir()
    with pytest.raises(WrongUsage) as stopped:
        Environments(project, LocalFiles()).switch(project.environments / "a")
    assert stopped.value.code == "venv.foreign"
    assert project.venv.is_dir()


@pytest.mark.parametrize("text", ["", "{}", "[", '{"accelerator": 1}'])
def test_an_environment_with_a_broken_record_is_not_proven(project: Project, text: str) -> None:
    here = Environments(project, LocalFiles())
    here.switch(project.environments / "a")
    (project.environments / "a" / RECORD).write_text(text)
    assert here.current() is None
    assert here.left_over() == [project.environments / "a"]
