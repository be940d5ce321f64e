"""What searches share: bounds of holds, ranges of the project, and which files a user's commands may depend on."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import CommandFailed, WrongUsage
from torch_starter.core.processes import Done, LocalProcesses
from torch_starter.search.holds import Hold
from torch_starter.search.world import Candidate
from torch_starter.testing import NoProcesses
from torch_starter.verbs._workshop import VERSIONS, Workshop, bounds, fits, own_files, unnamed, writing_bytecode
from unit.answering import Answering, Started, asking, done


def hold(package: str, bound: str) -> Hold:
    return Hold(package, bound, "c", "e", "d")


def test_holds_of_one_package_are_met_together() -> None:
    assert bounds([hold("a", "<2"), hold("b", "!=1"), hold("a", "!=1.5"), hold("a", "<2")]) == {"a": "<2,!=1.5,<2", "b": "!=1"}
    assert bounds([]) == {}


RANGES = {"alpha": Requirement("alpha>=1,<2"), "beta": Requirement("beta[x]")}


@pytest.mark.parametrize(
    ("versions", "fit"),
    [
        ({"alpha": "1.5", "beta": "3", "other": "9"}, True),
        ({"alpha": "1.5+cpu", "beta": "3rc1"}, True),
        ({"alpha": "2.0", "beta": "3"}, False),
        ({"alpha": "1.5"}, False),
        ({}, False),
    ],
)
def test_a_set_was_proven_for_what_is_asked_now(versions: dict[str, str], fit: bool) -> None:
    assert fits(Candidate(versions), RANGES) == fit


def test_an_empty_lock_was_proven_for_nothing() -> None:
    assert not fits(Candidate({}), {})


def test_what_is_imported_in_a_trial_leaves_its_bytecode(tmp_path: Path) -> None:
    ask = asking(tmp_path, NoProcesses(), PYTHONDONTWRITEBYTECODE="1", OWN="kept")
    after = writing_bytecode(ask).machine.variables
    assert (after["PYTHONDONTWRITEBYTECODE"], after["OWN"]) == ("", "kept")
    assert ask.machine.variables["PYTHONDONTWRITEBYTECODE"] == "1"


def test_what_was_said_to_the_search_is_not_said_to_the_set_up(tmp_path: Path) -> None:
    ask = replace(asking(tmp_path, NoProcesses()), options={"accelerator": "cu130", "extra": "spare"})
    assert (unnamed(ask).text("accelerator"), unnamed(ask).texts("extra")) == (None, ())


def git(answer: Done) -> Answering:
    return Answering(lambda started: answer)


def test_the_files_of_the_project_are_what_git_says_without_the_locks(tmp_path: Path) -> None:
    names = ("src/ä.py", "src/two\nlines.py", "locks/cpu.txt", "data.csv", "ignored.csv")
    for name in names:
        LocalFiles().write(tmp_path / name, "")
    LocalFiles().write(tmp_path / ".gitignore", "ignored.csv\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    processes = Answering(lambda started: LocalProcesses().run(started.argv, cwd=started.cwd))
    assert sorted(own_files(asking(tmp_path, processes))) == [".gitignore", "data.csv", "src/two\nlines.py", "src/ä.py"]


def test_without_git_they_are_its_modules(tmp_path: Path) -> None:
    for name in ("src/deep/a.py", "tests/b.py", "src/data.csv", "other/c.py"):
        LocalFiles().write(tmp_path / name, "")
    assert sorted(own_files(asking(tmp_path, git(done(code=128))))) == ["src/deep/a.py", "tests/b.py"]


PYPROJECT = '[project]\nname = "x"\ndependencies = ["numpy", "torch>=2", "My_Pkg"]\n'
SPEC = '[update]\nprefer = ["torch", "elsewhere"]\n[verify]\ncommands = ["pytest"]\n'
CPYTHON = '["3.12.1", "CPython"]'


def workshop(
    folder: Path, answer: Done | None = None, pyproject: str = PYPROJECT, spec: str = SPEC, **options: object
) -> Workshop:
    """A workshop in a project; its interpreter answers, uv finds it, and git names one file."""

    def program(started: Started) -> Done:
        if started.argv[0] == "git":
            return done("src/a.py\0")
        if started.argv[-1] == VERSIONS:
            return answer or done(CPYTHON)
        return done("3.12 cpython /found/python\n")

    for name, text in {"pyproject.toml": pyproject, "torch-starter.toml": spec, "bin/uv": ""}.items():
        LocalFiles().write(folder / name, text)
    (folder / "bin" / "uv").chmod(0o755)
    return Workshop(replace(asking(folder, Answering(program), PATH=str(folder / "bin")), options=options), folder / "work")


def test_the_preferred_packages_come_first_then_those_of_the_project_in_their_order(tmp_path: Path) -> None:
    assert workshop(tmp_path).order() == (("torch", "elsewhere", "numpy", "my-pkg"), ("torch", "elsewhere"))


def test_the_markers_are_those_of_the_interpreter_that_the_locks_are_for(tmp_path: Path) -> None:
    markers = workshop(tmp_path, done(json.dumps(["3.13.7", "PyPy"]))).markers
    assert Marker("python_version == '3.13' and python_full_version == '3.13.7'").evaluate(dict(markers))
    assert Marker("platform_python_implementation == 'PyPy' and sys_platform == 'linux'").evaluate(dict(markers))


def test_an_interpreter_that_says_nothing_stops_it(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="does not answer"):
        workshop(tmp_path, done(code=1)).markers  # noqa: B018


@pytest.mark.parametrize(("budget", "seconds"), [("10", 600), ("0.5", 30)])
def test_a_budget_is_given_in_minutes(tmp_path: Path, budget: str, seconds: float) -> None:
    ends = workshop(tmp_path, budget=budget).ends
    assert ends is not None
    assert 0 <= time.monotonic() + seconds - ends < 5


def test_without_a_budget_it_never_ends(tmp_path: Path) -> None:
    assert workshop(tmp_path).ends is None


def test_a_budget_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="'soon' is no number of minutes"):
        workshop(tmp_path, budget="soon").ends  # noqa: B018


def test_what_was_tried_counts_under_the_same_conditions_alone(tmp_path: Path) -> None:
    LocalFiles().write(tmp_path / "src" / "a.py", "")
    before = workshop(tmp_path).conditions
    assert workshop(tmp_path).conditions == before
    others = [
        ("python", workshop(tmp_path, done('["3.12.2", "CPython"]')).conditions),
        ("direct", workshop(tmp_path, pyproject=PYPROJECT.replace("numpy", "scipy")).conditions),
        ("commands", workshop(tmp_path, spec=SPEC.replace("pytest", "pytest -x")).conditions),
    ]
    LocalFiles().write(tmp_path / "src" / "a.py", "a = 1")
    others.append(("files", workshop(tmp_path).conditions))
    for name, after in others:
        assert {key for key in before if before[key] != after[key]} == {name}


def test_without_commands_files_of_the_project_do_not_matter(tmp_path: Path) -> None:
    assert workshop(tmp_path, spec="").conditions["files"] == ""
