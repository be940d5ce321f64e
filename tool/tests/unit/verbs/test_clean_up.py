"""What a set-up removes of the environments before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from torch_starter.testing import NoProcesses
from torch_starter.verbs import _build
from unit.answering import asking

WAITS = "print('ready', flush=True); input()"


def test_an_environment_in_which_a_program_was_started_stays(tmp_path: Path) -> None:
    """`./dev.sh run -- python` starts a plain `python`: its words do not say in which environment."""
    ask = asking(tmp_path, NoProcesses())
    used, unused = ask.project.environments / "used", ask.project.environments / "unused"
    for path in (used, unused):
        (path / "lib").mkdir(parents=True)
    variables = {**os.environ, "VIRTUAL_ENV": str(used), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with subprocess.Popen(
        ["python", "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        _build.clean_up(ask)
        assert (used.exists(), unused.exists()) == (True, False)
        process.communicate("\n")
    _build.clean_up(ask)
    assert not used.exists()
