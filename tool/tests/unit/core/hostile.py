"""Trees that are made to lead a removal astray: links out and in, hard links, odd names, shut folders, deep ones, pipes."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

ODD = (
    b"a\nb",
    b"\xff\xfe",
    b"-rf",
    b" ",
    b"...",
    b"*",
    b"$HOME",
    "ä\u202e\U0001f600".encode(),
    b"x" * 255,
    b"a\x1b[31m",
    b"con.lock",
    b".git",
    b"'\"",
)
NAMES = st.one_of(
    st.sampled_from(ODD),
    st.binary(min_size=1, max_size=8).filter(lambda name: not set(name) & {0, 47} and name not in (b".", b"..")),
)
KINDS = st.sampled_from(
    ("file", "folder", "folder", "folder", "out", "up", "root", "loop", "hard", "hard in", "shut", "deep", "pipe", "dangling")
)
STEPS = st.lists(st.tuples(KINDS, NAMES, st.integers(0, 30)), min_size=1, max_size=16)

SHORT = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # where folders come and go fast, with short paths

Steps = list[tuple[str, bytes, int]]
State = dict[bytes, tuple[object, ...]]

RACER = """
import os, random, sys
# what another program may do to a cache while it is cleaned: swap, move, link, fill
for line in sys.stdin:
    root, outside, steps = line.rstrip().split("\\t")
    dice = random.Random(int(steps))
    for step in range(40):
        found = [where for where, _, _ in os.walk(root)] or [root]
        here, there = dice.choice(found), dice.choice(found)
        try:
            match dice.randrange(6):
                case 0: os.rename(here, os.path.join(there, f"m{step}"))
                case 1: os.rename(here, os.path.join(root, f"s{step}")); os.symlink(outside, here)
                case 2: os.symlink(outside, os.path.join(here, f"l{step}"))
                case 3: open(os.path.join(here, f"f{step}"), "w").close()
                case 4: os.mkdir(os.path.join(here, f"d{step}"))
                case 5: os.link(os.path.join(outside, "precious"), os.path.join(here, f"h{step}"))
        except OSError:
            pass
    print("done", flush=True)
"""


@dataclass(frozen=True)
class Place:
    """A folder with a cache `root`, and what is outside of it and must not be touched."""

    folder: bytes

    @property
    def root(self) -> bytes:
        return os.path.join(self.folder, b"root")

    @property
    def outside(self) -> bytes:
        return os.path.join(self.folder, b"outside")

    @property
    def parts(self) -> list[Path]:
        """What is in the root."""
        return [Path(os.fsdecode(os.path.join(self.root, name))) for name in sorted(os.listdir(self.root))]


def place(folder: Path) -> Place:
    """An empty root, and some precious things beside it."""
    made = Place(os.fsencode(folder))
    os.makedirs(made.root)
    os.makedirs(os.path.join(made.outside, b"deep", b"er"))
    for name in (b"precious", b"deep/er/precious", b"deep/precious"):
        with open(os.path.join(made.outside, name), "wb") as file:
            file.write(name * 10)
    return made


def build(where: Place, steps: Steps) -> None:
    """Make it. A step that cannot be done, such as a name that is taken, is left out."""
    folders, shut = [where.root], []
    for kind, name, number in steps:
        path = os.path.join(folders[number % len(folders)], name)
        with contextlib.suppress(OSError):
            folders += one(where, kind, path)
            shut += [path] if kind == "shut" else []
    for path in sorted(shut, key=len, reverse=True):
        with contextlib.suppress(OSError):
            os.chmod(path, 0)


def one(where: Place, kind: str, path: bytes) -> list[bytes]:
    """Make one thing; the folders in which more can be made."""
    precious = os.path.join(where.outside, b"precious")
    links = {"out": where.outside, "up": b"../../..", "root": b"/", "loop": os.path.basename(path), "dangling": b"nowhere"}
    if kind in links:
        os.symlink(links[kind], path)
    elif kind in ("hard", "hard in"):
        os.link(precious, path)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "file":
        with open(path, "xb") as file:
            file.write(path)
    elif kind == "deep":
        for _ in range(40):
            os.mkdir(path)
            path = os.path.join(path, b"d")
        return [os.path.dirname(path)]
    else:
        os.mkdir(path)
        return [path]
    return []


def state(folder: bytes) -> State:
    """All that there is to know of what must stay, but for the number of names and the time at which that changed."""
    found: State = {}
    for where, folders, files in os.walk(folder):
        for name in (b"", *folders, *files):
            path = os.path.join(where, name)
            info = os.lstat(path)
            content = Path(os.fsdecode(path)).read_bytes() if stat.S_ISREG(info.st_mode) else b""
            found[path] = (info.st_ino, info.st_mode, info.st_uid, info.st_mtime_ns, info.st_size, content)
    return found
