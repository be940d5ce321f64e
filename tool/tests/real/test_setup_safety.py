"""What stops a set-up leaves the last good environment working, and the next one goes on."""

from __future__ import annotations

import os
import random
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from real._sandbox import Sandbox, kill_group, verdicts

KILLS = 12  # the script tool/benchmarks/kill_setup.py does more of them, with the real packages


def newer(ready: Sandbox) -> None:
    """Publish and lock a second version, heavy enough for a set-up that takes a moment."""
    ready.package("alpha", "2.0", "x = 2\n")
    for number in range(20):
        ready.package(f"extra{number}", code="y = 1\n" * 200)
    ready.want("alpha", *(f"extra{number}" for number in range(20)))


def test_killed_at_random_moments_the_last_good_environment_works(ready: Sandbox) -> None:
    newer(ready)
    chance = random.Random(7)
    first = ready.current
    for _ in range(KILLS):
        process = ready.start("setup")
        try:
            process.communicate(timeout=chance.uniform(0.05, 2.5))
        except subprocess.TimeoutExpired:
            kill_group(process)
        assert ready.python("import alpha; print(alpha.x)") == ("1" if ready.current == first else "2")
        if ready.current != first:
            assert ready.run("rollback")[0] == 0
    assert ready.run("setup")[0] == 0
    assert ready.python("import alpha; print(alpha.x)") == "2"
    assert len(ready.environments) == 2, "what the killed ones left is gone"


def test_what_a_left_over_leads_to_stays(ready: Sandbox) -> None:
    theirs = ready.folder / "theirs"
    theirs.mkdir()
    (theirs / "weights.pt").write_text("theirs")
    left = ready.venv.resolve().parent / "left-over"
    (left / "lib").mkdir(parents=True)
    (left / "lib" / "data").symlink_to(theirs, target_is_directory=True)
    (left.parent / "link").symlink_to(theirs, target_is_directory=True)
    assert ready.run("setup", "--rebuild")[0] == 0
    assert (theirs / "weights.pt").read_text() == "theirs"
    assert len(ready.environments) == 2, "the current one and the one before"
    (cached,) = ready.json("cache", "list", "--only", "environments")["caches"]
    assert any(part["name"] == ready.current and part["back"]["seconds"] > 0 for part in cached["parts"]), "it was noted"


def test_two_setups_at_once_wait_for_each_other(sandbox: Sandbox) -> None:
    both = [sandbox.start("setup", "--json") for _ in range(2)]
    errors = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert any("waiting for another command" in error for error in errors)
    assert len(sandbox.environments) == 1, "the second finds the work done"


def test_a_wrong_hash_stops_it(ready: Sandbox) -> None:
    before = ready.current
    ready.package("alpha", "2.0")
    ready.want("alpha")
    lock = ready.root / "locks" / "cpu.txt"
    lock.write_text(re.sub("sha256:[0-9a-f]{8}", "sha256:00000000", lock.read_text()))
    report = ready.json("setup")
    assert (report["exit_code"], report["problem"]["code"]) == (5, "lock.hash")
    assert "alpha==2.0" in report["problem"]["message"]
    assert ready.current == before


def test_without_a_network_it_says_what_the_cache_lacks(sandbox: Sandbox) -> None:
    with sandbox.index():
        assert sandbox.run("setup")[0] == 0
    before = sandbox.current
    sandbox.package("beta")
    with sandbox.index():
        sandbox.want("alpha", "beta", UV_CACHE_DIR=str(sandbox.folder / "another-cache"))
    for words in (("setup",), ("setup", "--offline")):
        report = sandbox.json(*words)
        assert (report["exit_code"], report["problem"]["code"]) == (5, "network.unreachable")
        assert "1 of 2 direct dependencies not in the cache: beta 1.0" in report["problem"]["message"]
    assert sandbox.current == before


def test_offline_works_from_the_cache(sandbox: Sandbox) -> None:
    with sandbox.index():
        assert sandbox.run("setup")[0] == 0
    assert sandbox.run("setup", "--rebuild", "--offline")[0] == 0
    assert sandbox.run("setup", "--rebuild")[0] == 0, "with everything cached a lost network does not matter"


def in_a_mount(ready: Sandbox, mount: str, *words: str) -> tuple[int, str]:
    """Run a command in a mount name space of its own, after a mount that only it sees. Needs root."""
    python = shlex.quote(sys.executable)
    command = f'{mount} && cd {shlex.quote(str(ready.root))} && exec {python} -I -c "$PROGRAM" {" ".join(words)}'
    source = str(Path(__file__).resolve().parents[2] / "src")
    program = f"import sys; sys.path.insert(0, {source!r}); from torch_starter.cli import main; sys.exit(main())"
    variables = {**ready.variables, "TORCH_STARTER_ROOT": str(ready.root), "TORCH_STARTER_PLATFORM": "tests", "PROGRAM": program}
    done = subprocess.run(["unshare", "-m", "/bin/sh", "-c", command], env=variables, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


@needs_root
def test_a_full_disk_is_said_and_nothing_is_lost(ready: Sandbox) -> None:
    before = ready.current
    ready.package("alpha", "2.0", "x = 2\n" + "# padding\n" * 400_000)
    ready.want("alpha")
    envs = ready.root / ".torch-starter" / "tests" / "envs"
    small = "/dev/shm/ts-full"
    mount = f"mkdir -p {small} && mount -t tmpfs -o size=3m none {small} && mount --bind {small} {str(envs)!r}"
    code, told = in_a_mount(ready, mount, "setup")
    assert code == 5, told
    assert "no space left" in told
    assert "Traceback" not in told
    assert ready.current == before
    assert ready.python("import alpha; print(alpha.x)") == "1"
    assert ready.run("setup")[0] == 0
    assert ready.python("import alpha; print(alpha.x)") == "2"


@needs_root
def test_a_read_only_project_folder_is_said(ready: Sandbox) -> None:
    mount = f"mount --bind {str(ready.root)!r} {str(ready.root)!r} && mount -o remount,ro,bind {str(ready.root)!r}"
    code, told = in_a_mount(ready, mount, "setup", "--rebuild")
    assert code == 5, told
    assert "read-only file system" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_cleanly(ready: Sandbox, number: signal.Signals) -> None:
    newer(ready)
    before = ready.current
    ready.package("alpha", "3.0", "import threading; threading.Event().wait()\n")
    ready.want("alpha")
    process = ready.start("setup", "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("proof"):
            break
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert '"interrupted"' in out
    assert ready.current == before
    assert len(ready.environments) == 1, "the unfinished one is removed"


def test_a_folder_of_somebody_else_is_not_replaced(sandbox: Sandbox) -> None:
    sandbox.venv.mkdir()
    (sandbox.venv / "precious").write_text("mine")
    report = sandbox.json("setup")
    assert (report["exit_code"], report["problem"]["code"]) == (2, "venv.foreign")
    assert (sandbox.venv / "precious").read_text() == "mine"


def test_a_spoiled_history_does_not_matter(ready: Sandbox) -> None:
    (ready.root / ".torch-starter" / "tests" / "history.json").write_text("{ not json")
    assert ready.run("run", "--", "python", "-c", "import alpha")[0] == 0
    assert ready.run("setup", "--rebuild")[0] == 0
    assert verdicts(ready.json("verify-setup", "--only", "imports")) == {"imports.alpha": "ok"}
