"""What a process is stuck on, in words, by made-up looks at one."""

from __future__ import annotations

import pytest

from torch_starter.looking import stuck
from torch_starter.looking.look import Look, Reason, told
from torch_starter.looking.proc import Call
from unit.looking.looks import LOADING, OWN, look, reason, thread

LOCKS = "with a:\n    with b:\n        x()\nwith b:\n    with a:\n        x()\n"


def test_two_threads_that_wait_for_each_other() -> None:
    main, other = thread(("f", "train.py", 2)), thread(("g", "train.py", 5), number=2, name="saver")
    found = reason(main, other, call="futex", sources={"train.py": LOCKS})
    assert found.word == "deadlock"
    assert "waits for b, which saver holds at train.py:5; that waits for a, which this holds" in found.does


def test_a_lock_whose_holder_does_something_else() -> None:
    main, other = thread(("f", "train.py", 2)), thread(("g", "train.py", 6), number=2, name="saver", c=("connect",))
    found = reason(main, other, call="futex", sources={"train.py": LOCKS.replace("x()", "ask()")})
    assert found.word == "lock"
    assert "which saver holds at train.py:6 and waits for the network" in found.does
    alone = reason(main, call="futex", sources={"train.py": LOCKS})
    assert "it is taken twice" in alone.does
    forked = reason(main, call="futex", sources={"train.py": LOCKS}, forked=True)
    assert "when this process was forked" in forked.does
    nobody = reason(main, thread(("g", "train.py", 99), number=2), call="futex", sources={"train.py": LOCKS})
    assert "no thread's lines are seen to hold" in nobody.does


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("stopped", reason(state="T")),
        ("ended", stuck.reason(Look(1, state="Z"))),
        ("debugger", reason(state="t", tracer="gdb (process 5)")),
        ("disk", reason(state="D", call="read", given=(4,), files={4: "/nfs/data.bin"})),
        ("swapped", reason(swapped=9, resident=1, faults=500)),
        ("breakpoint", reason(thread(("f", "train.py", 2), ("Pdb.interaction", "pdb.py", 438)))),
        ("input", reason(call="read", given=(0,), files={0: "/dev/pts/1"})),
        ("input", reason(call="select", given=(1,), sources={"train.py": "\n\nname = input()\n"})),
        ("pipe", reason(call="read", given=(4,), files={4: "pipe:[9]"})),
        ("file", reason(call="read", given=(4,), files={4: "/dev/fuse"})),
        ("pipe", reason(call="open", given=(4,))),
        ("file-lock", reason(call="flock", given=(4,), files={4: "/a.lock"}, holders={"/a.lock": "process 5 (x)"})),
        ("network", reason(call="recv", given=(4,), files={4: "socket:[12]"}, peers={"12": "10.0.0.1:443"})),
        ("network", reason(call="read", given=(4,), files={4: "socket:[12]"}, peers={"12": "10.0.0.1:443"})),
        ("network", reason(call="epoll", given=(3,), files={4: "socket:[12]"}, peers={"12": "10.0.0.1:443"})),
        ("files", reason(call="poll", given=(3,))),
        ("tasks", reason(thread(("f", "train.py", 2), ("Loop._run_once", "asyncio/base_events.py", 9)), call="epoll")),
        ("openmp", reason(thread(("f", "train.py", 2), c=("(libgomp.so.1)",)), forked=True)),
        ("process", reason(call="wait4", given=(9,), children=(Look(9, "sleep 9"),))),
        ("openmp", reason(thread(("f", "train.py", 2), c=("gomp_barrier_wait",)), forked=True)),
        ("sleep", reason(call="nanosleep")),
        ("signal", reason(thread(("f", "train.py", 2), ("Queue.get", "queue.py", 171), ("wait", "threading.py", 3)))),
        (
            "thread",
            reason(thread(("f", "train.py", 2), ("Thread.join", "threading.py", 3)), thread(("g", "train.py", 7), number=2)),
        ),
        ("interpreter", reason(thread(("f", "train.py", 2), c=("take_gil",)))),
        ("processor", reason(state="R")),
        ("computing", stuck.reason(Look(1, threads=(OWN,), busy={1: 0.9}))),
        ("computing", reason(moves=True)),
        ("unseen", stuck.reason(Look(1, refused="too new"))),
        ("unknown", reason(call="call 9999")),
    ],
)
def test_each_way_to_be_stuck_has_a_word_a_sentence_and_what_mends_it(word: str, found: Reason) -> None:
    assert found.word == word
    assert found.does
    assert found.remedy
    assert found.well == (word == "computing")


def test_a_process_that_is_waited_for_says_what_it_does() -> None:
    child = Look(9, "python child.py", threads=(thread(("f", "child.py", 4)),), calls={1: Call("nanosleep")}, busy={1: 0.0})
    found = reason(call="wait4", given=(9,), children=(child,))
    assert found.does == "waits for process 9 (python child.py), which sleeps, since it was told to at child.py:4"


def test_those_that_wait_for_each_other_in_a_ring_come_to_an_end() -> None:
    joins = [thread(("f", "train.py", n), ("join", "threading.py", 3), number=n, name=f"T{n}") for n in (1, 2, 3)]
    assert len(reason(*joins).does) < 400


def test_threads_are_told_with_the_way_to_the_users_line() -> None:
    other = thread(("loop", "pin_memory.py", 41), number=2, name="pin")
    assert told(look(LOADING, other)).splitlines() == [
        "MainThread waits in _try_get_data (dataloader.py:1251)",
        "  called by _get_data (dataloader.py:1410)",
        "  called by main (train.py:9)",
        "pin waits in loop (pin_memory.py:41)",
    ]
