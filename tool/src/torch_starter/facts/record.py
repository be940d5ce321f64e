"""RECORD: what a wheel's installer wrote down of every file, and which of these files matter."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# What programs run without: slim images leave it out, and nothing breaks.
NOT_NEEDED = re.compile(
    r"(^|/)(tests?|docs?|examples?|benchmarks?|licenses)/|\.(pyi|md|rst|pyx|pxd|typed)$|(^|/)(LICENSE|LICENCE|COPYING|NOTICE|AUTHORS)",
    re.IGNORECASE,
)
# What one may change: a company adds its own certificate, a user his defaults. Installers note here how they came by a package.
MAY_CHANGE = re.compile(r"(certifi/cacert\.pem|matplotlibrc|dist-info/(INSTALLER|REQUESTED|direct_url\.json|uv_\w+\.json))$")
WHOLE = 2**20  # bytes that are read at once
OUTSIDE = ("../", "/")  # programs, whose first line is rewritten where an environment is moved


class Entry(NamedTuple):  # thirty thousand of them are made at each look: a tuple takes a third of the time of a dataclass
    """A file that RECORD vouches for: its path relative to site-packages, kind and value of its hash, its size (-1: not told)."""

    path: str
    kind: str
    value: str
    size: int

    @property
    def needed(self) -> bool:
        return NOT_NEEDED.search(self.path) is None


def entries(text: str) -> Iterator[Entry]:
    """The files with a hash, without those that one may change. What is compiled at installation has none."""
    for line in text.splitlines():
        row = next(csv.reader([line])) if '"' in line else line.rsplit(",", 2)
        path, (kind, _, value) = row[0], row[1].partition("=") if len(row) > 1 else ("", "", "")
        if value and kind in hashlib.algorithms_available and "__pycache__/" not in path and not MAY_CHANGE.search(path):
            size = row[2] if len(row) > 2 else ""
            yield Entry(path, kind, value, int(size) if size.isdigit() else -1)


def digest(found: Iterable[Entry]) -> str:
    """What stands for the contents of all files of a package in its own folder, wherever that is and whoever installed it."""
    lines = sorted(f"{entry.path} {entry.value}" for entry in found if not entry.path.startswith(OUTSIDE))
    return hashlib.sha256("\n".join(lines).encode(errors="replace")).hexdigest()[:16]


def same(folder: str, entry: Entry) -> bool:
    """Whether a file has the contents that RECORD says; one that cannot be read has not."""
    try:
        with open(os.path.join(folder, entry.path), "rb") as file:
            small = 0 <= entry.size < WHOLE  # file_digest makes a buffer first, which costs more than a small file
            found = (hashlib.new(entry.kind, file.read()) if small else hashlib.file_digest(file, entry.kind)).digest()
            if base64.urlsafe_b64encode(found).rstrip(b"=").decode() == entry.value.rstrip("="):
                return True
            file.seek(0)
            return entry.path.startswith(OUTSIDE) and file.read(2) == b"#!"
    except OSError:
        return False
