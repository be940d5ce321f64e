"""Which lock a thread waits for, and which it holds, by its source."""

from __future__ import annotations

import pytest

from torch_starter.core.profile import Frame
from torch_starter.looking import locks
from torch_starter.looking.py_spy import Thread

SOURCE = """\
import threading
a, b = threading.Lock(), threading.Lock()

class Box:
    def put(self):
        self.lock.acquire()
        self.fill()
        self.lock.release()
        self.rest()

    def fill(self):
        with a, self.other:
            if True:
                with b:
                    print("x")
        b.acquire()
"""
SOURCES = {"train.py": SOURCE}


def thread(*lines: int, inner: Frame | None = None) -> Thread:
    frames = [Frame("f", "train.py", line, own=True) for line in lines]
    return Thread(1, "MainThread", False, False, (*frames, *([inner] if inner else [])))


@pytest.mark.parametrize(
    ("line", "names"), [(12, {"a", "self.other"}), (14, {"b"}), (16, {"b"}), (6, {"self.lock"}), (15, set())]
)
def test_the_line_says_what_it_takes(line: int, names: set[str]) -> None:
    assert locks.wanted(thread(7, line), SOURCES) == names


def test_a_lock_of_pythons_own_lies_between_the_line_and_the_wait() -> None:
    assert locks.wanted(thread(14, inner=Frame("Condition.__enter__", "threading.py", 299)), SOURCES) == {"b"}
    assert locks.wanted(thread(14, inner=Frame("Event.wait", "threading.py", 299)), SOURCES) == set()


def test_what_is_around_a_line_or_was_acquired_above_it_is_held() -> None:
    assert locks.held(thread(7, 14), SOURCES) == {"self.lock", "a", "self.other"}
    assert locks.held(thread(15), SOURCES) == {"a", "self.other", "b"}
    assert locks.held(thread(9), SOURCES) == set()


@pytest.mark.parametrize("sources", [{}, {"train.py": "def ("}, {"train.py": "\0"}, {"train.py": ""}])
def test_without_a_source_nothing_is_known(sources: dict[str, str]) -> None:
    assert not locks.wanted(thread(14), sources) | locks.held(thread(14), sources)
    assert locks.text(Frame("f", "train.py", 99), sources) == ""
