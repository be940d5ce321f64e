"""Says what a process is stuck on, from how it looks. Pure: rules are asked in turn, the first that knows answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from torch_starter.looking import waits
from torch_starter.looking.look import Look, Reason, natively, place, within
from torch_starter.looking.py_spy import Thread

DEBUGGERS = (
    "pdb.py:interaction",
    "debugger.py:interaction",
    "pdb.py:cmdloop",
    "bdb.py:do_wait_suspend",
    "pydevd.py:do_wait_suspend",
)
LOADER = ("dataloader.py:_try_get_data", "dataloader.py:_get_data")
COLLECTIVE = re.compile(
    r"distributed_c10d\.py$|rendezvous\.py$|distributed/(?:utils|elastic|fsdp|_)|nn/parallel/distributed\.py$"
)
SYNCING = (
    "cudaStreamSynchronize",
    "cudaDeviceSynchronize",
    "cudaEventSynchronize",
    "cuStreamSynchronize",
    "cuEventSynchronize",
    "cuCtxSynchronize",
)
OPENMP = ("gomp_", "GOMP_", "__kmp", "kmp_", "__kmpc")
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


def loader(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """A DataLoader's worker that does not send its batch."""
    if within(thread, *LOADER) is None:
        return None
    alive = [child for child in look.children if child.state != "Z"]
    dead = [child.number for child in look.children if child.state == "Z"]
    own = place(thread)
    if dead:
        return Reason(
            "loader",
            f"waits for a worker of a DataLoader that is dead: process {dead[0]}",
            "see what ended it: dmesg | grep -i -e oom -e segfault; try num_workers=0",
            own,
        )
    workers = [child for child in alive if within(child.main, "worker.py:_worker_loop")]
    making = [child for child in workers if within(child.main, "fetch.py:fetch")]
    if making:
        inner = about(making[0], making[0].main, depth + 1)
        rest = f", as {len(making) - 1} more do" if len(making) > 1 else ""
        remedy = inner.remedy if not inner.well else "let it go on; ./dev.sh profile says what its batches cost"
        return Reason(
            "loader",
            f"waits for a worker of a DataLoader (process {making[0].number}), which {inner.does}{rest}",
            remedy,
            inner.place or own,
            well=inner.well,
        )
    if workers or not alive:
        what = "while all of them wait for work" if workers else "that is gone"
        return Reason(
            "loader",
            f"waits for a worker of a DataLoader {what}",
            "give the loader timeout=60, so that it raises; try num_workers=0",
            own,
        )
    silent = next((child for child in alive if child.state in "TtD"), alive[0])
    does = about(silent, silent.main, depth + 1).does if silent.threads or silent.state in "TtD" else "does not say where it is"
    return Reason(
        "loader",
        f"waits for a worker of a DataLoader (process {silent.number}), which {does}",
        f"./dev.sh profile --hang {silent.number}",
        own,
    )


def collective(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """What all ranks have to come to."""
    frames = thread.python if thread is not None else ()
    at = next((frame for frame in reversed(frames) if COLLECTIVE.search(frame.file)), None)
    native = natively(thread, "nccl", "gloo::", "c10d::")
    if at is None and not native:
        return None
    name = next(
        (
            each.function
            for each in frames
            if COLLECTIVE.search(each.file) and each.function not in ("wrapper", "decorate_context")
        ),
        native,
    )
    world, rank = look.variables.get("WORLD_SIZE", ""), look.variables.get("RANK", "")
    absent = [number for number in range(int(world) if world.isdigit() else 0) if number not in look.ranks]
    told = f"{name}, rank {rank} of {world}," if rank and world else name
    who = f"; not on this machine: rank {', '.join(map(str, absent[:8]))}" if absent else ""
    others = [f"{process} (rank {number})" for number, process in sorted(look.ranks.items()) if process != look.number]
    at_port = ":".join(look.variables.get(name, "?") for name in ("MASTER_ADDR", "MASTER_PORT"))
    remedy = (
        f"see what another rank does: ./dev.sh profile --hang {others[0]}" if others else f"start what is missing, at {at_port}"
    )
    return Reason("collective", f"waits in {told} for the other ranks{who}", remedy, place(thread))


def gpu(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if not natively(thread, *SYNCING):
        return None
    return Reason(
        "gpu",
        "waits for its GPU to finish what it was given",
        "nvidia-smi shows whether that works; CUDA_LAUNCH_BLOCKING=1 shows the operation",
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
    loader,
    collective,
    gpu,
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
