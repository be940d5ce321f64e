"""The memory of processes beside this one: workers of loaders; and what all of them share."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, List

MOST = 64  # processes


def workers(folder: str, batches: int) -> None:
    """Write what each of our workers has, as core/profile.Worker has it, for who reads those of all processes."""
    for number, process in enumerate(children()[:MOST]):
        told = rollup(process)
        if not told:
            continue
        unique = told.get("Private_Clean:", 0) + told.get("Private_Dirty:", 0)
        row: Dict[str, Any] = {"number": number, "process": process, "parent": os.getpid(), "batches": batches, "seconds": 0.0}
        path = os.path.join(folder, "worker-%d.json" % process)
        with open(path + ".part", "w") as file:
            json.dump({**row, "resident": told.get("Rss:", 0), "unique": unique}, file)
        os.replace(path + ".part", path)


def children() -> List[int]:
    """Processes that multiprocessing has started from here."""
    module = sys.modules.get(
        "multiprocessing.process"
    )  # to ask for those that are active would end some that the script waits for
    return sorted(each.pid for each in list(getattr(module, "_children", ())) if each.pid)


def rollup(process: int) -> Dict[str, int]:
    """Bytes by word; nothing where it has gone, or the system does not tell."""
    try:
        with open("/proc/%d/smaps_rollup" % process) as file:
            lines = [line.split() for line in file]
    except OSError:
        return {}
    return {words[0]: int(words[1]) * 1024 for words in lines if len(words) == 3 and words[2] == "kB"}


def shared() -> int:
    """Memory that this process shares with others, such as batches that workers made."""
    try:
        with open("/proc/self/status") as file:
            lines = [line.split() for line in file]
    except OSError:
        return 0
    return next((int(words[1]) * 1024 for words in lines if words and words[0] == "RssShmem:"), 0)
