"""What a process tells of itself in any profile: core/profile.Process."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Dict

LONG = 500  # signs of an error
ALLOCATOR = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")
NAMED = 50  # files that were written aside


def process(watch: Any, how: str) -> Dict[str, Any]:
    """All but what was looked for. `how` it ended, unless an error says otherwise."""
    course, torch = watch.course, watch.torch
    ended, error = ending(how)
    told = {
        "process": os.getpid(),
        "rank": int(os.environ.get("RANK") or 0),
        "world": int(os.environ.get("WORLD_SIZE") or 1),
        "kind": course.kind,
        "ended": ended,
        "error": error,
        "seconds": time.perf_counter() - watch.began,
        "cpu": time.process_time(),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "forwards": watch.forwards,
        "kept": watch.request["redirect"].kept()[:NAMED],
        **watch.seen,
    }
    if torch is not None:
        told.update(
            version=str(torch.__version__),
            device=device(torch, course.optimizer),
            threads=torch.get_num_threads(),
            distributed=bool(torch.distributed.is_available() and torch.distributed.is_initialized()),
            effect={"cuda allocator": next((os.environ[name] for name in ALLOCATOR if os.environ.get(name)), "")},
        )
    return told


def device(torch: Any, optimizer: Any) -> str:
    """Where it computes: where what it trains is, else on a GPU that it has used."""
    groups = optimizer.param_groups if optimizer is not None else []
    used = torch.cuda.is_available() and torch.cuda.is_initialized()
    return next((str(each.device) for group in groups for each in group["params"]), "cuda:0" if used else "cpu")


def ending(how: str) -> Any:
    """How it ended, and the error that ended it: Python keeps the one that nobody caught."""
    error = getattr(sys, "last_value", None)
    if how != "exit" or error is None:
        return how, ""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", ""
    full = "outofmemory" in type(error).__name__.lower() or isinstance(error, MemoryError)
    return "memory" if full else "error", ("%s: %s" % (type(error).__name__, error))[:LONG]
