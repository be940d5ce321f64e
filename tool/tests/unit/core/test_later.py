"""Work beside the main thread: its result, its error, and that it does go on beside it."""

from __future__ import annotations

import threading

import pytest

from torch_starter.core.later import Later


def test_it_answers_with_what_was_returned_as_often_as_it_is_asked() -> None:
    later = Later(lambda: [1, 2])
    assert later.result() == [1, 2]
    assert later.result() is later.result()


def test_nothing_is_a_result_too() -> None:
    assert Later(lambda: None).result() is None


def test_it_begins_at_once_and_beside_us() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert go_on.wait(10)
        return threading.current_thread().name

    later = Later(work)
    assert begun.wait(10), "it has begun though nobody asked for the result"
    go_on.set()
    assert later.result() != threading.current_thread().name


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_what_it_raised_is_raised_where_the_result_is_asked_for(error: BaseException) -> None:
    def work() -> None:
        raise error

    later = Later(work)
    for _ in range(2):
        with pytest.raises(type(error)) as raised:
            later.result()
        assert raised.value is error


def test_the_function_is_called_once() -> None:
    calls: list[int] = []
    later = Later(lambda: calls.append(1))
    later.result()
    later.result()
    assert calls == [1]
