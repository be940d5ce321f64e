"""What torch.compile counts, as it is told: on metrics and counters made by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest

from torch_starter.harness import compiled

UTILS = "torch._dynamo.utils"


@pytest.fixture
def utils() -> Iterator[ModuleType]:
    """A module in the place of torch's, which is not installed here."""
    module = ModuleType(UTILS)
    assert UTILS not in sys.modules
    sys.modules[UTILS] = module
    yield module
    del sys.modules[UTILS]


def metric(line: int, reason: str | None, seconds: float) -> SimpleNamespace:
    return SimpleNamespace(
        co_filename="train.py", co_firstlineno=line, recompile_reason=reason, entire_frame_compile_time_s=seconds
    )


def test_a_script_that_compiles_nothing_has_nothing_to_tell() -> None:
    assert compiled.frames() == 0
    assert compiled.told(0) == {"seconds": 0, "steady_seconds": 0, "frames": 0, "again": [], "breaks": []}


def test_what_is_compiled_again_is_told_once_with_its_place_and_last_reason(utils: ModuleType) -> None:
    found = [metric(3, None, 2.0), metric(3, "size mismatch: 8, 9", 1.0), metric(3, "size  mismatch:\n9, 10", 0.5)]
    utils.__dict__.update(get_compilation_metrics=lambda: found, counters={})
    told = compiled.told(1)
    assert (told["seconds"], told["steady_seconds"], told["frames"]) == (3.5, 1.5, 3)
    assert told["again"] == [{"place": {"file": "train.py", "line": 3}, "count": 2, "why": "size mismatch: 9, 10"}]


def test_a_break_names_the_users_innermost_line(utils: ModuleType) -> None:
    why = 'print is not traced\nfrom user code:\n  File "train.py", line 4, in main\n  File "model.py", line 9, in forward'
    utils.__dict__.update(get_compilation_metrics=list, counters={"graph_break": {why: 2}})
    assert compiled.told(0)["breaks"] == [{"place": {"file": "model.py", "line": 9}, "count": 2, "why": "print is not traced"}]


def test_a_torch_that_counts_otherwise_is_no_error(utils: ModuleType) -> None:
    assert compiled.frames() == 0
