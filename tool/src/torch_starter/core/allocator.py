"""The options of PyTorch's caching allocator: `key:value,key:value`, refused by torch where one is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from packaging.version import Version

NEW_NAME = Version("2.10")  # the first that was seen to read PYTORCH_ALLOC_CONF; 2.6 was seen to ignore it

SWITCHES = (  # True or False, by letter
    "expandable_segments",
    "pinned_use_cuda_host_register",
    "pinned_use_hip_host_register",
    "pinned_use_background_threads",
    "release_lock_on_cudamalloc",
    "release_lock_on_hipmalloc",
    "graph_capture_record_stream_reuse",
    "throw_on_cudamalloc_oom",
)
NUMBERS = (
    "roundup_bypass_threshold_mb",
    "large_segment_size_mb",
    "pinned_num_register_threads",
    "pinned_reserve_segment_size_mb",
    "pinned_max_cached_size_mb",
    "pinned_max_round_threshold_mb",
)
AT_LEAST_20 = ("max_split_size_mb", "max_non_split_rounding_mb")
BACKENDS = ("native", "cudaMallocAsync", "hipMallocAsync")


def variable_name(torch: str) -> str:
    """The variable that this torch reads the options from."""
    return "PYTORCH_ALLOC_CONF" if Version(torch) >= NEW_NAME else "PYTORCH_CUDA_ALLOC_CONF"


def problem(options: str) -> str:
    """What torch would refuse in a text of options, in words; empty where it takes them."""
    for option in split(options):
        key, colon, value = (part.strip() for part in option.partition(":"))
        if key not in READERS:
            return f"`{key}` is no option of the allocator"
        if not colon or not READERS[key](value):
            return f"{key} does not take `{value}`"
    return ""


def split(options: str) -> Iterator[str]:
    """The options; a comma inside brackets belongs to a value."""
    yield from (part for part in re.split(r",(?![^\[]*\])", options) if part.strip())


def is_share(value: str) -> bool:
    """Whether a text is a number above 0 and at most 1."""
    return re.fullmatch(r"\d*\.?\d+|\d+\.", value) is not None and 0 < float(value) <= 1


def is_roundup(value: str) -> bool:
    """Whether a text is a number, or a list such as [256:1,512:2,>:4]."""
    pair = r"\s*(\d+|>)\s*:\s*\d+\s*"
    return re.fullmatch(rf"\d+|\[{pair}(,{pair})*\]", value) is not None


READERS: dict[str, Callable[[str], bool]] = {
    **{key: lambda value: value in ("True", "False") for key in SWITCHES},
    **{key: lambda value: value.isdecimal() for key in NUMBERS},
    **{key: lambda value: value.isdecimal() and int(value) >= 20 for key in AT_LEAST_20},
    "garbage_collection_threshold": lambda value: is_share(value) and float(value) < 1,
    "per_process_memory_fraction": is_share,
    "roundup_power2_divisions": is_roundup,
    "backend": lambda value: value in BACKENDS,
}
