"""Which shared libraries the target's programs get: its own, or others of the same name.

Only those of CUDA and of torch itself are looked at: with these another version of the same name fails or computes
something else, while a libgomp or libstdc++ of the system does as well.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from typing import Any

SHIPPED = ("nvidia/*/lib/*.so*", "torch/lib/lib*.so*", "cusparselt/lib/*.so*", "tensorrt_libs/*.so*")
COMMON = re.compile(r"lib(gomp|stdc\+\+|gcc_s|quadmath|gfortran|numa|uv|shm)\b")
OPENMP = re.compile(r"/lib(gomp|iomp5|omp)\b[^/]*\.so[^/]*$")


def library_path() -> dict[str, Any]:
    """What LD_LIBRARY_PATH has under the name of a library of the environment, and what of it is loaded with torch's.

    The libraries that torch needs are loaded as torch does it, without torch itself; "error" is why they cannot be.
    """
    folders = _rivals(os.environ.get("LD_LIBRARY_PATH", ""), _shipped())
    if not folders:
        return {"folders": {}, "taken": [], "error": ""}
    error = _load_needed()
    real = {os.path.realpath(os.path.join(folder, name)) for folder, names in folders.items() for name in names}
    return {"folders": folders, "taken": sorted(path for path in _maps() if path in real), "error": error}


def mapped() -> dict[str, Any]:
    """After the import of torch: libraries from elsewhere that the environment has itself, and the OpenMP runtimes."""
    import torch  # noqa: F401

    if not os.path.exists("/proc/self/maps"):
        return {"none": "there is no /proc/self/maps here"}
    own, maps = _shipped(), _maps()
    folders = [os.path.realpath(folder) for folder in [*_sites(), sys.prefix]]
    others = [path for path in maps if not any(path.startswith(folder + os.sep) for folder in folders)]
    return {
        "foreign": {path: own[os.path.basename(path)] for path in others if os.path.basename(path) in own},
        "openmp": [path for path in maps if OPENMP.search(path)],
        "libraries": len(maps),
    }


def _sites() -> list[str]:
    return [folder for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages")]


def _shipped() -> dict[str, str]:
    """File name -> path, of the libraries that packages of the target bring."""
    found: dict[str, str] = {}
    for folder in _sites():
        for pattern in SHIPPED:
            for path in glob.glob(os.path.join(glob.escape(folder), pattern)):
                if not COMMON.match(os.path.basename(path)):
                    found.setdefault(os.path.basename(path), path)
    return found


def _rivals(value: str, own: dict[str, str]) -> dict[str, list[str]]:
    """Folder -> the libraries in it that the environment has itself, and which are not the same ones."""
    found: dict[str, list[str]] = {}
    for folder in dict.fromkeys(filter(None, value.replace(";", ":").split(":"))):
        try:
            names = [name for name in sorted(os.listdir(folder)) if name in own]
        except OSError:
            continue
        others = [name for name in names if _differ(os.path.join(folder, name), own[name])]
        if others:
            found[folder] = others
    return found


def _differ(one: str, other: str) -> bool:
    """Whether two libraries are not the same, by place and size."""
    if os.path.realpath(one) == os.path.realpath(other) or not os.path.exists(one):
        return False
    return os.path.getsize(one) != os.path.getsize(other)


def _load_needed() -> str:
    """Load what torch needs as torch does it; the words of the loader where it cannot."""
    import ctypes

    for folder in _sites():
        path = os.path.join(folder, "torch", "lib", "libtorch_global_deps.so")
        if os.path.exists(path):
            try:
                ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
            except OSError as error:
                return str(error)
            return ""
    return ""


def _maps() -> list[str]:
    """The shared libraries that this process has mapped."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
            paths = {line.split(None, 5)[5].strip() for line in file if ".so" in line}
    except OSError:
        return []
    return sorted(path for path in paths if path.startswith("/"))
