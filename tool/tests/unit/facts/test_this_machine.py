"""Every fact can be gathered here, whatever machine this is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.core.facts import Absent, Facts
from torch_starter.core.files import LocalFiles
from torch_starter.facts.cgroup import ControlGroup
from torch_starter.facts.clock import Clock
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.disk import Disk
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.limits import Limits
from torch_starter.facts.memory import Memory
from torch_starter.facts.mounts import mounts
from torch_starter.facts.paths import look
from torch_starter.facts.system import System
from torch_starter.facts.tracing import SYS_PTRACE, has_capability
from unit.machines import local, local_files


def test_processors_memory_limits_and_system_are_there() -> None:
    facts = Facts(local())
    assert 1 <= facts[Cpu].usable <= facts[Cpu].count
    assert 0 < facts[Memory].available <= facts[Memory].total
    assert facts[Limits].open_files != 0
    assert facts[System].os == os.uname().sysname
    assert facts[System].architecture == os.uname().machine


def test_free_space_is_that_of_the_project(tmp_path: Path) -> None:
    assert Facts(local_files({"TORCH_STARTER_ROOT": str(tmp_path)}))[Disk].free > 0


def test_a_gpu_is_there_or_absent_with_a_reason() -> None:
    try:
        gpu = Facts(local())[Gpu]
    except Absent as reason:
        assert "driver" in str(reason)  # noqa: PT017  either is right
    else:
        assert gpu.driver


@pytest.mark.parametrize(("mode", "told"), [(0o600, "600"), (0o755, "755"), (0o4755, "755")])
def test_a_file_has_a_kind_and_a_mode(tmp_path: Path, mode: int, told: str) -> None:
    (tmp_path / "x").touch()
    (tmp_path / "x").chmod(mode)
    state = look(tmp_path / "x")
    assert (state.kind, state.mode, state.mine, state.writable) == ("file", told, True, True)


def test_folders_links_and_what_is_missing_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "broken").symlink_to(tmp_path / "none")
    kinds = {name: look(tmp_path / name).kind for name in (".", "link", "broken", "none")}
    assert kinds == {".": "folder", "link": "folder", "broken": "dangling", "none": "missing"}
    assert look(Path("/dev/null")).kind == "other"


def test_of_what_is_missing_the_folder_above_is_told(tmp_path: Path) -> None:
    state = look(tmp_path / "a" / "b", mounts(LocalFiles()))
    assert (state.kind, state.mode, state.nearest, state.writable) == ("missing", "", str(tmp_path), True)
    above = look(tmp_path)  # others write to the same disk meanwhile
    assert state.device == tmp_path.stat().st_dev
    assert state.free == pytest.approx(above.free, rel=0.1)
    assert state.inodes == pytest.approx(above.inodes, rel=0.1)


def test_a_path_has_the_file_system_that_it_is_on() -> None:
    known = mounts(LocalFiles())
    if not known:
        pytest.skip("the kernel is not Linux")
    assert look(Path("/proc/self"), known).filesystem == "proc"
    assert not look(Path("/proc"), known).noexec or "noexec" in next(each for each in known if each.point == "/proc").options


def test_the_clock_the_limits_and_what_may_be_looked_into_are_told() -> None:
    facts = Facts(local())
    assert facts[Clock].now >= facts[Clock].newest
    assert facts[Limits].root == (os.geteuid() == 0)
    assert facts[Limits].stack != 0
    if Path("/proc/self/cgroup").exists():
        assert facts[ControlGroup].version in ("1", "2", "1 and 2")


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("Name:\tx\nCapEff:\t000001fffeffffff\n", True),
        ("CapEff:\t0000000000080000\n", True),
        ("CapEff:\t00000000a80425fb\n", False),
        ("CapBnd:\t0000000000080000\n", False),
    ],
    ids=["root", "alone", "Docker's", "only bound"],
)
def test_a_capability_is_one_bit(status: str, wanted: bool) -> None:
    assert has_capability(status, SYS_PTRACE) == wanted
