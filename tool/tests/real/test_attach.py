"""`profile --attach` and `--hang` on true processes: what they are stuck on, and that they go on as before."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from real._looking import NAP, READY, Looking, running
from real._looking import looking as looking

LOCKS = f"""
import threading
a, b, both = threading.Lock(), threading.Lock(), threading.Barrier(3)
def other():
    with b:
        both.wait()
        with a:
            pass
def main():
    with a:
        both.wait()
        with b:
            pass
threading.Thread(target=other, name="saver", daemon=True).start()
threading.Thread(target=main, name="trainer", daemon=True).start()
both.wait()
{READY}
a.acquire()
"""
LOADER = f"""
import os
import torch
class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, number):
        if number == 4:
            os.read(os.pipe()[0], 1)  # for ever
        return torch.zeros(2)
if __name__ == "__main__":
    for number, batch in enumerate(torch.utils.data.DataLoader(Data(), batch_size=2, num_workers=2)):
        if number == 1:
            {READY}
"""
FORKED = f"""
import os
import torch
torch.set_num_threads(2)
data = torch.randn(2000, 2000)
torch.relu(data)
child = os.fork()
if child == 0:
    while True:
        torch.relu(data)
{READY}
os.waitpid(child, 0)
"""
STUCK = {  # what a script does last, the word for it, and the line
    "a loop": ("def work():\n    n = 0\n    while True:\n        n += 1\n" + READY + "work()\n", "computing", None),
    "a loop of C": (READY + "3 ** (10 ** 9)\n", "computing", 2),
    "a deadlock": (LOCKS, "deadlock", 19),
    "a pipe": ("import os\npipe = os.pipe()\n" + READY + "os.read(pipe[0], 1)\n", "pipe", 4),
    "input": (READY + "\ninput()\n", "input", 3),
    "sleep": (NAP, "sleep", 3),
    "a queue": ("import queue\n" + READY + "queue.Queue().get()\n", "signal", 3),
    "a program": ("import subprocess\n" + READY + "subprocess.run(['sleep', '1000'])\n", "process", 3),
    "a breakpoint": (READY + "breakpoint()\n", "breakpoint", 2),
    "the network": (
        "import socket\ns = socket.create_server(('127.0.0.1', 0))\nc = socket.create_connection(s.getsockname())\n"
        + READY
        + "c.recv(1)\n",
        "network",
        5,
    ),
}


def state(process: int) -> str:
    """The letter of a process's state."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize(("text", "word", "line"), STUCK.values(), ids=STUCK)
def test_it_says_what_a_process_is_stuck_on(looking: Looking, tmp_path: Path, text: str, word: str, line: int | None) -> None:
    with running(tmp_path, text) as process:
        report = looking.answer("--hang", str(process.pid))
    (finding,) = report["findings"]
    assert finding["id"] == f"profile.hang.{word}"
    assert finding["place"]["file"] == "train.py"
    assert line in (None, finding["place"]["line"])
    assert finding["verdict"] == ("ok" if word == "computing" else "warn")
    assert report["profile"]["processes"][0]["stacks"]["frames"]


def test_two_threads_that_hold_each_others_locks_are_a_deadlock(looking: Looking, tmp_path: Path) -> None:
    """The main thread waits for a lock that a thread holds which is in a deadlock with another."""
    with running(tmp_path, LOCKS) as process:
        (finding,) = looking.answer("--hang", str(process.pid))["findings"]
    seen = " ".join(finding["seen"].split())
    assert "waits for a, which trainer holds at train.py:12" in seen
    assert "deadlock: it waits for b, which saver holds at train.py:7" in seen


def test_a_loader_whose_worker_hangs_is_at_the_line_of_the_dataset(looking: Looking, tmp_path: Path, current: Path) -> None:
    with running(tmp_path, LOADER, str(current / ".venv" / "bin" / "python")) as process:
        (finding,) = looking.answer("--hang", str(process.pid))["findings"]
    assert finding["id"] == "profile.hang.loader"
    assert finding["place"] == {"file": "train.py", "line": 9}
    assert "a pipe" in finding["seen"]


def test_threads_that_a_fork_left_behind(looking: Looking, tmp_path: Path, current: Path) -> None:
    with running(tmp_path, FORKED, str(current / ".venv" / "bin" / "python")) as process:
        (finding,) = looking.answer("--hang", str(process.pid))["findings"]
    assert finding["id"] == "profile.hang.process"
    assert "threads of OpenMP, which do not survive a fork at train.py:10" in " ".join(finding["seen"].split())


def test_a_stopped_process_stays_stopped_and_says_how_it_goes_on(looking: Looking, tmp_path: Path) -> None:
    with running(tmp_path, NAP) as process:
        process.send_signal(signal.SIGSTOP)
        for option in ("--hang", "--attach"):
            (finding,) = looking.answer(option, str(process.pid))["findings"]
            assert (finding["id"], finding["remedy"]) == ("profile.hang.stopped", f"kill -CONT {process.pid}")
        assert state(process.pid) == "T"


def test_where_the_time_of_a_process_goes(looking: Looking, tmp_path: Path) -> None:
    with running(tmp_path, STUCK["a loop"][0]) as process:
        report = looking.answer("--attach", str(process.pid))
    (told,) = report["profile"]["processes"]
    assert told["ended"] == "attached"
    assert sum(seconds for _, seconds in told["stacks"]["stacks"]) > 5
    assert report["findings"][0]["id"] == "profile.attached.python"
    assert report["findings"][0]["place"]["line"] in (3, 4)
    assert "GIL" in report["notes"][0]
    assert (Path(report["profile"]["folder"]) / "stacks.speedscope.json").is_file()
