"""What is read back: the parts that need no torch."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from torch_starter.harness import _effect_made, _effect_memory, _effect_threads, effect
from torch_starter.settings.numa_node import ranges

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="files of Linux")
MAPS = """7f00-7f10 r-xp 00000000 00:1f 12 /usr/lib/with a space/libjemalloc.so.2
VmFlags: rd ex mr mw me
7f10-7f20 rw-p 00000000 00:00 0
AnonHugePages:      2048 kB
VmFlags: rd wr mr mw me ac hg
7f20-7f30 rw-p 00000000 00:00 0                          [heap]
VmFlags: rd wr hgx
"""


@pytest.mark.parametrize("numbers", [[], [3], [0, 1, 2], [0, 2, 3, 8], [1, 3, 5]])
def test_processors_are_told_as_settings_write_them(numbers: list[int]) -> None:
    assert _effect_threads.ranges(numbers) == ranges(numbers)


@pytest.mark.parametrize(
    ("address", "name", "flagged"),
    [
        (0x7F00, "/usr/lib/with a space/libjemalloc.so.2", False),
        (0x7F1F, "", True),
        (0x7F20, "[heap]", False),
        (0x8000, "", False),
    ],
)
def test_the_part_of_memory_is_found_that_an_address_is_in(tmp_path: Path, address: int, name: str, flagged: bool) -> None:
    maps = tmp_path / "smaps"
    maps.write_text(MAPS)
    found, lines = _effect_memory.region(address, str(maps))
    assert found == name
    assert any(line.startswith("VmFlags:") and "hg" in line.split() for line in lines) == flagged


@LINUX
def test_a_function_of_the_c_library_is_in_its_file() -> None:
    here = ctypes.CDLL(None)
    path = _effect_memory.file_of(ctypes.cast(here.getpid, ctypes.c_void_p).value or 0)
    assert "libc" in path or "musl" in path


@LINUX
def test_threads_of_this_process_may_run_where_it_may() -> None:
    assert str(os.getpid()) in _effect_threads.tasks()
    assert _effect_threads.allowed(str(os.getpid())) == os.sched_getaffinity(0)
    assert _effect_threads.allowed(str(2**22 + 1)) == set()


def loader(**more: Any) -> dict[str, Any]:
    return {"workers": 0, "prefetch": None, "persistent": False, "pinned": False, "iterable": False, **more}


@pytest.mark.parametrize(
    ("loaders", "told"),
    [
        ([], {}),
        ([loader()], {"loader workers": "0", "loader pinned": "no"}),
        (
            [loader(workers=2, prefetch=4, persistent=True), loader(pinned=True)],
            {"loader workers": "0, 2", "loader pinned": "no, yes", "loader prefetch": "4", "loader persistent": "yes"},
        ),
        (
            [loader(workers=1, prefetch=2, iterable=True)],
            {"loader pinned": "no", "loader prefetch": "2", "loader persistent": "no"},
        ),
    ],
    ids=["none", "plain", "several", "iterable"],
)
def test_workers_are_told_of_loaders_that_can_have_more(loaders: list[dict[str, Any]], told: dict[str, str]) -> None:
    assert _effect_made.of_loaders(loaders) == told


def optimizer(defaults: dict[str, Any], *groups: dict[str, Any]) -> Any:
    return SimpleNamespace(defaults=defaults, param_groups=groups)


@pytest.mark.parametrize(
    ("optimizers", "told"),
    [
        ([], {}),
        ([optimizer({"lr": 1}, {"lr": 1})], {}),
        ([optimizer({"fused": None}, {"fused": None})], {"optimizer": "usual"}),
        ([optimizer({"fused": True}, {"fused": True}, {"fused": True})], {"optimizer": "fused"}),
        ([optimizer({"fused": True}, {"fused": True}, {"fused": None})], {"optimizer": "fused, usual"}),
        ([optimizer({"foreach": None}, {"foreach": True}), optimizer({"lr": 1}, {})], {"optimizer": "foreach"}),
    ],
)
def test_optimizers_are_told_by_what_their_groups_say_now(optimizers: list[Any], told: dict[str, str]) -> None:
    assert dict(_effect_made.of_optimizers(optimizers)) == told


@pytest.mark.skipif("torch" in sys.modules, reason="it is about an environment without torch")
def test_what_cannot_be_read_is_said_and_the_rest_is_told() -> None:
    found = effect.read_back()
    assert "in_effect: No module named 'torch'" in found["not read back"]
    assert set(found) <= {"not read back", "malloc", "glibc", "glibc keeps", "jemalloc"}
