from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torch_starter.containers.gpu_usage import GpuUsage, parse


def test_a_line_a_gpu() -> None:
    text = "0, NVIDIA H200, 97, 41203, 143771, 612.50\n1, NVIDIA H200, [N/A], 0, 143771, [Not Supported]\n"
    first, second = parse(text)
    assert first == GpuUsage(0, "NVIDIA H200", 97.0, 41203 * 2**20, 143771 * 2**20, 612.5)
    assert (second.busy, second.memory, second.watts) == (None, 0, None)


@given(st.text())
def test_what_is_no_such_line_is_left_out(text: str) -> None:
    assert all(gpu.index >= 0 for gpu in parse(text))
