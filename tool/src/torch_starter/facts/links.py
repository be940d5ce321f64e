"""What the links of disks carry at most, as the kernel tells it."""

from __future__ import annotations

import os
import re
from pathlib import Path

OLD, NEW = 8 / 10, 128 / 130  # of the bits on a link of PCI Express, those of data: up to 5 GT/s, and above


def link(device: int, sys: Path = Path("/sys")) -> float:
    """MB/s that the link of a disk carries at most, by its generation and width; 0 where that is not told.

    A mapping, such as of LVM or an encryption, that rests on one device has the link of that one.
    """
    return of_disk((sys / "dev" / "block" / f"{os.major(device)}:{os.minor(device)}").resolve())


def of_disk(folder: Path) -> float:
    """The same of the folder that the kernel shows a block device in."""
    below = sorted((folder / "slaves").glob("*"))
    if len(below) == 1:
        return of_disk(below[0].resolve())
    for each in folder.parents:
        if re.fullmatch(r"ata\d+", each.name):
            return max([100 * number(path) for path in each.glob("link*/ata_link/*/sata_spd")], default=0.0)  # 8 of 10 bits
        if "nvme" in folder.name and (each / "max_link_speed").exists():
            return min(found) if (found := [rate for end in (each, each.parent) if (rate := pci(end))]) else 0.0
    return 0.0


def pci(folder: Path) -> float:
    """MB/s of one end of a link of PCI Express; 0 where it does not tell."""
    speed, width = number(folder / "max_link_speed"), number(folder / "max_link_width")
    return speed * width * 1000 / 8 * (OLD if speed <= 5 else NEW)


def number(path: Path) -> float:
    """The number that a file begins with; 0 where there is none."""
    try:
        found = re.match(r"\d+(\.\d+)?", path.read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return float(found[0]) if found else 0.0
