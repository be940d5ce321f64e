"""What is granted, lowered to what a host has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.containers.engine import Info
from torch_starter.containers.limits import Service, below, hard_limits, lowered

GB = 2**30
LAPTOP = Info(cpus=4, memory=8 * GB)
PROC = """Limit                     Soft Limit           Hard Limit           Units
Max stack size            8388608              unlimited            bytes
Max processes             unlimited            95000                processes
Max open files            1024                 20000                files
Max locked memory         8388608              8388608              bytes
Max nice priority         0                    0
"""


def service(memory: int = 12 * GB, cpus: float = 8.0, shm: int = 4 * GB) -> Service:
    return Service(
        mem_limit=str(memory), shm_size=str(shm), cpus=cpus, ulimits={"nofile": 65536, "memlock": -1, "stack": 67108864}
    )


def test_a_host_that_has_all_lowers_nothing() -> None:
    found = lowered(service(), Info(cpus=16, memory=64 * GB), 4)
    assert (found.variables, found.changes) == ({}, ())


def test_a_laptop_gives_less_and_each_is_said_with_its_reason() -> None:
    found = lowered(service(), LAPTOP, 4)
    assert {change.name for change in found.changes} == {"memory", "cpus"}
    assert found.variables["TORCH_STARTER_CONTAINER_CPUS"] == "4"
    assert int(found.variables["TORCH_STARTER_CONTAINER_MEMORY"].removesuffix("b")) < 8 * GB
    assert all(change.why for change in found.changes)


def test_shared_memory_is_part_of_the_memory() -> None:
    found = lowered(service(memory=3 * GB), LAPTOP, 4)
    assert found.variables["TORCH_STARTER_CONTAINER_SHM"] == f"{3 * GB // 2}b"


def test_threads_are_no_more_than_the_cpus() -> None:
    assert lowered(service(cpus=2.5), LAPTOP, 4).variables["TORCH_STARTER_THREADS_COUNT"] == "2"
    assert lowered(service(cpus=0.5), LAPTOP, 4).variables["TORCH_STARTER_THREADS_COUNT"] == "1"


def test_limits_of_the_system_are_lowered_to_the_hard_ones() -> None:
    found = below(service(), PROC)
    assert found.variables == {"TORCH_STARTER_ULIMIT_NOFILE": "20000", "TORCH_STARTER_ULIMIT_MEMLOCK": "8388608"}
    assert hard_limits(PROC) == {"stack": None, "nproc": 95000, "nofile": 20000, "memlock": 8388608}


@given(st.text())
def test_what_says_nothing_lowers_nothing(text: str) -> None:
    assert below(Service(ulimits={}), text).variables == {}


@given(st.integers(0, 2**50), st.floats(0, 512), st.integers(0, 2**50), st.integers(1, 256), st.integers(2**28, 2**44))
@pytest.mark.parametrize("threads", [1, 4])
def test_what_is_granted_then_is_what_the_host_has(
    threads: int, memory: int, cpus: float, shm: int, has: int, bytes_: int
) -> None:
    found = lowered(service(memory, cpus, shm), Info(cpus=has, memory=bytes_), threads).variables
    granted = {name: float(value.removesuffix("b")) for name, value in found.items()}
    assert granted.get("TORCH_STARTER_CONTAINER_MEMORY", memory) <= bytes_
    assert granted.get("TORCH_STARTER_CONTAINER_CPUS", cpus) <= has
