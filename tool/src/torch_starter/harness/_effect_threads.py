"""Read back: where threads may run, and how those of OpenMP wait for each other."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from typing import Any, Dict, List, Set, Tuple

BINDINGS = ("no", "yes", "primary", "close", "spread")  # omp_proc_bind_t
POOL = "PTThreadPool"  # the name of such threads
REGIONS = 40  # parallel ones, quickly after each other
GRAIN = 32768  # values that torch gives to each thread at least
QUIET = 0.06  # seconds in which there is nothing to do
ON = 0.8  # of these: who still spins does so for good
BRIEF = 1e-4  # seconds of CPU time for each region: who sleeps at once takes less
BLOCKS = {0: "passive", 2**31 - 1: "spins on"}  # milliseconds of Intel's and LLVM's runtime


def threads() -> Dict[str, str]:
    import torch

    found = {}
    if hasattr(os, "sched_getaffinity"):
        found["affinity"] = ranges(sorted(set().union(*map(allowed, tasks()))))
    found["interop pool"] = "started" if any(map(of_pool, tasks())) else "not started"
    runtime = openmp()
    if runtime is not None:
        found.update(bound(runtime))
        team = workers(runtime) if torch.get_num_threads() > 1 else []
        if team:
            found["wait policy"] = blocking(runtime) or waiting(team)
    return found


def ranges(numbers: List[int]) -> str:
    """As the kernel writes lists: 0-3,8."""
    parts: List[List[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(first) if first == last else "%d-%d" % (first, last) for first, last in parts)


def openmp() -> "ctypes.CDLL | None":
    """The runtime that torch computes with: its own where it brought one."""
    paths = set()
    with open("/proc/self/maps") as file:
        for line in file:
            path = line.split(None, 5)[5].strip() if len(line.split(None, 5)) == 6 else ""
            if os.path.basename(path).startswith(("libgomp", "libiomp5", "libomp.")):
                paths.add(path)
    own = sorted(paths, key=lambda path: ("%storch%s" % (os.sep, os.sep) not in path, path))
    return ctypes.CDLL(own[0]) if own else None


def bound(runtime: ctypes.CDLL) -> Dict[str, str]:
    """Whether threads are bound to places, and how many places there are."""
    binding = runtime.omp_get_proc_bind()
    known = BINDINGS[binding] if 0 <= binding < len(BINDINGS) else str(binding)
    return {"openmp binding": known, "openmp places": str(runtime.omp_get_num_places())}


def blocking(runtime: ctypes.CDLL) -> str:
    """What the runtimes of Intel and LLVM tell themselves; nothing of GNU's, which does not."""
    if not hasattr(runtime, "kmp_get_blocktime"):
        return ""
    return BLOCKS.get(runtime.kmp_get_blocktime(), "spins")


def waiting(team: List[str]) -> str:
    """By what the threads of a team do in parallel regions, quickly one after the other, and after the last.

    "passive": they sleep after each; "spins briefly": they do, but not at once; "spins": they wait for the next one awake, and
    for some milliseconds after the last; "spins on": without end.
    """
    import torch

    values = torch.zeros((len(team) + 1) * GRAIN, device="cpu")
    values.add_(1)
    first = looked(team)
    for _ in range(REGIONS):
        values.add_(1)
    last = looked(team)
    time.sleep(QUIET)
    later = looked(team)
    slept, ran = (min(last[name][place] - first[name][place] for name in team) for place in (0, 1))
    if 2 * slept >= REGIONS:
        return "passive" if ran / REGIONS < BRIEF else "spins briefly"
    return "spins on" if min(later[name][2] - last[name][2] for name in team) > ON * QUIET else "spins"


def workers(runtime: ctypes.CDLL) -> List[str]:
    """The threads that GNU's runtime has beside this one: each of them says who it is."""
    found = set()

    def tell(_: Any) -> None:
        found.add(threading.get_native_id())

    runtime.GOMP_parallel(ctypes.CFUNCTYPE(None, ctypes.c_void_p)(tell), None, 0, 0)
    return [str(number) for number in sorted(found - {threading.get_native_id()})]


def tasks() -> List[str]:
    """The threads of this process."""
    return os.listdir("/proc/self/task")


def of_pool(task: str) -> bool:
    """Whether torch started a thread to run operations beside each other: it does when it is asked to for the first time."""
    try:
        with open("/proc/self/task/%s/comm" % task) as file:
            return file.read().strip() == POOL
    except OSError:
        return False


def allowed(task: str) -> Set[int]:
    """Where a thread may run: where OpenMP binds them each has a place of its own. Nowhere where it has ended meanwhile."""
    try:
        return os.sched_getaffinity(int(task))
    except ProcessLookupError:
        return set()


def looked(team: List[str]) -> Dict[str, Tuple[int, float, float]]:
    """Of each thread: how often it went to sleep, the seconds that it ran, and those that it wanted to run."""
    found = {}
    for task in team:
        with open("/proc/self/task/%s/status" % task) as file:
            slept = next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
        with open("/proc/self/task/%s/schedstat" % task) as file:
            ran, delayed = file.read().split()[:2]
        found[task] = (slept, int(ran) / 1e9, (int(ran) + int(delayed)) / 1e9)
    return found
