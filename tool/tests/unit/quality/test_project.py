"""Rendered files and locks, held against what they come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from torch_starter.artifacts import compose
from torch_starter.core.facts import Absent
from torch_starter.core.lock import Pin
from torch_starter.core.spec import Spec
from torch_starter.quality import lock, rendered
from unit.quality.coded import code, look, told

HASH = f"    --hash=sha256:{'0' * 64}\n"
PROJECT = '[project]\nname = "x"\ndependencies = ["alpha>=1,<2"]\n[project.optional-dependencies]\ndev = ["beta"]\n'


def locked(*pins: str) -> str:
    return "".join(f"{pin} \\\n{HASH}" for pin in pins)


def test_a_lock_that_holds_all_ranges_is_ok(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "locks/cpu.txt": locked("alpha==1.5", "beta==3")}
    assert told(look(lock.QUALITY, code(tmp_path, files))) == [("lock.cpu", "ok", "locks/cpu.txt")]


def test_what_is_not_locked_and_what_is_outside_its_range_are_told(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "locks/cpu.txt": locked("alpha==2.0"), "locks/cu.txt": locked("alpha==1.0", "beta==1")}
    found = look(lock.QUALITY, code(tmp_path, files))
    assert [(each.id, each.verdict, each.seen) for each in found] == [
        ("lock.cpu", "fail", "alpha is locked at 2.0"),
        ("lock.cpu", "fail", "beta is not in the lock"),
        ("lock.cu", "ok", "holds 2 ranges"),
    ]
    assert {each.remedy for each in found[:2]} == {"./dev.sh lock-update"}


def test_a_lock_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    found = look(lock.QUALITY, code(tmp_path, {"pyproject.toml": PROJECT, "locks/cpu.txt": "alpha>=1\n"}))
    assert [(each.verdict, "line 1" in each.seen) for each in found] == [("fail", True)]


def test_without_a_lock_there_is_nothing_to_hold(tmp_path: Path) -> None:
    with pytest.raises(Absent):
        look(lock.QUALITY, code(tmp_path, {"pyproject.toml": '[project]\nname = "mine"\n'}))
    (found,) = look(lock.QUALITY, code(tmp_path, {"pyproject.toml": PROJECT}))
    assert (found.verdict, found.remedy) == ("fail", "./dev.sh lock-update")


def test_each_of_several_pins_of_one_package_counts() -> None:
    pins = (Pin("alpha", "1.0", "sys_platform == 'linux'", ()), Pin("alpha", "2.0", "sys_platform == 'darwin'", ()))
    assert [seen for seen, _ in lock.misfits(pins, [Requirement("Alpha<2")])] == ["alpha is locked at 2.0".replace("a", "A", 1)]


@pytest.mark.parametrize(
    ("marker", "asked"),
    [
        ("python_version < '3.11'", False),
        ("python_version < '3.11' and sys_platform == 'win32'", False),
        ("'3.11' > python_version", False),
        ("python_full_version < '3.12'", False),
        ("python_version in '3.10 3.11'", False),
        ("python_version == '3.*'", True),
        ("python_version <= '3.12'", True),
        ("python_version >= '3.14'", True),
        ("python_version > '3.12' and python_version < '3.14'", True),
        ("python_version > '3.12' and python_version < '3.13'", False),
        ("python_version < '3.11' or sys_platform == 'win32'", True),
        ("platform_python_implementation == 'PyPy'", True),
        ("sys_platform == 'darwin' and platform_release >= '20'", True),
        ("(python_version < '3.11' or python_version > '3.12') and os_name != 'nt'", True),
    ],
)
def test_what_no_python_of_the_project_asks_for_need_not_be_locked(tmp_path: Path, marker: str, asked: bool) -> None:
    project = f'[project]\nname = "x"\nrequires-python = ">=3.12"\ndependencies = ["alpha", "beta; {marker}"]\n'
    found = look(lock.QUALITY, code(tmp_path, {"pyproject.toml": project, "locks/cpu.txt": locked("alpha==1")}))
    assert [(each.verdict, each.seen) for each in found] == [
        ("fail", "beta is not in the lock") if asked else ("ok", "holds 1 ranges")
    ]


def test_rendered_files_are_held_against_the_spec(tmp_path: Path) -> None:
    made = code(tmp_path, {"torch-starter.toml": "", "compose.yaml": compose.ARTIFACT.render(Spec()), "Dockerfile": "FROM x\n"})
    found = {each.id: each for each in look(rendered.QUALITY, made)}
    assert found["rendered.compose.yaml"].verdict == "ok"
    assert (found["rendered.Dockerfile"].verdict, found["rendered.Dockerfile"].fixable) == ("fail", False)
    assert (found["rendered..dockerignore"].verdict, found["rendered..dockerignore"].fixable) == ("fail", True)


def test_what_was_not_rendered_is_not_overwritten(tmp_path: Path) -> None:
    made = code(tmp_path, {"torch-starter.toml": "", "Dockerfile": "FROM x\n"}, fix=True)
    found = {each.id: each.verdict for each in look(rendered.QUALITY, made)}
    assert [id for id, verdict in found.items() if verdict != "ok"] == ["rendered.Dockerfile"]
    assert (tmp_path / "Dockerfile").read_text() == "FROM x\n"
    assert (tmp_path / "compose.yaml").read_text() == compose.ARTIFACT.render(Spec())
