"""What stops `lock-update` leaves locks and environment as they were, and the next run goes on from the trials done."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from real import _shop
from real._killing import is_old, kill_often, newer_releases
from real._shop import CONFIG, Shop, told, trials
from real.test_setup_safety import in_a_mount, needs_root

model, locked = _shop.model, _shop.locked
KILLS = 10  # the script tool/benchmarks/kill_lock_update.py does more of them


def test_a_network_that_goes_away_leaves_all_as_it_was_and_the_next_run_goes_on(locked: Shop) -> None:
    newer_releases(locked)
    before = locked.everything
    locked.shelf.stop_at = "alpha-1.1-py3-none-any.whl"
    code, report = locked.lock_update()
    assert (code, report["problem"]["code"]) == (5, "network.unreachable"), told(report)
    assert locked.everything == before
    assert locked.environments == [locked.current]
    locked.shelf.stop_at = ""
    locked.shelf.up()
    code, report = locked.lock_update()
    assert (code, trials(report)) == (0, 1), "the first set is known to be bad: " + told(report)
    assert not is_old(locked, before)


def test_killed_at_random_moments_all_is_old_or_all_is_new(locked: Shop) -> None:
    newer_releases(locked)
    before = locked.everything
    running, switched = kill_often(locked, KILLS, 7)
    print(f"{running} of {KILLS} were running, {switched} had switched")
    assert running >= KILLS // 2
    assert switched >= 1, "some were killed when all was new already"
    code, report = locked.lock_update()
    assert code == 0, told(report)
    assert not is_old(locked, before)
    assert len(locked.environments) <= 2, "what the killed ones left is gone"


def trying(locked: Shop) -> subprocess.Popen[str]:
    """A run that has begun to try a set."""
    process = locked.start("lock-update", "--json")
    assert process.stderr is not None
    assert next(line for line in process.stderr if "trial 1" in line)
    return process


def test_an_interrupt_leaves_nothing_behind(locked: Shop) -> None:
    newer_releases(locked)
    before = locked.everything
    process = trying(locked)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in err) == (130, False), err
    assert '"interrupted"' in out
    assert locked.everything == before
    assert locked.environments == [locked.current]
    assert not (locked.root / ".torch-starter" / "tests" / "candidates").exists()


def test_an_interrupt_ends_what_waits_for_an_index_that_never_answers(locked: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        locked.config.write_text(CONFIG.format(address=f"http://127.0.0.1:{silent.getsockname()[1]}/simple"))
        process = locked.start("lock-update", "--json")
        asked, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)  # uv by itself waits for half a minute, several times
        asked.close()
    assert (process.returncode, '"interrupted"' in out) == (130, True), err


def test_what_somebody_writes_meanwhile_is_not_lost(locked: Shop) -> None:
    locked.shelf.publish("alpha", "1.1")
    process = trying(locked)
    project = locked.root / "pyproject.toml"
    project.write_text(project.read_text() + "# mine\n")
    before = locked.everything
    out, _ = process.communicate(timeout=60)
    report = json.loads(out)
    assert (report["exit_code"], report["problem"]["code"]) == (2, "lock.changed-meanwhile")
    assert locked.everything == before
    assert locked.environments == [locked.current], "what was built for nothing is removed"


def kilobytes(folder: Path) -> int:
    """What a folder takes on a disk."""
    done = subprocess.run(["du", "-sk", folder], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])


@needs_root
@pytest.mark.parametrize("full", ["locks", ".torch-starter"])
def test_a_full_disk_is_said_and_nothing_is_half(locked: Shop, full: str) -> None:
    newer_releases(locked)
    before = locked.everything
    folder, small = locked.root / full, locked.folder / "small"
    small.mkdir()
    room = 4 if full == "locks" else kilobytes(folder) + 100  # one page, which the lock that is there fills
    mount = f"mount -t tmpfs -o size={room}k none {str(small)!r} && cp -a {str(folder)!r}/. {str(small)!r}"
    code, words = in_a_mount(locked, f"{mount} && mount --bind {str(small)!r} {str(folder)!r}", "lock-update")
    assert code == 5, words
    assert "no space left" in words.lower()
    assert "Traceback" not in words
    assert locked.run("verify-setup", "--quick")[0] == 0
    is_old(locked, before)
    code, report = locked.lock_update()
    assert code == 0, told(report)
    assert not is_old(locked, before)
