from __future__ import annotations

import pytest

from torch_starter.checks.disk import CHECKS
from torch_starter.core.evidence import PathState
from torch_starter.core.report import Verdict
from torch_starter.facts.disk import Disk
from torch_starter.testing import evidence, machine_with
from unit.checks.asking import explained, one, verdict

DISK, TEMP = CHECKS
MB, GB = 2**20, 2**30


def place(free: int, inodes: int = -1, device: int = 2, writable: bool = True) -> PathState:
    return PathState("/p", "folder", "755", free=free, inodes=inodes, device=device, writable=writable)


@pytest.mark.parametrize(
    ("free", "inodes", "wanted"),
    [
        (10 * GB, -1, "ok"),
        (10 * GB, 10**6, "ok"),
        (GB, -1, "warn"),
        (10 * GB, 5000, "warn"),
        (MB, -1, "fail"),
        (10 * GB, 10, "fail"),
    ],
)
def test_the_disk_of_the_project(free: int, inodes: int, wanted: Verdict) -> None:
    given = evidence(machine=machine_with(Disk(free=free, inodes=inodes, device=1)))
    assert verdict(DISK, given) == wanted
    assert explained(DISK, given) == ([] if wanted == "ok" else ["system.disk"])


@pytest.mark.parametrize(
    ("name", "state", "wanted"),
    [
        ("environment", place(GB), "warn"),
        ("environment", place(GB, device=1), "ok"),
        ("environment", place(0, writable=False), "ok"),
        ("cache uv", place(GB // 2), "warn"),
        ("temp", place(300 * MB), "ok"),
        ("temp", place(100 * MB), "warn"),
        ("temp", place(0), "fail"),
    ],
    ids=["a disk of its own", "the project's", "read-only", "uv's", "enough", "little", "full"],
)
def test_each_other_disk_that_is_written_to(name: str, state: PathState, wanted: Verdict) -> None:
    given = evidence(machine=machine_with(Disk(free=10 * GB, device=1)), paths={name: state})
    assert verdict(DISK, given) == wanted


def test_only_what_is_short_is_named() -> None:
    given = evidence(
        machine=machine_with(Disk(free=10 * GB, device=1)), paths={"temp": place(MB), "cache uv": place(9 * GB, device=3)}
    )
    assert one(DISK, given).seen == "1.0 MB free for temporary files"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (PathState("/tmp", "folder", "777", filesystem="ext4"), "ok"),
        (PathState("/tmp", "folder", "777", writable=False), "fail"),
        (PathState("/tmp", "folder", "777", noexec=True), "warn"),
        (PathState("/gone", "missing"), "warn"),
        (PathState("/file", "file", "644"), "warn"),
    ],
    ids=["well", "not writable", "noexec", "missing", "a file"],
)
def test_the_folder_for_temporary_files(state: PathState, wanted: Verdict) -> None:
    assert verdict(TEMP, evidence(paths={"temp": state})) == wanted
    assert explained(TEMP, evidence(paths={"temp": state})) == ([] if wanted == "ok" else ["system.temp"])


def test_noexec_does_not_matter_where_compiled_code_is_kept_elsewhere() -> None:
    temp, cache = PathState("/tmp", "folder", "777", noexec=True), PathState("/c", "folder", "755")
    assert verdict(TEMP, evidence(paths={"temp": temp, "cache inductor": cache})) == "ok"


def test_a_folder_that_was_not_looked_at_is_not_known() -> None:
    assert verdict(TEMP, evidence()) == "unknown"
