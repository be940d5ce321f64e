"""Readings of control groups: the real script on trees of files such as the kernel shows them, and what is made of its words."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.containers.usage import READING, Usage, between, parse

NETWORK = """Inter-|   Receive
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
    lo:     900 9 0 0 0 0 0 0 900 9 0 0 0 0 0 0
  eth0: 1500 10 0 0 0 0 0 0 70 1 0 0 0 0 0 0
  eth1:500 10 0 0 0 0 0 0 30 1 0 0 0 0 0 0
"""
V2 = {
    "cpu.max": "150000 100000",
    "cpu.stat": "usage_usec 2500000\nuser_usec 2000000\nnr_periods 40\nnr_throttled 10\nthrottled_usec 12345",
    "memory.current": "700000000",
    "memory.max": "1000000000",
    "memory.stat": "anon 500000000\nfile 200000000\ninactive_file 150000000\nactive_file 50000000",
    "memory.events": "low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 0",
    "pids.current": "13",
    "pids.max": "max",
    "io.stat": "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2\n254:16 rbytes=1 wbytes=2 rios=1 wios=1 dbytes=0",
}
V1 = {
    "cpu/cpu.cfs_quota_us": "-1",
    "cpu/cpu.cfs_period_us": "100000",
    "cpu/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0",
    "cpuacct/cpuacct.usage": "2500000000",
    "memory/memory.usage_in_bytes": "700000000",
    "memory/memory.limit_in_bytes": "9223372036854771712",
    "memory/memory.stat": "cache 200000000\ninactive_file 1\ntotal_inactive_file 150000000",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3",
    "pids/pids.current": "13",
    "pids/pids.max": "4096",
    "blkio/blkio.throttle.io_service_bytes_recursive": "254:0 Read 4096\n254:0 Write 8192\n254:0 Total 12288\nTotal 12288",
}


def read(root: Path, files: dict[str, str], group: str = "0::/", below: str = "") -> Usage | None:
    """What the script says of a made tree."""
    tree = {"proc/uptime": "100.25 180.5", "proc/net/dev": NETWORK, "proc/self/cgroup": group, "dev/shm/x": ""}
    tree |= {f"sys/fs/cgroup{below}/{name}": text for name, text in files.items()}
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    done = subprocess.run(["sh", "-c", READING, "sh", str(root)], capture_output=True, text=True, check=True)
    return parse(done.stdout)


def test_version_2_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, V2)
    assert found is not None
    assert (found.at, found.cpu, found.quota, found.periods, found.throttled) == (100.25, 2.5, 1.5, 40, 10)
    assert (found.memory, found.memory_limit, found.oom_kills) == (550_000_000, 1_000_000_000, 1)
    assert (found.pids, found.pids_limit) == (12, None), "the script does not count itself"
    assert (found.read, found.written, found.received, found.sent) == (4097, 8194, 2000, 100)
    assert found.shm_size is not None
    assert found.shm is not None


def test_version_1_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, V1, "3:memory:/docker/x\n2:cpu,cpuacct:/docker/x")
    assert found is not None
    assert (found.cpu, found.quota, found.processors) == (2.5, None, found.cpus)
    assert (found.memory, found.memory_limit, found.oom_kills) == (550_000_000, None, 3)
    assert (found.pids, found.pids_limit, found.read, found.written) == (12, 4096, 4096, 8192)


def test_in_the_tree_of_the_host_our_own_group_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, V2, "0::/system.slice/docker-1.scope", "/system.slice/docker-1.scope")
    assert found is not None
    assert found.memory_limit == 1_000_000_000


def test_both_trees_at_once_are_read_by_the_one_that_has_the_memory(tmp_path: Path) -> None:
    found = read(tmp_path, {**V1, "unified/cgroup.procs": "1"}, "3:memory:/x\n0::/x")
    assert found is not None
    assert found.oom_kills == 3


def test_the_number_of_processors_is_not_what_openmp_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(tmp_path, V2)
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    after = read(tmp_path, V2)
    assert before is not None
    assert after is not None
    assert before.cpus == after.cpus


def test_where_there_is_no_control_group_there_is_no_reading(tmp_path: Path) -> None:
    assert read(tmp_path, {"nothing": ""}) is None


@given(st.text(), st.text())
def test_whatever_is_said_stops_nothing(before: str, within: str) -> None:
    for text in (before, f"=== uptime\n{within}\n=== nproc\n2\n=== memory.current\n{before}\n=== cpu.max\n{within}"):
        found = parse(text)
        assert found is None or found.cpus == 2


FIRST = Usage(at=10.0, cpu=1.0, cpus=4, quota=2.0, periods=10, throttled=5, read=100, received=50)


def test_rates_are_of_the_time_between_two_readings() -> None:
    second = Usage(at=12.0, cpu=4.0, cpus=4, quota=2.0, periods=30, throttled=15, read=300, received=150)
    rates = between(FIRST, second)
    assert rates is not None
    assert (rates.cpus, rates.throttled, rates.read, rates.received, rates.sent) == (1.5, 0.5, 100, 50, 0)


@pytest.mark.parametrize(("at", "cpu"), [(10.0, 2.0), (9.0, 2.0), (12.0, 0.5)])
def test_a_container_that_was_started_anew_has_no_rates_yet(at: float, cpu: float) -> None:
    assert between(FIRST, Usage(at=at, cpu=cpu, cpus=4)) is None
