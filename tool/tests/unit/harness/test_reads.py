"""What a test was seen to start, in a process of its own: what listens to the interpreter cannot be taken away again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from torch_starter.quality._pytest import PLUGINS

SCRIPT = """
import os, pathlib, subprocess, sys
from torch_starter_reads import Watch
watch = Watch(sys.argv[1])
watch.running = True
subprocess.run({words}, {more})
told = watch.end()
print(told["hidden"], told["opaque"])
"""
HIDDEN, OPAQUE = "True False", "False True"


def seen(root: Path, words: str, more: str = "", start: str = ".") -> str:
    """What is told of a program that is started in a folder of the project."""
    for name in ("scripts/check", "bin/count"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("#!/bin/true\n")
        (root / name).chmod(0o755)
    (root / "data.txt").touch()
    argv = [sys.executable, "-c", SCRIPT.format(words=words, more=more), str(root)]
    variables = {"PYTHONPATH": str(PLUGINS), "PATH": f"{root / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(argv, cwd=root / start, env=variables, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("['scripts/check']", ""),
        ("['./scripts/check', '1']", ""),
        ("'scripts/check'", ""),
        ("[b'scripts/check']", ""),
        ("pathlib.Path('scripts/check')", ""),
        ("['./check']", "cwd='scripts'"),
        ("['./check']", "cwd=pathlib.Path('scripts')"),
        ("['true', 'scripts/check']", ""),
        ("['true', '--config=data.txt']", ""),
        ("['true', os.path.abspath('data.txt')]", ""),
        ("['true', '--from=' + os.path.abspath('data.txt')]", ""),
        ("['count']", ""),
        ("['check']", "env={'PATH': 'scripts'}"),
        ("['x']", "executable='scripts/check'"),
        ("'true'", "shell=True"),
    ],
)
def test_a_program_of_the_project_may_run_any_of_its_code(tmp_path: Path, words: str, more: str) -> None:
    assert seen(tmp_path, words, more) == OPAQUE


@pytest.mark.parametrize(
    ("words", "more"), [("['true']", ""), ("['true', 'nothing/there', '-l']", ""), ("['true', '/etc']", "cwd='/'")]
)
def test_a_program_of_the_machine_does_not(tmp_path: Path, words: str, more: str) -> None:
    assert seen(tmp_path, words, more) == HIDDEN


def test_links_into_the_project_and_out_of_it_are_known(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    os.symlink("project", tmp_path / "link")
    os.symlink("project/scripts/check", tmp_path / "outside")
    os.symlink("/bin/true", tmp_path / "project" / "inside")
    assert seen(tmp_path / "link", "['scripts/check']") == OPAQUE
    assert seen(tmp_path / "project", "['../outside']") == OPAQUE
    assert seen(tmp_path / "project", "['./inside']") == OPAQUE
