"""Functions in children of their own. No torch is needed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from torch_starter.probes import _apart, _devices


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait() -> None:
    threading.Event().wait()


def wrong() -> None:
    raise ValueError("first line\nsecond line")


@pytest.mark.parametrize(
    ("function", "result"),
    [
        (lambda: {"a": [1, 2.5]}, {"value": {"a": [1, 2.5]}}),
        (wrong, {"error": "ValueError: first line"}),
        (crash, {"error": "killed by SIGKILL"}),
        (lambda: os._exit(0), {"error": "ended without an answer"}),
        (lambda: object(), {"error": "ended without an answer"}),
    ],
    ids=["well", "raised", "crashed", "vanished", "not JSON"],
)
def test_what_becomes_of_a_function(function: Callable[[], Any], result: dict[str, Any]) -> None:
    others = {"before": lambda: 1, "it": function, "after": lambda: 2}
    assert _apart._in_turn(others, 30) == {"before": {"value": 1}, "it": result, "after": {"value": 2}}


def test_one_that_does_not_come_back_says_where_it_is() -> None:
    error = _apart._together({"it": wait}, 0.2)["it"]["error"]
    assert error.startswith("did not come back within 0 s, at ")
    assert "threading.py" in error


def test_when_one_fails_the_others_are_not_waited_for() -> None:
    started = time.monotonic()
    results = _apart._together({"waits": wait, "fails": wrong}, 60, grace=0.1)
    assert results["fails"] == {"error": "ValueError: first line"}
    assert "did not come back" in results["waits"]["error"]
    assert time.monotonic() - started < 30


def test_nobody_starts_when_all_the_time_is_over() -> None:
    results = _apart._in_turn({"waits": wait, "late": lambda: 1}, 30, total=0.1)
    assert results["late"] == {"error": "no time was left after 0 s for the others"}


def test_all_run_at_the_same_time() -> None:
    """Each writes and then reads what the other wrote: in turn, neither would come to its end."""
    there, back = os.pipe(), os.pipe()

    def meet(write: int, read: int) -> str:
        os.write(write, b"x")
        return os.read(read, 1).decode()

    pair = {"one": lambda: meet(there[1], back[0]), "other": lambda: meet(back[1], there[0])}
    assert _apart._together(pair, 30) == {"one": {"value": "x"}, "other": {"value": "x"}}


def test_none_is_left_running() -> None:
    _apart._together({"waits": wait}, 0.1)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_every_device_is_told_of() -> None:
    def run(device: Any) -> str:
        if device.type == "bad":
            raise AssertionError("off by 2\nmore")
        return "right"

    class Named(SimpleNamespace):
        def __str__(self) -> str:
            return str(self.type)

    lines = _devices._over(run, lambda: [Named(type="bad"), Named(type="cpu")])
    assert lines == [{"device": "bad", "error": "AssertionError: off by 2"}, {"device": "cpu", "seen": "right"}]
