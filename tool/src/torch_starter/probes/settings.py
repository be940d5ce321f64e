"""What is in effect in the target, whatever was asked for: read back from torch and from the process."""

from __future__ import annotations

from typing import Any, Dict, Iterator


def in_effect() -> Dict[str, str]:
    """By name; a library that is not loaded is not named."""
    import torch

    found = {
        "threads": str(torch.get_num_threads()),
        "interop threads": str(torch.get_num_interop_threads()),
        "float32 precision": str(torch.get_float32_matmul_precision()),
        "deterministic": str(torch.are_deterministic_algorithms_enabled()).lower(),
        "cpu capability": str(torch.backends.cpu.get_cpu_capability()),
    }
    return {**found, **{kind: path for kind, path in _libraries()}}


def _libraries() -> Iterator[tuple[str, str]]:
    """The allocator that was loaded instead of the C library's, and the OpenMP runtimes."""
    kinds = {
        "allocator": ("libtcmalloc", "libjemalloc", "libmimalloc"),
        "openmp": ("libgomp", "libiomp5", "libomp"),
    }
    for kind, names in kinds.items():
        found = sorted({name for path in _mapped() for name in [path.rsplit("/", 1)[-1]] if name.startswith(names)})
        if found:
            yield kind, ", ".join(found)


def _mapped() -> Iterator[str]:
    """The files that are mapped into this process; none where the system does not tell."""
    try:
        with open("/proc/self/maps") as file:
            for line in file:
                words = line.split(None, 5)
                if len(words) == 6:
                    yield words[5].strip()
    except OSError:
        return


def devices() -> Dict[str, Any]:
    """The GPUs as torch numbers them here, each with its name and compute capability: none where it sees none."""
    import torch

    if not torch.cuda.is_available():
        return {}
    found = ((number, torch.cuda.get_device_properties(number)) for number in range(torch.cuda.device_count()))
    return {"cuda:%d" % number: [each.name, "%d.%d" % (each.major, each.minor)] for number, each in found}
