"""Which allocator gives memory to torch on processors, and how much of it that keeps."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, version

MOST = 3
LIBRARIES = ("tcmalloc", "jemalloc", "mimalloc")
TUNED = {  # Intel's values for training, and nothing that was given back goes to the kernel
    "oversize_threshold": "1",
    "background_thread": "true",
    "metadata_thp": "auto",
    "dirty_decay_ms": "-1",
    "muzzy_decay_ms": "-1",
}
IN_EFFECT = {"background_thread:true", "dirty_decay_ms:-1", "muzzy_decay_ms:-1"}
QUIET = str(1 << 40)  # bytes: of larger blocks tcmalloc writes to the terminal, from 1 GiB by itself
CAP = 32 << 20  # bytes: what older C libraries take at most before they map a block for itself
ANY = (2, 36)  # the first C library that was seen to take more
LARGE, NEVER, PAD = 1 << 30, 1 << 40, 64 << 20  # bytes


def available(subject: Subject) -> Iterator[Value]:
    """Those that were fast elsewhere first; the C library's own needs no other, and mimalloc maps large blocks anew each time."""
    libraries = subject.libraries
    found = [
        *(tcmalloc(libraries["tcmalloc"]) for _ in range("tcmalloc" in libraries)),
        *(jemalloc(libraries["jemalloc"]) for _ in range("jemalloc" in libraries)),
        *(glibc(subject) for _ in range(is_glibc(subject))),
        *(Value("mimalloc", {"+LD_PRELOAD": libraries["mimalloc"]}) for _ in range("mimalloc" in libraries)),
    ]
    if not found:
        raise Absent("no other allocator is installed, and memory is not given by glibc")
    yield from besides(read(subject.told.effect), found[:MOST])


def is_glibc(subject: Subject) -> bool:
    """Whether the C library's own allocator is the one that is called."""
    return subject.libc.startswith("glibc") and subject.told.effect.get("malloc", "libc").startswith("libc")


def tcmalloc(path: str) -> Value:
    return Value("tcmalloc", {"+LD_PRELOAD": path, "TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD": QUIET})


def jemalloc(path: str) -> Value:
    """As it is by itself it was slower than glibc."""
    return Value("jemalloc", {"+LD_PRELOAD": path, "MALLOC_CONF": ",".join(f"{name}:{value}" for name, value in TUNED.items())})


def glibc(subject: Subject) -> Value:
    """The C library keeps what is given back. An older one refuses a threshold that is too large, and maps all the more then."""
    any_size = version(subject.told.effect.get("glibc", "")) >= ANY
    return Value(
        "glibc, keeps all" if any_size else "glibc, keeps up to 32 MiB",
        {
            "MALLOC_MMAP_THRESHOLD_": str(LARGE if any_size else CAP),
            "MALLOC_TRIM_THRESHOLD_": str(NEVER),
            "MALLOC_TOP_PAD_": str(PAD),
        },
    )


def read(effect: Effect) -> str:
    """The library whose malloc is called; jemalloc with the options that it has in effect."""
    library = effect.get("malloc", "")
    name = next((each for each in LIBRARIES if library.startswith(f"lib{each}")), "")
    if name == "jemalloc" and not set(effect.get("jemalloc", "").split(",")) >= IN_EFFECT:
        return "jemalloc, other options"
    if not name and "glibc keeps" in effect:
        return f"glibc, keeps {effect['glibc keeps']}"
    return name or library


SETTING = Setting(
    name="allocator",
    title="allocator of the processor's memory",
    about="Torch takes and gives back memory for each operation. The C library's allocator gives large blocks back to the "
    "kernel, which has to map and to clear them again the next time; others keep them, and so does it where it is told to.",
    safety="bit-identical",
    bounds=("memory", "launch"),
    available=available,
    read=read,
    source="Measured: 1.1 to 1.26 times as fast on a small GPT, with the same bits; jemalloc by itself 0.89. Intel's tuning "
    "guide.",
)
