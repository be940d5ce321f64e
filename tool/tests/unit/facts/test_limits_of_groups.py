"""What a control group leaves us, from files such as the kernel shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.facts.cpu import Cpu, quota
from torch_starter.facts.memory import limit
from unit.machines import local_files


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n"}, None),
        ({}, None),
    ],
    ids=["v2", "v2 without limit", "v1", "v1 without limit", "v1 in part", "none"],
)
def test_the_quota_of_processors(tmp_path: Path, files: dict[str, str], cpus: float | None) -> None:
    lay_out(tmp_path, files)
    assert quota(local_files(), tmp_path) == cpus


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"memory.max": "12884901888\n"}, 12 * 2**30),
        ({"memory.max": "max\n"}, None),
        ({"memory/memory.limit_in_bytes": "2147483648\n"}, 2**31),
        ({"memory/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        ({}, None),
    ],
    ids=["v2", "v2 without limit", "v1", "v1 without limit", "none"],
)
def test_the_limit_of_memory(tmp_path: Path, files: dict[str, str], count: int | None) -> None:
    lay_out(tmp_path, files)
    assert limit(local_files(), tmp_path) == count


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(("affinity", "quota", "usable"), [(8, None, 8), (8, 1.5, 1), (8, 0.5, 1), (2, 16.0, 2), (8, 4.0, 4)])
def test_usable_are_whole_processors_and_at_least_one(affinity: int, quota: float | None, usable: int) -> None:
    assert Cpu(model="", count=16, affinity=affinity, quota=quota).usable == usable
