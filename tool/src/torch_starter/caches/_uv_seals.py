"""The checksums of uv's unpacked wheels: each has a RECORD of its files."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from torch_starter.core.sealed import Seal, Sealed
from torch_starter.facts.record import Entry, entries

METADATA = ".dist-info"


def sealed(roots: Iterable[Path]) -> Iterator[Sealed]:
    """Every unpacked wheel below the roots of uv's cache."""
    for root in roots:
        for archive in sorted(root.glob("archive-v*/*")):
            yield from of_archive(root, archive)


def of_archive(root: Path, archive: Path) -> Iterator[Sealed]:
    """A wheel by its folder of metadata; what has none, such as a source, has no checksums."""
    for metadata in sorted(archive.glob(f"*{METADATA}")):
        try:
            text = (metadata / "RECORD").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            continue
        name, _, version = metadata.name.removesuffix(METADATA).partition("-")
        seals = tuple(seal for entry in entries(text) if (seal := of_entry(archive, entry)) is not None)
        mend = "./dev.sh cache warm --only packages; ./dev.sh verify-setup --fix mends what is linked to it"
        yield Sealed("uv", f"{name} {version}", str(archive), seals, mend, clean=name)


def of_entry(archive: Path, entry: Entry) -> Seal | None:
    """A file of it; None for one outside, which no installer takes, and for what is no hash."""
    path = os.path.normpath(os.path.join(archive, entry.path))
    if not path.startswith(f"{archive}{os.sep}"):
        return None
    try:
        value = base64.urlsafe_b64decode(entry.value + "=" * (-len(entry.value) % 4)).hex()
    except (binascii.Error, ValueError):
        return None
    return Seal(path, entry.size, entry.kind, (value,))
