"""What a process that was looked at from outside spends its time on."""

from __future__ import annotations

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame
from torch_starter.looking import spent
from torch_starter.looking.py_spy import Seen

OWN = Frame("train", "train.py", 4, own=True)
C = "libc.so.6"


def seen(count: int, *frames: Frame) -> Seen:
    return Seen(1, 1, "MainThread", (OWN, *frames), count)


def test_each_share_is_told_with_its_line_the_largest_first() -> None:
    rows = [
        seen(60, Frame("_get_data", "torch/utils/data/dataloader.py", 1410), Frame("poll", C, 0)),
        seen(20, Frame("item", "torch/_tensor.py", 3), Frame("cudaStreamSynchronize", "libcudart.so.12", 0)),
        seen(10, Frame("helper", "train.py", 8, own=True)),
        seen(4, Frame("nap", "x.py", 1), Frame("clock_nanosleep", C, 0)),
        seen(6, Frame("at::mm", "libtorch_cpu.so", 0)),
    ]
    found = list(spent.findings(rows, native=True))
    assert [each.id for each in found] == ["profile.attached.loader", "profile.attached.sync", "profile.attached.python"]
    assert found[0].title == "60 % waiting for a DataLoader"
    assert "at most 2.5 times as fast" in found[0].seen
    assert [each.place for each in found] == [Place("train.py", 4), Place("train.py", 4), Place("train.py", 8)]


def test_the_ways_to_wait_are_told_apart() -> None:
    ways = {
        "collective": Frame("all_reduce", "torch/distributed/distributed_c10d.py", 9),
        "lock": Frame("Queue.get", "queue.py", 9),
        "process": Frame("wait4", C, 0),
        "network": Frame("recv", C, 0),
        "reading": Frame("read", C, 0),
        "sleep": Frame("clock_nanosleep", C, 0),
    }
    for word, frame in ways.items():
        assert [each.id for each in spent.findings([seen(5, frame)], native=True)] == [f"profile.attached.{word}"]


def test_without_functions_of_c_nothing_is_said_of_python_itself() -> None:
    assert list(spent.findings([seen(9)], native=False)) == []
    assert list(spent.findings([], native=True)) == []
