"""A training that is started as the guide says outlives the terminal that it was started from, and what it says is kept."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from real._place import Place
from real._sandbox import REPOSITORY

LINE = re.compile(r"^(tmux new -d -s training .*)$", re.MULTILINE)


@pytest.fixture
def tmux(place: Place) -> Iterator[dict[str, str]]:
    """The variables of a terminal whose tmux is not the user's, in a project with the examples."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not there: [container] apt of the spec brings it into the image")
    for name in ("dev.sh", "examples"):
        (place.root / name).symlink_to(REPOSITORY / name)
    own = ("TORCH_STARTER_", "PYTHONPATH", "TMUX")  # dev.sh finds out by itself
    variables = {name: value for name, value in place.variables.items() if not name.startswith(own)}
    with tempfile.TemporaryDirectory(prefix="ts-") as folder:  # short: a socket is in it
        try:
            yield {**variables, "TMUX_TMPDIR": folder, "TERM": "xterm", "SHELL": "/bin/bash", "OMP_NUM_THREADS": "1"}
        finally:
            subprocess.run(("tmux", "kill-server"), env={**variables, "TMUX_TMPDIR": folder}, check=False, capture_output=True)


@contextlib.contextmanager
def terminal(folder: Path, variables: dict[str, str], command: str) -> Iterator[None]:
    """A window with a shell in which a command was typed; at the end it is closed, and its shell is gone."""
    outer, inner = os.openpty()
    shell = subprocess.Popen(
        ("bash", "--norc", "-i"),
        cwd=folder,
        env=variables,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(inner)
    os.write(outer, command.encode() + b"\n")
    try:
        yield
    finally:
        os.close(outer)  # the kernel tells all in it by SIGHUP
        shell.wait(timeout=60)


def test_a_training_outlives_its_terminal(place: Place, tmux: dict[str, str]) -> None:
    [command] = LINE.findall((REPOSITORY / "docs" / "guide.md").read_text(encoding="utf-8"))
    log = place.root / "training.log"
    log.touch()
    with subprocess.Popen(("tail", "-n", "+1", "-f", log), stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        with terminal(place.root, tmux, command):
            first = follower.stdout.readline()
        running = subprocess.run(("tmux", "has-session", "-t", "training"), env=tmux, check=False)
        said = [first]
        while not said[-1].startswith(("it writes", "Traceback", "stopped")):
            said.append(follower.stdout.readline())
        follower.terminate()
    assert (first.split()[:2], running.returncode) == (["step", "10"], 0)
    assert said[-1].startswith("it writes: "), said
    assert log.read_text() == "".join(said)
