"""Ctrl-C, and worse: what --fix and --self-test leave behind is mended or cleared by the next command."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from real._sandbox import Sandbox, kill_group, not_well, uv

SLOW_UV = """#!/bin/sh
case "$1 $2" in "pip install")
  "{uv}" pip uninstall --python "$4" alpha && : >"{out}"
  exec sleep 600
esac
exec "{uv}" "$@"
"""
STOPPED_UV = """#!/bin/sh
"{uv}" "$@" || exit
case "$1 $2" in "pip install") : >"{out}"; exec sleep 600 ;; esac
"""


def spoil(ready: Sandbox, code: str) -> Path:
    """Replace the package's module in the current environment; what it is linked to stays."""
    path = next(ready.venv.glob("lib/*/site-packages/alpha.py"))
    path.unlink()
    path.write_text(code)
    return path


def state(ready: Sandbox) -> Path:
    return ready.root / ".torch-starter" / "tests"


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Until a path is there; a process that ends before it will not make it."""
    end = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        threading.Event().wait(0.01)


@pytest.mark.parametrize("number", range(3))
def test_an_interrupted_fix_leaves_what_the_next_one_mends(ready: Sandbox, number: int) -> None:
    spoil(ready, "raise RuntimeError\n")
    process = ready.start("verify-setup", "--quick", "--fix")
    try:
        process.communicate(timeout=0.6 + 0.4 * number)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode in (0, 130, -signal.SIGINT), err  # the last: it was through, and Python was ending
        assert "Traceback" not in err
    report = ready.json("verify-setup", "--quick", "--fix")
    assert (report["exit_code"], list(not_well(report))) == (0, [])
    assert ready.python("import alpha; print(alpha.x)") == "1"
    assert not list(ready.venv.glob("lib/*/site-packages/.alpha*"))


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL], ids=["interrupt", "kill"])
def test_a_fix_that_is_stopped_while_a_package_is_out_is_gone_on_with(ready: Sandbox, tmp_path: Path, stop: int) -> None:
    spoil(ready, "raise RuntimeError\n")
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "uv").write_text(SLOW_UV.format(uv=uv(), out=tmp_path / "out"))
    (folder / "uv").chmod(0o755)
    process = ready.start("verify-setup", "--quick", "--fix", PATH=f"{folder}:{ready.variables['PATH']}")
    wait_for(tmp_path / "out", process)
    os.killpg(process.pid, stop)
    process.communicate(timeout=60)
    assert process.returncode == (130 if stop == signal.SIGINT else -signal.SIGKILL)
    assert not list(ready.venv.glob("lib/*/site-packages/alpha*"))
    report = ready.json("verify-setup", "--quick")
    assert report["exit_code"] == 1, "that it is out is seen"
    report = ready.json("verify-setup", "--quick", "--fix")
    assert (report["exit_code"], list(not_well(report))) == (0, [])
    assert ready.python("import alpha; print(alpha.x)") == "1"


def test_an_interrupted_warm_ends_at_once_and_the_next_one_removes_what_it_began(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "uv").write_text(STOPPED_UV.format(uv=uv(), out=tmp_path / "out"))
    (folder / "uv").chmod(0o755)
    process = sandbox.start("cache", "warm", "--only", "packages", PATH=f"{folder}:{sandbox.variables['PATH']}")
    wait_for(tmp_path / "out", process)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "goes with the next" in err) == (130, True), err
    (left,) = sandbox.environments
    (sandbox.root / ".torch-starter" / "tests" / "envs" / "not-proven").mkdir()
    (cached,) = sandbox.json("clean", "--only", "environments")["caches"]
    assert {part["name"]: part["fate"] for part in cached["parts"]} == {left: "goes", "not-proven": "goes"}
    assert sandbox.json("cache", "warm", "--only", "packages")["exit_code"] == 0
    assert sandbox.environments == ["not-proven"], "what another command has left to be looked at stays"


@pytest.mark.parametrize("stop", ["interrupt", "kill"])
def test_an_interrupted_self_test_leaves_no_folder_or_the_next_one_clears_it(ready: Sandbox, stop: str) -> None:
    folder = state(ready) / "self-test"
    process = ready.start("verify-setup", "--self-test", "--only", "home")
    wait_for(folder / "here", process)
    if stop == "kill":
        kill_group(process)
        assert folder.exists()
    else:
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in err) == (130, False), err
        assert not folder.exists()
    report = ready.json("verify-setup", "--self-test", "--only", "home.netrc")
    assert (report["exit_code"], [each["verdict"] for each in report["findings"]]) == (0, ["ok"]), report
    assert not folder.exists()
    assert ready.json("verify-setup", "--quick")["exit_code"] == 0, "the original is as it was"
