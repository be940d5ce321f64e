"""Processors, cores and nodes of memory, from files such as the kernel shows them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.core.files import LocalFiles
from torch_starter.facts.numa import Numa, numbered, read
from unit.machines import local


def machine(root: Path, cores: dict[int, tuple[int, int]], nodes: dict[int, str], online: str) -> Path:
    """CPUs with their package and core, and nodes with their CPUs as the kernel writes them."""
    texts = {f"cpu/cpu{cpu}/topology/physical_package_id": str(package) for cpu, (package, _) in cores.items()}
    texts |= {f"cpu/cpu{cpu}/topology/core_id": str(core) for cpu, (_, core) in cores.items()}
    texts |= {f"node/node{node}/cpulist": text for node, text in nodes.items()} | {"node/online": online}
    for name, text in texts.items():
        path = root / "sys/devices/system" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


TWO_SOCKETS = {cpu: (cpu % 8 // 4, cpu % 4) for cpu in range(16)}  # two threads of each of eight cores


@pytest.mark.parametrize(
    ("usable", "cores", "nodes"),
    [
        (range(16), 8, ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15))),
        ([0, 8], 1, ((0, 8),)),
        ([0, 4], 2, ((0,), (4,))),
        ([3, 11, 12], 2, ((3, 11), (12,))),
    ],
    ids=["all", "one core", "a core of each", "some"],
)
def test_only_what_we_may_use_is_counted(
    tmp_path: Path, usable: list[int], cores: int, nodes: tuple[tuple[int, ...], ...]
) -> None:
    root = machine(tmp_path, TWO_SOCKETS, {0: "0-3,8-11", 1: "4-7,12-15"}, "0-1")
    assert read(LocalFiles(), usable, root) == Numa(usable=tuple(sorted(usable)), cores=cores, nodes=nodes)


def test_a_node_without_processors_is_none(tmp_path: Path) -> None:
    root = machine(tmp_path, {0: (0, 0), 1: (0, 1)}, {0: "0-1", 2: ""}, "0,2")
    assert read(LocalFiles(), [0, 1], root).nodes == ((0, 1),)


def test_where_the_kernel_does_not_tell_each_is_a_core_on_one_node(tmp_path: Path) -> None:
    assert read(LocalFiles(), [1, 0, 5], tmp_path) == Numa(usable=(0, 1, 5), cores=3, nodes=((0, 1, 5),))


@pytest.mark.parametrize(
    ("text", "numbers"), [("0-3,8", (0, 1, 2, 3, 8)), ("5\n", (5,)), ("", ()), ("\n", ()), ("x,2-", ()), ("0, 2", (0, 2))]
)
def test_lists_are_read_as_the_kernel_writes_them(text: str, numbers: tuple[int, ...]) -> None:
    assert numbered(text) == numbers


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system does not tell")
def test_those_of_this_machine_are_ours() -> None:
    fact = Numa.gather(local())
    assert fact.usable == tuple(sorted(os.sched_getaffinity(0)))
    assert 1 <= fact.cores <= len(fact.usable)
    assert sorted(cpu for node in fact.nodes for cpu in node) == list(fact.usable)
