"""Read back: which allocator gives memory, how it was told to keep it, and whether huge pages are made for it."""

from __future__ import annotations

import ctypes
import re
from typing import Any, Callable, Dict, List, Tuple

MIB = 1 << 20
LARGE = 32 * MIB - 64 * 1024  # glibc maps a block of this size for itself unless it was told not to
HUGE = 100 * MIB  # older ones map this whatever they were told
FRESH = 40 * MIB  # more than glibc keeps of what was given back before
TRIMMED = (8, 16 * MIB)  # blocks whose memory glibc gives back unless it was told not to
COUNTED = ["arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"]
OPTIONS = (  # of jemalloc, as they are in effect
    ("background_thread", "background_thread", ctypes.c_bool),
    ("dirty_decay_ms", "arenas.dirty_decay_ms", ctypes.c_ssize_t),
    ("muzzy_decay_ms", "arenas.muzzy_decay_ms", ctypes.c_ssize_t),
    ("metadata_thp", "opt.metadata_thp", ctypes.c_char_p),
    ("oversize_threshold", "opt.oversize_threshold", ctypes.c_size_t),
)


class Counts(ctypes.Structure):
    """What mallinfo2 answers: bytes, and numbers of blocks."""

    _fields_ = [(name, ctypes.c_size_t) for name in COUNTED]


class OldCounts(ctypes.Structure):
    """What mallinfo answers, where the C library is older than 2.33."""

    _fields_ = [(name, ctypes.c_int) for name in COUNTED]


def allocator() -> Dict[str, str]:
    """The library whose malloc is called, which may be another one than those that are loaded too."""
    here = ctypes.CDLL(None)
    path = file_of(ctypes.cast(here.malloc, ctypes.c_void_p).value or 0)
    library = path.rsplit("/", 1)[-1]
    found = {"malloc": library}
    if hasattr(here, "gnu_get_libc_version"):
        here.gnu_get_libc_version.restype = ctypes.c_char_p
        found["glibc"] = here.gnu_get_libc_version().decode()
    if hasattr(here, "mallctl"):
        found["jemalloc"] = ",".join("%s:%s" % (option, control(here, name, kind)) for option, name, kind in OPTIONS)
    if library.startswith(("libc.", "libc-")) and hasattr(here, "mallinfo"):
        found["glibc keeps"] = kept(here)
    return found


def file_of(address: int) -> str:
    """The file that is mapped at an address; "" where it is memory alone."""
    return region(address, "/proc/self/maps")[0]


def region(address: int, path: str) -> Tuple[str, List[str]]:
    """The part of the address space that an address is in: its file, and the lines that tell more of it."""
    name, found = "", False
    lines: List[str] = []
    with open(path) as file:
        for line in file:
            part = re.match(r"([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+\s*(.*)", line)
            if part is None:
                if found:
                    lines.append(line)
            elif found:
                break
            elif int(part.group(1), 16) <= address < int(part.group(2), 16):
                found, name = True, part.group(3)
    return name, lines


def control(here: ctypes.CDLL, name: str, kind: Any) -> Any:
    """What jemalloc answers to a name; "?" where it knows none such."""
    value = kind()
    size = ctypes.c_size_t(ctypes.sizeof(value))
    failed = here.mallctl(name.encode(), ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0))
    told = value.value
    return "?" if failed else told.decode() if isinstance(told, bytes) else str(told).lower()


def kept(here: ctypes.CDLL) -> str:
    """What glibc keeps of what is given back, by what it does: "all", "up to 32 MiB", or "little" as it does by itself."""
    new = hasattr(here, "mallinfo2")
    count = here.mallinfo2 if new else here.mallinfo
    count.restype = Counts if new else OldCounts
    take, give = functions(here)
    mapped = [size for size in (LARGE, HUGE) if maps(size, lambda: int(count().hblks), take, give)]
    number, size = TRIMMED
    blocks = [take(size) for _ in range(number)]
    full = count().arena
    for block in blocks:
        give(block)
    if LARGE in mapped or count().arena < full:
        return "little"
    return "up to 32 MiB" if mapped else "all"


def maps(size: int, count: Callable[[], int], take: Callable[[int], Any], give: Callable[[Any], Any]) -> bool:
    """Whether a block of a size is mapped for itself."""
    before = count()
    block = take(size)
    more = count() > before
    give(block)
    return more


def functions(here: ctypes.CDLL) -> Tuple[Callable[[int], Any], Callable[[Any], Any]]:
    """malloc and free."""
    here.malloc.restype, here.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    here.free.restype, here.free.argtypes = None, [ctypes.c_void_p]
    return here.malloc, here.free


def huge_pages() -> Dict[str, str]:
    """What huge pages are made for: all memory ("malloc"), tensors alone ("tensors"), nothing ("none"); how many there are."""
    import torch

    here = ctypes.CDLL(None)
    take, give = functions(here)
    tensor = torch.empty(FRESH, dtype=torch.uint8, device="cpu").fill_(1)  # first, as long as its memory is new
    of_tensors, used = huge(tensor.data_ptr() + FRESH // 2), whole()
    block = take(FRESH)
    of_all = huge(block + FRESH // 2)
    give(block)
    told = "none" if not used else "malloc" if of_all else "tensors" if of_tensors else "none"
    return {"huge pages": told, "huge pages in use": "%d MiB" % used}


def huge(address: int) -> bool:
    """Whether the kernel was asked to make huge pages of the memory there. What is used again may have small ones."""
    return any(line.startswith("VmFlags:") and "hg" in line.split() for line in region(address, "/proc/self/smaps")[1])


def whole() -> int:
    """MiB of this process that have huge pages."""
    with open("/proc/self/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("AnonHugePages:")) // 1024
