"""What py-spy wrote of true processes, as recorded, in our types."""

from __future__ import annotations

import json

import pytest

from torch_starter.core.profile import Frame
from torch_starter.looking import py_spy

LIB = "/home/ada/.pyenv/versions/3.12.1/lib"
C = "/usr/lib/x86_64-linux-gnu/libc.so.6"
ROOT = "/tmp/a project"
PROCESS = f'process 5998:"{LIB}/python3.12/bin/python a;b.py";'
RAW = f"""\
{PROCESS}thread (5998): MainThread;0x7f8de9a4524a ({C});<module> ({ROOT}/a.py:7);Popen.poll ({LIB}/python3.12/multiprocessing/popen_fork.py:27);os_waitpid ({LIB}/libpython3.12.so.1.0);wait4 ({C}) 99
{PROCESS}process 6002:"python a;b.py";thread (6002);<module> ({ROOT}/a.py:6);mm ({LIB}/python3.12/site-packages/torch/functional.py:40);at::mm(at::Tensor const&) (libtorch_cpu.so) 50
{PROCESS}thread (6003): other one;Thread._bootstrap ({LIB}/python3.12/threading.py:1030);Thread.run ({LIB}/python3.12/threading.py:1010);0x7f01 ({C});0x7f02 ({C}) 3
py-spy> Wrote raw flamegraph data to 'a'. Samples: 198 Errors: 0
"""  # noqa: E501
REFUSED = (
    "Permission Denied: Try running again with elevated permissions by going 'sudo env \"PATH=$PATH\" !!'\n",
    "Error: Failed to get process executable name.\n\nCaused by:\n    0: Permission denied (os error 13)\n\n"
    "Stack backtrace:\n   0: x\n",
)
GONE = "Error: Failed to get process executable name. Check that the process is running.\n\nCaused by:\n    0: No such file\n"


def row(name: str, file: str, line: int) -> dict[str, object]:
    return {"name": name, "filename": file, "module": None, "short_filename": file, "line": line, "locals": None}


DUMP = json.dumps(
    [
        {
            **{"pid": 5, "thread_id": 140316919879360, "thread_name": "other", "os_thread_id": 6, "active": False},
            **{"owns_gil": False, "frames": [row("0x7f9e146a3f16", C, 0), row("work", f"{ROOT}/a.py", 3)]},
        },
        {
            **{"pid": 5, "thread_id": 140316919879361, "thread_name": None, "os_thread_id": 5, "active": True},
            **{"owns_gil": True, "frames": [row("main", "<frozen runpy>", 1), row("<module>", f"{ROOT}/a.py", 9)]},
        },
    ]
)


def test_recorded_stacks_have_their_process_their_thread_and_whose_code_it_is() -> None:
    first, second, third = py_spy.seen(RAW, 1, ROOT)
    assert (first.process, first.thread, first.name, first.count) == (5998, 5998, "MainThread", 99)
    assert first.frames == (
        Frame("<module>", "a.py", 7, own=True),
        Frame("Popen.poll", "multiprocessing/popen_fork.py", 27),
        Frame("os_waitpid", "libpython3.12.so.1.0", 0),
        Frame("wait4", "libc.so.6", 0),
    )
    assert (second.process, second.name) == (6002, "MainThread")
    assert second.frames[1:] == (Frame("mm", "torch/functional.py", 40), Frame("at::mm(at::Tensor const&)", "libtorch_cpu.so", 0))
    assert (third.process, third.name) == (5998, "other one")
    assert [frame.function for frame in third.frames] == ["Thread.run", "(libc.so.6)"]


def test_lines_without_a_process_are_of_the_one_that_was_asked_for() -> None:
    (found,) = py_spy.seen("thread (0x7F01);f (a.py:1) 2\n", 77)
    assert (found.process, found.thread, found.name) == (77, 0x7F01, f"thread {0x7F01}")


def test_stacks_add_up_and_begin_with_the_thread_where_there_are_several() -> None:
    found = py_spy.stacks([each for each in py_spy.seen(RAW, 1) if each.process == 5998], 0.01, native=True, named=True)
    assert found.seconds == pytest.approx(1.02)
    assert {found.frames[stack.frames[0]].function for stack in found.stacks} == {"MainThread", "other one"}
    assert found.native


def test_a_dump_has_the_main_thread_first_and_the_innermost_frame_last() -> None:
    main, other = py_spy.threads(DUMP, ROOT)
    assert (main.name, main.active, main.gil) == ("MainThread", True, True)
    assert main.place == Frame("<module>", "a.py", 9, own=True)
    assert [frame.own for frame in main.frames] == [True, False]
    assert other.leaf == ("(libc.so.6)",)
    assert other.python == (Frame("work", "a.py", 3, own=True),)


@pytest.mark.parametrize("text", ["", "[", DUMP[: len(DUMP) // 2], '{"a": 1}', '[{"pid": 1}]', "null"])
def test_what_is_cut_off_is_no_thread(text: str) -> None:
    assert py_spy.threads(text) == ()


@pytest.mark.parametrize("text", ["", "nonsense\n", "thread (1);f (a.py:1)\n", "thread (x y);f 1\n", "\0\n"])
def test_lines_that_are_no_stacks_are_left_out(text: str) -> None:
    assert py_spy.seen(text, 1) == []


def test_why_it_may_not_look_is_told_apart() -> None:
    assert {py_spy.refused(text) for text in REFUSED} == {"permission"}
    assert py_spy.refused(GONE) == "gone"
    assert py_spy.refused("Error: Failed to find python version from target process") == "other"
    assert py_spy.why(REFUSED[1]) == "Failed to get process executable name.: Permission denied (os error 13)"
