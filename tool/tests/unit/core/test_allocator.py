"""The allocator's options, as torch was measured to take and to refuse them."""

from __future__ import annotations

import pytest

from torch_starter.core.allocator import problem, variable_name


@pytest.mark.parametrize(
    "options",
    [
        "",
        "max_split_size_mb:128",
        "expandable_segments:True",
        " max_split_size_mb : 128 , expandable_segments:False",
        "garbage_collection_threshold:0.8",
        "per_process_memory_fraction:1",
        "roundup_power2_divisions:4",
        "roundup_power2_divisions:[256:1,512:2,>:4],backend:native",
        "backend:cudaMallocAsync",
        "pinned_num_register_threads:4",
    ],
)
def test_what_torch_takes_is_right(options: str) -> None:
    assert problem(options) == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("bogus:1", "`bogus` is no option"),
        ("max_split_size_mb=128", "`max_split_size_mb=128` is no option"),
        ("max_split_size_mb", "does not take ``"),
        ("max_split_size_mb:1", "max_split_size_mb does not take `1`"),
        ("expandable_segments:true", "does not take `true`"),
        ("garbage_collection_threshold:8", "does not take `8`"),
        ("garbage_collection_threshold:1.0", "does not take `1.0`"),
        ("roundup_power2_divisions:[256:1,]", "roundup_power2_divisions does not take"),
        ("backend:foo", "backend does not take `foo`"),
        ("backend:native,bogus:1", "bogus"),
    ],
)
def test_what_torch_refuses_is_told(options: str, told: str) -> None:
    assert told in problem(options)


@pytest.mark.parametrize(
    ("torch", "name"),
    [("2.4", "PYTORCH_CUDA_ALLOC_CONF"), ("2.9.1+cu130", "PYTORCH_CUDA_ALLOC_CONF"), ("2.10.0", "PYTORCH_ALLOC_CONF")],
)
def test_torch_reads_them_from_a_name_that_changed(torch: str, name: str) -> None:
    assert variable_name(torch) == name
