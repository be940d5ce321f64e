"""Reads what Linux tells of a process below /proc, and knows the system calls in which a process waits. Pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

CALLS: Mapping[str, Mapping[int, str]] = {  # numbers of those that wait, by architecture
    "x86_64": {
        **{0: "read", 1: "write", 7: "poll", 17: "read", 19: "read", 20: "write", 23: "select", 34: "pause", 35: "nanosleep"},
        **{42: "connect", 43: "accept", 44: "send", 45: "recv", 46: "send", 47: "recv", 61: "wait4", 72: "fcntl", 73: "flock"},
        **{128: "sigwait", 202: "futex", 230: "nanosleep", 232: "epoll", 247: "waitid", 257: "open", 270: "select", 271: "poll"},
        **{281: "epoll", 288: "accept"},
    },
    "aarch64": {
        **{22: "epoll", 25: "fcntl", 32: "flock", 56: "open", 63: "read", 64: "write", 65: "read", 66: "write", 67: "read"},
        **{72: "select", 73: "poll", 95: "waitid", 98: "futex", 101: "nanosleep", 115: "nanosleep", 137: "sigwait"},
        **{202: "accept", 203: "connect", 206: "send", 207: "recv", 211: "send", 212: "recv", 242: "accept", 260: "wait4"},
    },
}
FUNCTIONS = {  # of the C library, where the system call is not told
    **{
        name: name
        for name in ("read", "write", "poll", "select", "connect", "accept", "send", "recv", "wait4", "waitid", "flock")
    },
    **{"recvfrom": "recv", "recvmsg": "recv", "waitpid": "wait4", "clock_nanosleep": "nanosleep", "nanosleep": "nanosleep"},
    **{"epoll_wait": "epoll", "ppoll": "poll", "__poll": "poll", "__read": "read", "__wait4": "wait4", "accept4": "accept"},
    **{"PyThread_acquire_lock_timed": "futex", "pthread_cond_wait": "futex", "do_futex_wait": "futex", "sem_wait": "futex"},
    **{"pthread_cond_timedwait": "futex", "futex_wait": "futex", "sem_timedwait": "futex", "sem_clockwait": "futex"},
}


@dataclass(frozen=True)
class Call:
    """A system call that a thread is in, by a short name, and what it was given. Nothing: it computes, or it cannot be told."""

    name: str = ""
    given: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        """What it was given first: often the number of a file."""
        return self.given[0] if self.given else -1


def call(text: str | None, machine: str) -> Call:
    """What /proc/PID/syscall says; nothing where it runs, or where that may not be read."""
    words = (text or "").split()
    if len(words) < 3 or not words[0].isdigit():
        return Call()
    given = tuple(int(word, 16) for word in words[1:-2])
    return Call(CALLS.get(machine, {}).get(int(words[0]), f"call {words[0]}"), given)


def fields(status: str | None) -> dict[str, str]:
    """The lines of /proc/PID/status."""
    return {name: value.strip() for line in (status or "").splitlines() for name, _, value in [line.partition(":")]}


def kilobytes(value: str) -> int:
    """Bytes of "123 kB"."""
    words = value.split()
    return int(words[0]) * 1024 if words and words[0].isdigit() else 0


def ticks(stat: str | None) -> int:
    """The time that a process or thread computed, in ticks of the clock, of its stat."""
    words = (stat or "").rpartition(")")[2].split()
    return int(words[11]) + int(words[12]) if len(words) > 12 else 0


def faults(stat: str | None) -> int:
    """How often it had to wait for a page from a disk, of its stat."""
    words = (stat or "").rpartition(")")[2].split()
    return int(words[9]) if len(words) > 9 else 0


def variables(environ: str | None) -> dict[str, str]:
    """The variables that it was started with."""
    return dict(pair for word in (environ or "").split("\0") if (pair := word.partition("=")[::2])[1])


def peers(table: str | None) -> dict[str, str]:
    """The far end of each connection, by the number of its socket, of /proc/PID/net/tcp or tcp6; one that listens has none."""
    found = {}
    for line in (table or "").splitlines()[1:]:
        words = line.split()
        if len(words) > 9:
            found[words[9]] = "anyone who connects" if words[3] == "0A" else address(words[2])
    return found


def address(text: str) -> str:
    """`0100007F:1F90` as 127.0.0.1:8080."""
    host, _, port = text.partition(":")
    raw = b"".join(struct.pack("<I", int(host[at : at + 8], 16)) for at in range(0, len(host), 8))
    if len(raw) == 4 or raw[:12] == b"\0" * 10 + b"\xff\xff":
        return f"{'.'.join(str(byte) for byte in raw[-4:])}:{int(port, 16)}"
    return f"[{':'.join(f'{raw[at] << 8 | raw[at + 1]:x}' for at in range(0, 16, 2))}]:{int(port, 16)}"


def locked_by(table: str | None, inode: str) -> int | None:
    """The process that holds a lock of a file, of /proc/locks, by the inode of that file."""
    held = re.search(rf"^\d+: (?:FLOCK|POSIX|OFDLCK)\s+\S+\s+\S+\s+(-?\d+) \w+:\w+:{inode} ", table or "", re.MULTILINE)
    return int(held[1]) if held else None
