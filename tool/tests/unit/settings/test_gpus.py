"""What is tried on GPUs and with several processes, and why not."""

from __future__ import annotations

from typing import Any

import pytest

from torch_starter.core.allocator import problem
from torch_starter.core.tuning import Model
from torch_starter.settings.bucket_view import SETTING as BUCKETS
from torch_starter.settings.cuda_allocator import SETTING as ALLOCATOR
from torch_starter.settings.cudnn_autotune import SETTING as CUDNN
from torch_starter.settings.gradient_checkpointing import SETTING as CHECKPOINTING
from torch_starter.settings.module_loading import SETTING as LOADING
from unit.settings.subjects import absent, on_gpu, subject, told, values


@pytest.mark.parametrize("setting", [ALLOCATOR, CUDNN, LOADING, CHECKPOINTING], ids=lambda setting: setting.name)
def test_what_is_of_gpus_needs_one(setting: Any) -> None:
    assert "no GPU" in absent(setting, subject())


def test_segments_grow_under_the_name_that_this_torch_reads() -> None:
    value = values(ALLOCATOR, on_gpu())["expandable_segments"]
    assert value.variables == {"PYTORCH_ALLOC_CONF": "expandable_segments:True"}
    old = values(ALLOCATOR, on_gpu(torch="2.6.0"))["expandable_segments"]
    assert list(old.variables) == ["PYTORCH_CUDA_ALLOC_CONF"]


def test_other_options_stay() -> None:
    of = on_gpu(variables={"PYTORCH_ALLOC_CONF": "roundup_power2_divisions:[256:1,>:4],expandable_segments:False"})
    (value,) = values(ALLOCATOR, of).values()
    assert value.variables == {"PYTORCH_ALLOC_CONF": "roundup_power2_divisions:[256:1,>:4],expandable_segments:True"}
    assert not problem(value.variables["PYTORCH_ALLOC_CONF"])


def test_segments_that_grow_already_do() -> None:
    assert "already" in absent(ALLOCATOR, on_gpu(effect={"cuda allocator": "expandable_segments:True"}))


def test_cudnn_tries_where_there_are_convolutions() -> None:
    assert values(CUDNN, on_gpu())["yes"].turns == {"cudnn_benchmark": True}
    assert "no convolution" in absent(CUDNN, on_gpu(models=[Model()]))
    assert "already" in absent(CUDNN, on_gpu(effect={"cudnn benchmark": "yes"}))


def test_kernels_are_loaded_the_other_way_than_now() -> None:
    assert values(LOADING, on_gpu())["eager"].variables == {"CUDA_MODULE_LOADING": "EAGER"}
    assert values(LOADING, on_gpu(effect={"module loading": "eager"}))["lazy"].variables == {"CUDA_MODULE_LOADING": "LAZY"}
    assert "does not tell" in absent(LOADING, on_gpu(effect={"module loading": ""}))


def test_gradients_are_views_where_several_processes_share_them() -> None:
    assert values(BUCKETS, on_gpu())["yes"].turns == {"bucket_view": True}
    assert "one process" in absent(BUCKETS, on_gpu(world=1))
    assert "no DistributedDataParallel" in absent(BUCKETS, on_gpu(effect={"bucket view": ""}))
    assert "already" in absent(BUCKETS, on_gpu(effect={"bucket view": "yes"}))


def test_computing_again_is_suggested_where_the_memory_is_nearly_full() -> None:
    assert list(values(CHECKPOINTING, on_gpu(device_memory=75 << 30))) == ["of each layer"]
    assert "memory left" in absent(CHECKPOINTING, on_gpu())
    assert "does not train" in absent(CHECKPOINTING, on_gpu(kind="inference", device_memory=75 << 30))
    assert "no GPU" in absent(CHECKPOINTING, subject(told()))
