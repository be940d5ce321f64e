"""What control groups leave us, from trees of files such as the kernel shows them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.files import LocalFiles
from torch_starter.facts.cgroup import ControlGroup, membership, read
from torch_starter.facts.cpu import Cpu

FILES = LocalFiles()
V2 = "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"
V1 = tuple(
    f"3{n} 25 0:3{n} / /sys/fs/cgroup/{name} rw - cgroup cgroup rw,{name}" for n, name in enumerate(("memory", "cpu", "pids"))
)
UNIFIED = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"
ROOT = "27 1 254:0 / / rw - ext4 /dev/vda rw"


def look(root: Path, groups: str, mounts: tuple[str, ...], files: dict[str, str]) -> ControlGroup | None:
    """Read a made tree; paths of files are from /sys/fs/cgroup."""
    proc = root / "proc" / "self"
    whole = {proc / "cgroup": groups, proc / "mountinfo": "\n".join((ROOT, *mounts))}
    whole |= {root / "sys" / "fs" / "cgroup" / name: text for name, text in files.items()}
    for path, text in whole.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return read(FILES, root)


def found(root: Path, groups: str, mounts: tuple[str, ...], files: dict[str, str]) -> ControlGroup:
    group = look(root, groups, mounts, files)
    assert group is not None
    return group


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"a/b/cpu.max": "150000 100000"}, 1.5),
        ({"a/b/cpu.max": "max 100000"}, None),
        ({"a/b/cpu.max": "50000"}, 0.5),
        ({"a/b/cpu.max": "max 100000", "a/cpu.max": "25000 50000"}, 0.5),
        ({"a/b/cpu.max": "400000 100000", "a/cpu.max": "200000 100000", "cpu.max": "800000 100000"}, 2.0),
        ({"a/b/cpu.max": "100000 0"}, None),
        ({"a/b/cpu.max": ""}, None),
        ({}, None),
    ],
    ids=["part", "none", "without a period", "above", "tightest", "no period", "empty", "no file"],
)
def test_the_quota_of_version_2_is_the_tightest_of_all_levels(tmp_path: Path, files: dict[str, str], cpus: float | None) -> None:
    assert found(tmp_path, "0::/a/b", (V2,), files).quota == cpus


def test_version_1_has_other_files(tmp_path: Path) -> None:
    files = {
        "cpu/a/cpu.cfs_quota_us": "400000",
        "cpu/a/cpu.cfs_period_us": "100000",
        "cpu/cpu.cfs_quota_us": "-1",
        "cpu/cpu.cfs_period_us": "100000",
        "memory/a/memory.limit_in_bytes": "2147483648",
        "memory/a/memory.usage_in_bytes": "1073741824",
        "memory/a/memory.stat": "inactive_file 5\ntotal_inactive_file 1048576",
        "memory/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3",
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "pids/a/pids.max": "max",
        "pids/pids.max": "100",
        "pids/pids.current": "40",
    }
    assert found(tmp_path, "3:pids:/a\n2:memory:/a\n1:cpu,cpuacct:/a", V1, files) == ControlGroup(
        version="1",
        memory_limit=2**31,
        memory_free=2**30 + 2**20,
        quota=4.0,
        pids_limit=100,
        pids_used=40,
        oom_kills=3,
    )


def test_version_2_tells_the_same(tmp_path: Path) -> None:
    files = {
        "a/memory.max": "max",
        "memory.max": "1073741824",
        "memory.current": "2147483648",
        "a/memory.events": "low 0\noom 2\noom_kill 1\noom_group_kill 0",
        "a/pids.max": "4096",
        "a/pids.current": "96",
        "pids.max": "5000",
        "pids.current": "4999",
    }
    assert found(tmp_path, "0::/a", (V2,), files) == ControlGroup(
        version="2", memory_limit=2**30, memory_free=0, quota=None, pids_limit=5000, pids_used=4999, oom_kills=1
    )


def test_a_controller_of_version_1_is_not_looked_for_in_version_2(tmp_path: Path) -> None:
    """As it was seen: all controllers in version 1, and beside them an empty tree of version 2."""
    groups = "4:memory:/process/1\n1:cpu:/\n0::/"
    files = {
        "memory/process/1/memory.limit_in_bytes": "9223372036854771712",
        "memory/process/memory.limit_in_bytes": "4294967296",
        "unified/memory.max": "1",
    }
    group = found(tmp_path, groups, (*V1, UNIFIED), files)
    assert (group.version, group.memory_limit, group.quota) == ("1 and 2", 2**32, None)


def test_a_controller_of_version_2_beside_a_tree_of_version_1_is_found(tmp_path: Path) -> None:
    group = found(tmp_path, "1:name=systemd:/x\n0::/x", (UNIFIED,), {"unified/x/memory.max": "4096"})
    assert group.memory_limit == 4096


@pytest.mark.parametrize(
    ("path", "seen_root", "place"),
    [
        ("/docker/abc/x", "/docker/abc", "x/"),
        ("/docker/abc", "/docker/abc", ""),
        ("/docker/abc", "/other", ""),
        ("/../../x", "/", ""),
        ("/docker/gone", "/", ""),
    ],
    ids=["below what is mounted", "what is mounted", "elsewhere", "outside of the namespace", "a level that is not shown"],
)
def test_a_container_may_see_but_a_part_of_the_tree(tmp_path: Path, path: str, seen_root: str, place: str) -> None:
    mount = V2.replace(" / /sys", f" {seen_root} /sys")
    assert found(tmp_path, f"0::{path}", (mount,), {f"{place}memory.max": "4096"}).memory_limit == 4096


def test_without_control_groups_there_is_no_answer_and_without_a_mount_no_limit(tmp_path: Path) -> None:
    assert read(FILES, tmp_path) is None
    assert found(tmp_path, "0::/a", (), {"a/memory.max": "1"}) == ControlGroup(version="2")


def test_what_is_no_line_of_a_group_is_left_out() -> None:
    assert membership("1:cpu,cpuacct:/a:b\n0::/\nnoise\n:::\n") == {"cpu": "/a:b", "cpuacct": "/a:b", "": "/"}


@given(st.lists(st.one_of(st.none(), st.integers(0, 2**59)), min_size=1, max_size=5), st.booleans())
def test_the_limit_is_the_least_of_all_levels(limits: list[int | None], old: bool) -> None:
    depth = ["g/" * number for number in range(len(limits))]
    tree, name, none = ("memory/", "memory.limit_in_bytes", str(2**63 - 4096)) if old else ("", "memory.max", "max")
    files = {f"{tree}{level}{name}": none if limit is None else str(limit) for level, limit in zip(depth, limits, strict=True)}
    with TemporaryDirectory() as folder:
        group = found(Path(folder), f"{'1:memory' if old else '0:'}:/{depth[-1]}", V1 if old else (V2,), files)
    assert group.memory_limit == min((limit for limit in limits if limit is not None), default=None)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=4))
def test_the_quota_is_the_least_of_all_levels(pairs: list[tuple[int, int]]) -> None:
    files = {f"{'g/' * number}cpu.max": f"{amount} {period}" for number, (amount, period) in enumerate(pairs)}
    with TemporaryDirectory() as folder:
        group = found(Path(folder), "0::/" + "/".join(["g"] * (len(pairs) - 1)), (V2,), files)
    assert group.quota == min(amount / period for amount, period in pairs)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_the_files_hold_they_are_read_without_an_error(first: str, second: str) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in (first, second)]
    with TemporaryDirectory() as folder:
        names = ("memory.max", "cpu.max", "pids.max", "memory.events")
        group = found(Path(folder), f"0::/\n{texts[0]}", (V2, texts[1]), dict.fromkeys(names, texts[1]))
    assert group.version.endswith("2")


@pytest.mark.parametrize(
    ("affinity", "quota", "usable", "threads"), [(8, None, 8, 8), (8, 1.5, 1, 2), (8, 0.5, 1, 1), (2, 16.0, 2, 2), (8, 4.0, 4, 4)]
)
def test_usable_are_whole_processors_and_a_part_finds_time_for_a_thread(
    affinity: int, quota: float | None, usable: int, threads: int
) -> None:
    cpu = Cpu(model="", count=16, affinity=affinity, quota=quota)
    assert (cpu.usable, cpu.most_threads) == (usable, threads)
