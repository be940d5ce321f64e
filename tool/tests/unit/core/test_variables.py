"""The table of variables, and how values are held against it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.variables import judged, table, wanted


def test_the_table_is_large_and_names_nothing_twice() -> None:
    names = [name for group in table().group for name in group.names]
    assert len(names) > 60
    assert len(names) == len(set(names))
    assert not set(names) & set(table().elsewhere.names)
    assert not table().read & set(table().elsewhere.bystanders)


def test_every_group_says_what_a_wrong_value_does_and_where_that_is_from() -> None:
    for group in table().group:
        assert group.source
        assert group.wrong or group.kind == "text"
        assert bool(group.notable) == bool(group.says)
        assert isinstance(group.words, tuple) or group.words in table().sets
        assert group.kind != "pattern" or (group.such and re.compile(group.like))
        assert (group.kind in ("word", "words")) == bool(group.words)


def test_values_that_are_worth_a_word_are_right() -> None:
    noted = [(name, value) for name, group in judged().items() for value in group.notable if value != "*"]
    assert len(noted) > 20
    assert not [pair for pair in noted if wanted(judged()[pair[0]], pair[1])]


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("OMP_DYNAMIC", "TRUE", "1"),
        ("OMP_THREAD_LIMIT", " 4 ", "0"),
        ("OMP_PLACES", "{0:4}, {4:4}", "bogus"),
        ("OMP_PROC_BIND", "close, spread", "close,maybe"),
        ("OMP_SCHEDULE", "monotonic:dynamic,4", "loud"),
        ("OMP_STACKSIZE", "16M", "big"),
        ("GOMP_CPU_AFFINITY", "0 3 1-2 4-15:2", "x"),
        ("KMP_AFFINITY", "granularity=fine,compact,1,0", "fine compact"),
        ("MKL_CBWR", "AVX2,STRICT", "fast"),
        ("CUDA_DEVICE_ORDER", "PCI_BUS_ID", "pci_bus_id"),
        ("CUDA_CACHE_PATH", "/x/y", "~/y"),
        ("TRITON_CACHE_DIR", "/x/y", "$HOME/y"),
        ("HF_HOME", "~/y", '"/x/y"'),
        ("NVIDIA_VISIBLE_DEVICES", "GPU-1234-5,1:0", "0, 1"),
        ("CUBLAS_WORKSPACE_CONFIG", ":4096:8:16:8", "4096:8"),
        ("NCCL_PROTO", "^LL128", "fast"),
        ("NCCL_IB_TIMEOUT", "22", "long"),
        ("TORCH_CUDA_ARCH_LIST", "8.0;8.6+PTX Hopper 9.0a", "8.0,8.6"),
        ("TORCH_LOGS", "+dynamo,graph_breaks", "dynamo;aot"),
        ("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True", "expandable_segments=True"),
        ("HF_HUB_OFFLINE", "Yes", "y"),
        ("HF_HUB_DOWNLOAD_TIMEOUT", "30", "30s"),
        ("MPLBACKEND", "module://matplotlib_inline.backend_inline", "bogus"),
        ("PYTHONFAULTHANDLER", "1", "0"),
        ("PYTHONUNBUFFERED", "0", "false"),
        ("PIP_DEFAULT_TIMEOUT", "1.5", "abc"),
        ("MALLOC_CONF", "background_thread:true,narenas:2", "fast"),
    ],
)
def test_a_value_is_right_or_what_is_wanted_is_told(name: str, right: str, wrong: str) -> None:
    assert wanted(judged()[name], right) == ""
    assert wanted(judged()[name], wrong)
    assert wanted(judged()[name], "") == ""


@given(st.sampled_from(sorted(judged())), st.text(max_size=40))
def test_any_value_is_judged(name: str, value: str) -> None:
    assert isinstance(wanted(judged()[name], value), str)
    assert wanted(judged()[name], value) != "" or judged()[name].kind == "text" or not re.fullmatch(r"'.+'", value, re.DOTALL)


@given(st.integers(1, 32))
def test_every_number_in_bounds_is_right(number: int) -> None:
    assert wanted(judged()["CUDA_DEVICE_MAX_CONNECTIONS"], str(number)) == ""
    assert wanted(judged()["CUDA_DEVICE_MAX_CONNECTIONS"], str(number + 32)) == "a whole number from 1 to 32"
