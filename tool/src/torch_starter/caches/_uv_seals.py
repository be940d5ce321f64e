"""The checksums of uv's unpacked wheels: each has a RECORD of its files."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from torch_starter.caches._uv_layout import ARCHIVES, buckets
from torch_starter.core.lookout import Lookout
from torch_starter.core.sealed import Seal, Sealed
from torch_starter.facts.record import Entry, entries

METADATA = ".dist-info"


def sealed(lookout: Lookout, roots: Iterable[Path]) -> Iterator[Sealed]:
    """Every unpacked wheel below the roots of uv's cache."""
    for root in roots:
        for bucket in buckets(lookout, root, ARCHIVES):
            for archive in lookout.inside(bucket):
                yield from of_archive(lookout, archive)


def of_archive(lookout: Lookout, archive: Path) -> Iterator[Sealed]:
    """A wheel by its folder of metadata; what has none, such as a source, has no checksums."""
    for metadata in (each for each in lookout.inside(archive) if each.name.endswith(METADATA)):
        text = lookout.text(metadata / "RECORD")
        name, _, version = metadata.name.removesuffix(METADATA).partition("-")
        seals = tuple(seal for entry in entries(text) if (seal := of_entry(archive, entry)) is not None)
        if not seals:
            continue
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
