from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.facts.mounts import Mount, mount_of, parse, unescaped

TEXT = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
25 24 0:23 / /dev/shm rw,nosuid,nodev shared:4 master:2 - tmpfs tmpfs rw,size=65536k
32 31 0:29 /docker/abc /sys/fs/cgroup/cpu ro,relatime - cgroup cgroup rw,cpu,cpuacct
40 27 0:40 / /mnt/with\\040blank rw,noexec - 9p C:\\134 rw
not a line
"""


def escaped(path: str) -> str:
    return "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\" else letter for letter in path)


def mount(point: str, kind: str = "ext4") -> Mount:
    return Mount("/", point, kind, frozenset())


def test_every_line_that_is_one_is_read() -> None:
    root, shm, cpu, other = parse(TEXT)
    assert (root.point, root.kind, root.root) == ("/", "ext4", "/")
    assert (shm.point, shm.kind, "size=65536k" in shm.options, "nodev" in shm.options) == ("/dev/shm", "tmpfs", True, True)
    assert (cpu.root, {"cpu", "cpuacct", "ro"} <= cpu.options) == ("/docker/abc", True)
    assert (other.point, other.kind) == ("/mnt/with blank", "9p")


@given(st.text(st.characters(min_codepoint=1, max_codepoint=0xFF), max_size=30))
def test_a_path_comes_back_as_the_kernel_had_it(path: str) -> None:
    assert unescaped(escaped(path)) == path


@given(st.text())
def test_whatever_stands_there_is_read_without_an_error(text: str) -> None:
    assert len(parse(text)) <= len(text.splitlines())


@pytest.mark.parametrize(
    ("path", "points", "wanted"),
    [
        ("/home/me", ("/", "/home", "/homes"), 1),
        ("/home", ("/", "/home"), 1),
        ("/homestead", ("/", "/home"), 0),
        ("/dev/shm/x", ("/", "/dev/shm", "/dev"), 1),
        ("/dev/shm", ("/", "/dev/shm", "/dev/shm"), 2),
        ("/x", ("/dev",), None),
    ],
    ids=["inside", "itself", "a name that begins alike", "the deepest", "the last of two", "none"],
)
def test_a_path_lies_on_the_deepest_mount_above_it(path: str, points: tuple[str, ...], wanted: int | None) -> None:
    known = [mount(point, str(number)) for number, point in enumerate(points)]
    found = mount_of(Path(path), known)
    assert (None if found is None else int(found.kind)) == wanted
