"""Says what a process is stuck on, from how it looks. Pure: rules are asked in turn, the first that knows answers."""

from __future__ import annotations

from collections.abc import Callable

from torch_starter.looking import training, waits
from torch_starter.looking.look import Look, Reason, natively, place, within
from torch_starter.looking.py_spy import Thread

DEBUGGERS = (
    "pdb.py:interaction",
    "debugger.py:interaction",
    "pdb.py:cmdloop",
    "bdb.py:do_wait_suspend",
    "pydevd.py:do_wait_suspend",
)
OPENMP = ("gomp_", "GOMP_", "__kmp", "kmp_", "(libgomp", "(libomp", "(libiomp")
SWAP = 0.25  # of its memory: with more of it on a disk, it waits for that
FAULTS = 20  # pages that it waited for between two looks


def reason(look: Look) -> Reason:
    """What it is stuck on, or that it is not."""
    return about(look, look.main, 0)


def about(look: Look, thread: Thread | None, depth: int) -> Reason:
    """Of one of its threads. `depth`: how many others wait for it."""
    for rule in RULES:  # of what holds a whole process first
        found = rule(look, thread, depth)
        if found is not None:
            return found
    call = look.call(thread).name if thread is not None else ""
    why = f"waits in {f'the system call {call}' if call else 'a way that is not seen from outside'}"
    return Reason("unknown", why, "look again in a minute: what differs then goes on", place(thread))


def stopped(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if look.state == "Z":
        return Reason(
            "ended", "has ended, and who started it did not ask how", "see how it ended in the log of the process that started it"
        )
    if look.tracer:
        return Reason("debugger", f"is held by {look.tracer}", "let it go on there, or detach", place(thread))
    if look.state in "Tt":
        return Reason("stopped", "is stopped, as by Ctrl-Z or kill -STOP", f"kill -CONT {look.number}", place(thread))
    return None


def on_disk(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """Memory or files that a disk has to bring."""
    whole = look.swapped + look.resident
    if whole and look.swapped > SWAP * whole and look.faults > FAULTS:
        share = 100 * look.swapped / whole
        return Reason(
            "swapped",
            f"waits for its own memory: {share:.0f} % of it is on a disk",
            "use less memory, or end what else does: ./dev.sh memory-profile says whose it is",
            place(thread),
        )
    if look.state != "D":
        return None
    call = look.call(thread) if thread is not None else None
    path = look.file(call.first) if call is not None and call.name in ("read", "write", "flock", "fcntl") else ""
    return Reason(
        "disk",
        f"waits for a disk or a network's files{f': {path}' if path else ''}",
        "see whether the file system answers: df, dmesg; it cannot be interrupted meanwhile",
        place(thread),
    )


def at_debugger(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if within(thread, *DEBUGGERS) is None:
        return None
    return Reason(
        "breakpoint",
        "waits in Python's debugger, for what one types there",
        "type c in its terminal, or take breakpoint() out of the script",
        place(thread),
    )


def computing(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """It is not stuck."""
    if thread is None or not (look.works(thread) or look.moves):
        return None
    does = "is not stuck: it computes" if not depth else "computes"
    if not look.works(thread):
        does = "is not stuck: it goes on, between waits" if not depth else "goes on, between waits"
    return Reason(
        "computing", does, f"see where its time goes: ./dev.sh profile --attach {look.number}", place(thread), well=True
    )


def starved(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if look.state != "R" or thread is None or thread.number not in look.busy:
        return None
    return Reason(
        "processor",
        "is ready to compute, and gets no processor",
        "see who has them: top; in a container its limit: ./dev.sh docker-stats",
        place(thread),
    )


def openmp(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """Threads of OpenMP that a fork has left behind."""
    if not natively(thread, *OPENMP) or not look.forked:
        return None
    return Reason(
        "openmp",
        "waits for threads of OpenMP, which do not survive a fork",
        'start it anew instead of by a fork: multiprocessing_context="spawn", or torch.set_num_threads(1) before',
        place(thread),
    )


def sleeping(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if thread is None or look.call(thread).name not in ("nanosleep", "pause", "sigwait"):
        return None
    return Reason("sleep", "sleeps, since it was told to", "wait, or take the sleep out", place(thread))


def nothing_seen(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if thread is not None:
        return None
    return Reason(
        "unseen",
        f"shows no line of Python{f' ({look.refused})' if look.refused else ''}",
        "look again: it may just start, or end",
    )


Rule = Callable[[Look, Thread | None, int], Reason | None]
RULES: tuple[Rule, ...] = (
    stopped,
    on_disk,
    at_debugger,
    lambda look, thread, depth: training.loader(look, thread, depth, about),
    training.collective,
    training.gpu,
    computing,
    starved,
    nothing_seen,
    openmp,
    lambda look, thread, depth: waits.lock(look, thread, depth, about),
    lambda look, thread, depth: waits.thread(look, thread, depth, about),
    lambda look, thread, depth: waits.child(look, thread, depth, about),
    waits.keyboard,
    waits.file,
    waits.network,
    sleeping,
    waits.interpreter,
)
