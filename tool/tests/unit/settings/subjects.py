"""Commands as settings see them, made by hand."""

from __future__ import annotations

from typing import Any

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.place import Place
from torch_starter.core.tuning import Loader, Model, Optimizer, Subject, Told, Value, Window

USUAL = {  # as a process of eight threads reads it back where nothing is set
    "threads": "8",
    "interop threads": "8",
    "interop pool": "started",
    "float32 precision": "highest",
    "affinity": "0-7",
    "openmp": "libgomp.so.1",
    "openmp binding": "no",
    "openmp places": "0",
    "wait policy": "spins",
    "malloc": "libc.so.6",
    "glibc": "2.36",
    "glibc keeps": "little",
    "huge pages": "none",
    "sharing": "file_descriptor",
    "cudnn benchmark": "no",
    "cpu bfloat16": "avx512",
    "loader workers": "0",
    "loader pinned": "no",
    "optimizer": "usual",
    "memory format": "contiguous",
    "autocast": "no",
    "compile": "no",
}
OF_GPU = {
    **USUAL,
    "device memory": str(80 << 30),
    "capability": "9.0",
    "cuda allocator": "expandable_segments:False,max_split_size:-1",
    "module loading": "lazy",
    "bucket view": "no",
}
LIBRARIES = {
    "tcmalloc": "/usr/lib/libtcmalloc_minimal.so.4",
    "jemalloc": "/usr/lib/libjemalloc.so.2",
    "mimalloc": "/usr/lib/libmimalloc.so.2",
}
WORKING = Loader(workers=2, prefetch=2)
PLACE = Place("train.py", 7)


def told(**more: Any) -> Told:
    """A training on processors with a DataLoader, an optimizer and convolutions; `effect` is put into what was read back."""
    effect = {**USUAL, **more.pop("effect", {})}
    given = {
        "kind": "training",
        "window": Window(steps=10, wall=1.0, data=0.5),
        "loaders": [Loader(batch=8)],
        "optimizers": [Optimizer(name="AdamW", known=True, takes_fused=True)],
        "models": [Model(name="Net", parameters=100, convolutions=2)],
        "effect": effect,
    }
    return Told(**{**given, **more})


def subject(told_of: Told | None = None, **more: Any) -> Subject:
    """Eight CPUs on four cores, and a kernel that makes huge pages for who asks."""
    given = {"cpus": tuple(range(8)), "cores": 4, "nodes": (tuple(range(8)),), "huge_pages": "madvise", "torch": "2.14.1+cu130"}
    return Subject(**{"told": told_of or told(), **given, **more})


def on_gpu(**more: Any) -> Subject:
    """The same on a GPU, with a world of two processes."""
    effect = {**OF_GPU, **more.pop("effect", {})}
    given = {"device": "cuda:0", "device_memory": 20 << 30, "world": 2, "distributed": True, "effect": effect}
    outer = {name: more.pop(name) for name in ("variables", "bounds", "torch") if name in more}
    return subject(told(**{**given, **more}), **outer)


def values(setting: Setting, of: Subject) -> dict[str, Value]:
    """What would be tried, by label."""
    return {each.label: each for each in setting.available(of)}


def absent(setting: Setting, of: Subject) -> str:
    """Why nothing is; "" where something is."""
    try:
        list(setting.available(of))
    except Absent as reason:
        return str(reason)
    return ""
