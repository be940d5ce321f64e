from __future__ import annotations

import pytest

from torch_starter.core.spec import Accelerator
from torch_starter.making.proposal import cuda_bounds, line_of


@pytest.mark.parametrize(
    ("cuda", "bounds"),
    [
        ("12.8", {"nvidia-cuda-runtime-cu12": ">=12.8,<12.9", "nvidia-cuda-runtime": "<0"}),
        ("13.0", {"nvidia-cuda-runtime-cu12": "<0", "nvidia-cuda-runtime": ">=13.0,<13.1"}),
        ("13.0.2", {"nvidia-cuda-runtime-cu12": "<0", "nvidia-cuda-runtime": ">=13.0,<13.1"}),
        (None, {}),
    ],
)
def test_the_cuda_of_a_build_bounds_its_runtime(cuda: str | None, bounds: dict[str, str]) -> None:
    assert cuda_bounds(Accelerator(cuda=cuda)) == bounds


@pytest.mark.parametrize(
    ("version", "line"),
    [("4.57.6", "4.57"), ("2.14.1+cpu", "2.14"), ("1!2.3.4", "1!2.3"), ("2026.1.2", "2026.1"), ("7", "7"), ("2.0rc1", "2.0")],
)
def test_a_minor_release_begins_with_its_first_two_numbers(version: str, line: str) -> None:
    assert line_of(version) == line
