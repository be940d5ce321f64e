"""Libraries that can stand in for the C library's allocator, where distributions, conda and pip put them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Fact
from torch_starter.core.files import Files
from torch_starter.core.machine import Machine

NAMES = {
    "tcmalloc": ("libtcmalloc_minimal.so", "libtcmalloc.so"),  # the whole one brings a profiler, too
    "jemalloc": ("libjemalloc.so",),
    "mimalloc": ("libmimalloc.so",),
    "iomp5": ("libiomp5.so",),
}
ENVIRONMENTS = {"TORCH_STARTER_ROOT": ".venv/", "VIRTUAL_ENV": "", "CONDA_PREFIX": ""}  # and the environment's folder there
PIP = ("lib", "lib/python3*/site-packages/cmeel.prefix/lib", "lib/python3*/site-packages/ray/core")  # conda has the first, too
SYSTEM = (  # Debian and Ubuntu, Fedora and SUSE, Arch and Alpine
    "usr/local/lib",
    "usr/lib/*-linux-gnu*",
    "usr/lib64",
    "usr/lib",
    "lib64",
    "home/linuxbrew/.linuxbrew/lib",
)
OFFERED = Path("sys/kernel/mm/transparent_hugepage/enabled")
ELF = b"\x7fELF"
HEADER = 20  # bytes, at whose end the processor is told


class Allocators(Fact, frozen=True):
    """Allocators (tcmalloc, jemalloc, mimalloc) and OpenMP runtimes (iomp5) that can be loaded first, and huge pages.

    `found` has a path for each name: in an environment it begins with the variable that names it, and one that the loader finds
    by LD_LIBRARY_PATH is a bare name. `huge_pages` is what the kernel offers: "always", "madvise", "never", "" (not told).
    """

    key: ClassVar[str] = "allocators"
    found: dict[str, str]
    huge_pages: str = ""

    @property
    def libraries(self) -> dict[str, str]:
        """By name, as LD_PRELOAD takes them."""
        return {name: os.path.expandvars(path) for name, path in self.found.items()}

    @classmethod
    def gather(cls, machine: Machine) -> Allocators:
        return cls(found=search(machine.variables), huge_pages=huge_pages(machine.files))


def search(variables: Mapping[str, str], root: Path = Path("/"), like: Path = Path(sys.executable)) -> dict[str, str]:
    """For each name the first library that a program such as `like` can load, on a machine whose files begin at `root`."""
    processor = made_for(like)
    found: dict[str, str] = {}
    if processor is None:
        return found
    for folder, shown in folders(variables, root):
        for name, files in NAMES.items():
            library = next((each for file in files for each in versions(folder, file) if made_for(each) == processor), None)
            if library is not None:
                found.setdefault(name, shown + library.name)
    return found


def folders(variables: Mapping[str, str], root: Path) -> Iterator[tuple[Path, str]]:
    """Where to look, and what is told before a name there: the environment's own first, which fits to what is in it."""
    for name, inner in ENVIRONMENTS.items():
        prefix = Path(variables.get(name) or "/nowhere")
        for folder in (each for pattern in PIP for each in sorted(prefix.glob(inner + pattern))):
            yield folder, f"${name}/{folder.relative_to(prefix)}/"
    for part in variables.get("LD_LIBRARY_PATH", "").split(":"):
        if part:
            yield Path(part), ""
    for pattern in SYSTEM:
        for folder in sorted(root.glob(pattern)):
            yield folder, f"{folder}/"


def versions(folder: Path, file: str) -> list[Path]:
    """Files of a library: the name by which programs ask for it (lib.so.4) first, the newest of these before others."""
    pattern = re.compile(rf"{re.escape(file)}((\.\d+)*)")
    numbered = [
        (tuple(map(int, match[1].split(".")[1:])), path) for path in listed(folder) if (match := pattern.fullmatch(path.name))
    ]
    return [path for _, path in sorted(numbered, key=lambda each: (len(each[0]) != 1, [-part for part in each[0]]))]


def listed(folder: Path) -> list[Path]:
    """What is in a folder; nothing where there is none, or it may not be read."""
    try:
        return sorted(folder.glob("lib*malloc*")) + sorted(folder.glob("libiomp5*"))
    except OSError:
        return []


def made_for(path: Path) -> bytes | None:
    """The width of its addresses and its processor, as the header of a program or library tells; None where it is none."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER)
    except OSError:
        return None
    return header[4:6] + header[18:HEADER] if header.startswith(ELF) and len(header) == HEADER else None


def huge_pages(files: Files, root: Path = Path("/")) -> str:
    """For whom the kernel makes huge pages: the word in brackets."""
    chosen = re.search(r"\[(\w+)\]", files.read(root / OFFERED) or "")
    return chosen[1] if chosen else ""
