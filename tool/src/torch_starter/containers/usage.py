"""What a container uses of what it may use: one reading of its control group's files, the same from inside and from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

NO_LIMIT = 2**60  # version 1 writes a huge number for "none"
HEAD = re.compile(r"^=== (\S+)\n", re.MULTILINE)
READING = Path(__file__).with_name("usage.sh").read_text(encoding="utf-8")
UNREADABLE = "no control group is to be seen in it"


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reading. None: not told, or no limit.

    `at`: seconds since the kernel was started. `cpu`: seconds of CPU so far, of `cpus` processors, or of `quota` of them;
    `periods` of the quota, and in how many of them it was used up. Bytes: `memory` is the working set, without the files that
    the kernel can drop at once; `shm` is of /dev/shm, `read` and `written` are of disks, `received` and `sent` of all networks.
    """

    at: float
    cpu: float
    cpus: int
    quota: float | None = None
    periods: int = 0
    throttled: int = 0
    memory: int = 0
    memory_limit: int | None = None
    oom_kills: int | None = None
    pids: int = 0
    pids_limit: int | None = None
    shm: int | None = None
    shm_size: int | None = None
    read: int = 0
    written: int = 0
    received: int = 0
    sent: int = 0

    @property
    def processors(self) -> float:
        """How many CPUs it may use."""
        return min(self.quota, self.cpus) if self.quota else float(self.cpus)


class Rates(msgspec.Struct, frozen=True):
    """What went on between two readings: CPUs in use, the share of periods in which the quota was used up, bytes a second."""

    cpus: float
    throttled: float
    read: float
    written: float
    received: float
    sent: float


def parse(text: str) -> Usage | None:
    """What the script `READING` printed; None where there was no control group."""
    parts = HEAD.split(text)
    files = dict(zip(parts[1::2], parts[2::2], strict=False))
    common = {**of_network(files.get("dev", "")), **of_shm(files.get("shm", ""))}
    version = of_version_2 if "memory.current" in files else of_version_1 if "memory.usage_in_bytes" in files else None
    try:
        at, cpus = float(files["uptime"].split()[0]), int(files["nproc"])
        return msgspec.convert({"at": at, "cpus": cpus, **common, **version(files)}, Usage) if version else None
    except (KeyError, IndexError, ValueError):  # what msgspec raises is a ValueError too
        return None


def of_version_2(files: Mapping[str, str]) -> dict[str, float | None]:
    cpu, quota = fields(files.get("cpu.stat", "")), files.get("cpu.max", "max").split()
    disks = re.findall(r"\b([rw])bytes=(\d+)", files.get("io.stat", ""))
    return {
        "cpu": cpu.get("usage_usec", 0) / 1e6,
        "quota": int(quota[0]) / int(quota[1]) if len(quota) == 2 and quota[0].isdigit() else None,
        "periods": cpu.get("nr_periods", 0),
        "throttled": cpu.get("nr_throttled", 0),
        "memory": int(files["memory.current"]) - fields(files.get("memory.stat", "")).get("inactive_file", 0),
        "memory_limit": limit(files.get("memory.max", "")),
        "oom_kills": fields(files.get("memory.events", "")).get("oom_kill"),
        **tasks(files),
        "read": sum(int(count) for way, count in disks if way == "r"),
        "written": sum(int(count) for way, count in disks if way == "w"),
    }


def of_version_1(files: Mapping[str, str]) -> dict[str, float | None]:
    cpu = fields(files.get("cpu.stat", ""))
    quota, period = limit(files.get("cpu.cfs_quota_us", "")), limit(files.get("cpu.cfs_period_us", ""))
    disks = re.findall(r"\b(Read|Write) (\d+)", files.get("blkio.throttle.io_service_bytes_recursive", ""))
    cached = fields(files.get("memory.stat", "")).get("total_inactive_file", 0)
    return {
        "cpu": int(files.get("cpuacct.usage", "0")) / 1e9,
        "quota": quota / period if quota and period else None,
        "periods": cpu.get("nr_periods", 0),
        "throttled": cpu.get("nr_throttled", 0),
        "memory": max(0, int(files["memory.usage_in_bytes"]) - cached),
        "memory_limit": limit(files.get("memory.limit_in_bytes", "")),
        "oom_kills": fields(files.get("memory.oom_control", "")).get("oom_kill"),
        **tasks(files),
        "read": sum(int(count) for way, count in disks if way == "Read"),
        "written": sum(int(count) for way, count in disks if way == "Write"),
    }


def tasks(files: Mapping[str, str]) -> dict[str, float | None]:
    return {"pids": int(files.get("pids.current", "0")), "pids_limit": limit(files.get("pids.max", ""))}


def of_network(text: str) -> dict[str, int]:
    """Bytes of /proc/net/dev, of all interfaces but the one to oneself."""
    rows = [line.partition(":")[2].split() for line in text.splitlines() if ":" in line and line.split(":")[0].strip() != "lo"]
    counts = [(int(row[0]), int(row[8])) for row in rows if len(row) > 8 and row[0].isdigit() and row[8].isdigit()]
    return {"received": sum(received for received, _ in counts), "sent": sum(sent for _, sent in counts)}


def of_shm(text: str) -> dict[str, int]:
    """The last line of `df -Pk`, in bytes."""
    words = text.strip().splitlines()[-1].split() if text.strip() else []
    if len(words) < 4 or not (words[1].isdigit() and words[2].isdigit()):
        return {}
    return {"shm_size": int(words[1]) * 1024, "shm": int(words[2]) * 1024}


def fields(text: str) -> dict[str, int]:
    """The numbers of a file of lines such as `oom_kill 3`."""
    rows = (line.split() for line in text.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


def limit(text: str) -> int | None:
    """A number, if it is one that limits anything."""
    number = text.strip()
    return int(number) if number.isascii() and number.isdigit() and int(number) < NO_LIMIT else None


def between(first: Usage, second: Usage) -> Rates | None:
    """What went on from one reading to the next; None where no time has gone by, or the container was started anew meanwhile."""
    seconds = second.at - first.at
    if seconds <= 0 or second.cpu < first.cpu:
        return None
    periods = second.periods - first.periods
    per_second = {
        name: max(0, getattr(second, name) - getattr(first, name)) / seconds for name in ("read", "written", "received", "sent")
    }
    return Rates(
        cpus=(second.cpu - first.cpu) / seconds,
        throttled=(second.throttled - first.throttled) / periods if periods > 0 else 0.0,
        **per_second,
    )
