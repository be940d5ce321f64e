"""Stamps: what the operating system says of a package's files. Where it says the same again, they need not be read again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from torch_starter.core.files import DiskProblem, Files


def load(files: Files, path: Path) -> dict[str, str]:
    """Folder of metadata -> the stamp that its files had when they were last found to be good. A damaged file is as none."""
    try:
        return msgspec.json.decode(files.read(path) or "{}", type=dict[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {}


def save(files: Files, path: Path, stamps: Mapping[str, str]) -> None:
    """Keep stamps. Where they cannot be kept, the files are read again the next time."""
    try:
        files.write(path, msgspec.json.encode(dict(stamps), order="sorted").decode())
    except DiskProblem:
        return
