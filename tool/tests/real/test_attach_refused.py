"""`profile --attach` and `--hang` where they cannot look: who asks is told why, and what mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from real._looking import NAP, Looking, running
from real._looking import looking as looking


def test_what_is_not_there_or_not_of_python_is_said(looking: Looking) -> None:
    for option in ("--hang", "--attach"):
        code, _, err = looking.run(option, "4194303")
        assert (code, "there is no process 4194303" in err) == (2, True)
        assert looking.run(option, "twelve")[0] == 2
        with subprocess.Popen(["sleep", "1000"]) as other:
            code, _, err = looking.run(option, str(other.pid))
            other.kill()
        assert (code, "is not of Python" in err) == (2, True)


@pytest.mark.skipif(not shutil.which("setpriv") or os.geteuid() != 0, reason="only root can give up a capability")
def test_who_may_not_look_is_told_why_and_what_mends_it(looking: Looking, tmp_path: Path) -> None:
    looking.run("--hang", "1")  # puts py-spy beside
    weak = Looking(looking.root, ("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"))
    with running(tmp_path, NAP) as process:
        for option in ("--hang", "--attach"):
            code, _, err = weak.run(option, str(process.pid))
            words = " ".join(err.split())
            assert code == 3
            assert "SYS_PTRACE" in words
            assert "what to do: " in words


def test_without_py_spy_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "torch-starter.toml").write_text("")
    with running(tmp_path, NAP) as process:
        empty = {"UV_CACHE_DIR": str(tmp_path / "cache"), "UV_OFFLINE": "1"}
        code, _, err = Looking(tmp_path).run("--hang", str(process.pid), **empty)
    assert code == 4
    assert "py-spy cannot be had" in " ".join(err.split())
