"""Locks and environment go together: by true processes, killed at random moments, and with a true set-up."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from real._sandbox import REPOSITORY, Sandbox, kill_group, verdicts
from torch_starter.core.ask import Ask
from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.processes import LocalProcesses
from torch_starter.core.progress import Stage
from torch_starter.core.project import Project
from torch_starter.core.report import Report
from torch_starter.making.environments import RECORD, Environments, Record
from torch_starter.making.switching import Edit, Switch
from torch_starter.verbs import _build, _judge, _plan, _settle

KILLS = 50
TEXT = "package=={}\n" * 5000  # long enough for a kill to come amid writing
OLD = {"locks/cpu.txt": TEXT.replace("{}", "1"), "pyproject.toml": "a = 1\n"}
NEW = {"locks/cpu.txt": TEXT.replace("{}", "2"), "locks/holds.toml": TEXT, "pyproject.toml": "a = 2\n"}
TO_AND_FRO = """
import sys
sys.path.insert(0, {source!r})
from torch_starter.cli import make_ask
from torch_starter.verbs import rollback
ask = make_ask({{}}, ())
rollback.run(make_ask({{"dry-run": True}}, ()))  # which imports all that is needed
print("begun", flush=True)
while True:
    rollback.run(ask)
"""


class Quiet:
    """Progress that nobody sees, kept to be looked at."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def stage(self, title: str, total: float | None, unit: object) -> AbstractContextManager[Stage]:
        return nullcontext(self)

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        return None


def edits() -> list[Edit]:
    return [Edit(path, OLD.get(path), NEW.get(path)) for path in NEW]


def fake(root: Path) -> tuple[Project, Switch]:
    """A project with two environments in which nothing is installed; the second is current, and came with files."""
    project, files = Project(root, "tests"), LocalFiles()
    shutil.copy(REPOSITORY / "torch-starter.toml", root)
    record = Record(accelerator="cpu", reason="", extras=(), python="", lock_hash="0", created_at="now")
    for name in ("old", "new"):
        files.write(project.environments / name / RECORD, msgspec.json.encode(record))
    for path, text in OLD.items():
        files.write(root / path, text)
    here = Environments(project, files)
    here.switch(project.environments / "old")
    switch = Switch(project, files, here)
    switch.commit(edits(), project.environments / "new")
    return project, switch


def everything(root: Path) -> dict[str, str]:
    """The text of all files outside the state folder."""
    paths = [path for path in (*root.iterdir(), *root.joinpath("locks").iterdir()) if path.is_file()]
    return {str(path.relative_to(root)): path.read_text() for path in paths if path.name != "torch-starter.toml"}


def test_killed_at_random_moments_environment_and_locks_are_of_one_piece(tmp_path: Path) -> None:
    project, switch = fake(tmp_path)
    states = {"old": OLD, "new": NEW}
    chance, amid, seen = random.Random(11), 0, set()
    program = TO_AND_FRO.format(source=str(REPOSITORY / "tool" / "src"))
    variables = {**os.environ, "TORCH_STARTER_ROOT": str(tmp_path), "TORCH_STARTER_PLATFORM": "tests"}
    for _ in range(KILLS):
        argv = [sys.executable, "-I", "-c", program]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, env=variables, text=True, start_new_session=True)
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 0.06))
        kill_group(process)
        current = Path(os.readlink(project.venv)).name
        amid += switch.journal.exists()
        with project_lock(project):
            switch.finish()
        assert (Path(os.readlink(project.venv)).name, everything(tmp_path)) == (current, states[current])
        seen.add(current)
    assert seen == {"old", "new"}
    assert amid > 5, "or nothing was tried"


@contextlib.contextmanager
def project_lock(project: Project) -> Iterator[None]:
    with LocalFiles().lock(project.state / "lock", lambda text: pytest.fail(text)):
        yield


def ask_of(sandbox: Sandbox) -> Ask:
    machine = Machine(LocalProcesses(), LocalFiles(), dict(sandbox.variables))
    return Ask(Project(sandbox.root, "tests"), machine, Quiet(), {})


def texts(sandbox: Sandbox) -> tuple[str, str, str]:
    return tuple((sandbox.root / path).read_text() for path in ("locks/cpu.txt", "pyproject.toml", "locks/holds.toml"))  # type: ignore[return-value]


@pytest.fixture
def staged(ready: Sandbox, tmp_path: Path) -> tuple[Sandbox, list[Edit]]:
    """A project, and what a newer lock of it would change; nothing of it is changed yet."""
    ready.package("alpha", "2.0", "x = 2\n")
    ready.package("beta")
    (ready.root / "locks" / "holds.toml").write_text("# old\n")
    old = texts(ready)
    ready.want("alpha", "beta")
    (ready.root / "locks" / "holds.toml").write_text("# new\n")
    new = texts(ready)
    paths = ("locks/cpu.txt", "pyproject.toml", "locks/holds.toml")
    for path, was, now in zip(paths, old, new, strict=True):
        (tmp_path / "staged" / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / "staged" / path).write_text(now)
        (ready.root / path).write_text(was)
    return ready, [Edit(path, was, now) for path, was, now in zip(paths, old, new, strict=True)]


def prove_and_switch(sandbox: Sandbox, folder: Path, edits: list[Edit]) -> Report:
    ask = ask_of(sandbox)
    there = replace(ask, project=replace(ask.project, staged=folder))
    with _settle.held(ask):
        return _build.build_prove_switch(there, _plan.make_plan(there), _judge.default_checks(), "lock-update", edits)


def test_a_proven_lock_comes_with_its_environment_and_goes_with_it(staged: tuple[Sandbox, list[Edit]], tmp_path: Path) -> None:
    ready, edits = staged
    old, first = texts(ready), ready.current
    report = prove_and_switch(ready, tmp_path / "staged", edits)
    assert report.exit_code == 0, report.findings
    new = tuple(edit.after for edit in edits)
    assert texts(ready) == new
    assert ready.python("import alpha, beta; print(alpha.x)") == "2"
    assert "as the lock says" in ready.json("setup")["notes"][0], "the lock in place is the one that was proven"
    planned = ready.json("rollback", "--dry-run")
    assert [change["name"] for change in planned["changes"]] == [".venv", *(edit.path for edit in edits)]
    assert texts(ready) == new
    report_back = ready.json("rollback")
    assert (report_back["changes"], report_back["findings"]) == (planned["changes"], [])
    assert (texts(ready), ready.current) == (old, first)
    assert "as the lock says" in ready.json("setup")["notes"][0]
    assert ready.json("rollback")["exit_code"] == 0
    assert (texts(ready), ready.python("import alpha; print(alpha.x)")) == (new, "2")


def test_what_is_not_proven_changes_no_file(staged: tuple[Sandbox, list[Edit]], tmp_path: Path) -> None:
    ready, edits = staged
    old, first = texts(ready), ready.current
    ready.write_spec('commands = ["false"]\n')
    assert prove_and_switch(ready, tmp_path / "staged", edits).exit_code == 1
    assert (texts(ready), ready.current) == (old, first)


def test_a_rollback_names_what_somebody_changed_since(staged: tuple[Sandbox, list[Edit]], tmp_path: Path) -> None:
    ready, edits = staged
    assert prove_and_switch(ready, tmp_path / "staged", edits).exit_code == 0
    mine = (ready.root / "pyproject.toml").read_text() + "# mine\n"
    (ready.root / "pyproject.toml").write_text(mine)
    report = ready.json("rollback")
    assert (report["exit_code"], verdicts(report)) == (0, {"rollback.files": "warn"})
    assert report["findings"][0]["remedy"] == "git checkout -p -- pyproject.toml"
    assert texts(ready) == (edits[0].before, mine, edits[2].before)


@pytest.mark.parametrize(
    "words",
    [("run", "--", "true"), ("verify-setup", "--only", "imports"), ("setup", "--dry-run"), ("rollback", "--dry-run")],
    ids=" ".join,
)
def test_a_stopped_switch_is_finished_by_the_next_command(ready: Sandbox, words: tuple[str, ...]) -> None:
    journal = leave_journal(ready)
    _, _, err = ready.run(*words)
    assert "it is finished now" in err
    assert (ready.root / "note.txt").read_text() == "new"
    assert not journal.exists()


def leave_journal(ready: Sandbox) -> Path:
    journal = ready.root / ".torch-starter" / "tests" / "switch.json"
    edit = {"path": "note.txt", "before": None, "after": "new"}
    journal.write_text(json.dumps({"environment": None, "edits": [edit]}))
    return journal


def test_a_switch_under_way_is_not_taken_for_one_that_was_stopped(ready: Sandbox) -> None:
    journal = leave_journal(ready)
    with LocalFiles().lock(journal.parent / "lock", lambda text: None):
        process = ready.start("run", "--", "true")
        assert process.stderr
        assert "waiting for another command" in process.stderr.readline()
        assert not (ready.root / "note.txt").exists()
        journal.unlink()  # the one under way is done
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "finished" in err) == (0, False)
    assert not (ready.root / "note.txt").exists()


def test_where_it_cannot_be_finished_a_command_that_only_looks_goes_on(ready: Sandbox) -> None:
    journal = leave_journal(ready)
    (ready.root / "note.txt").mkdir()
    code, _, err = ready.run("run", "--", "true")
    assert (code, "cannot be finished" in err, "note.txt" in err) == (0, True, True)
    report = ready.json("setup", "--rebuild")
    assert (report["exit_code"], report["problem"]["code"]) == (5, "disk.error")
    assert journal.exists()
