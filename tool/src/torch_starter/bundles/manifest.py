"""What is in a bundle, as its first file says: each file with its size and hash, and what it was made for."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

import msgspec

from torch_starter.core.problems import CommandFailed

FORMAT = 1
NAME, SEAL = "manifest.json", "manifest.sha256"
AGAIN = "copy the bundle again, or make it anew: ./dev.sh cache export"
REPOSITORY = r"models--[A-Za-z0-9._-]+"
PLACES = re.compile(  # all that a file of a bundle may be called: nothing else is ever written
    r"uv/bin/uvx?|python\.tar\.gz|wheels/[A-Za-z0-9._+!-]+\.whl"
    rf"|models/{REPOSITORY}/(blobs/[0-9a-f]{{40,64}}|refs/[A-Za-z0-9._/-]+)"
)
LINK = re.compile(rf"models/{REPOSITORY}/snapshots/[0-9a-f]{{7,64}}/[^\0]+")
TARGET = re.compile(r"(\.\./)+blobs/[0-9a-f]{40,64}")


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a bundle. `start`: the tool needs it to start, and so it comes before all others."""

    path: str
    size: int
    sha256: str
    start: bool = False


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a bundle says of itself. `locks`: hashes of the locks that it has the packages of; `links`: path -> target."""

    format: int = FORMAT
    tool: str
    system: str
    machine: str
    python: str
    accelerators: tuple[str, ...]
    extras: tuple[str, ...]
    locks: dict[str, str]
    models: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    links: dict[str, str] = {}

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(item.size for item in self.items)

    @property
    def wheels(self) -> dict[str, Item]:
        """The packages' files, by their names."""
        return {item.path[len("wheels/") :]: item for item in self.items if item.path.startswith("wheels/")}

    @property
    def platform(self) -> str:
        return f"{self.system}-{self.machine} with CPython {self.python}"


def encoded(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def seal(text: bytes) -> bytes:
    """The second file: by it a change in the first is seen."""
    return hashlib.sha256(text).hexdigest().encode()


def decoded(text: bytes, sealed: bytes) -> Manifest:
    """Raises CommandFailed for one that was changed, that another version of us wrote, or that asks for what may not be."""
    if seal(text) != sealed:
        raise damaged(f"{NAME} was altered: its sha256 differs")
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise damaged(f"{NAME} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise CommandFailed(
            "bundle.format", f"the bundle is of format {manifest.format}, and this reads {FORMAT}", "git pull, here or there"
        )
    for item in manifest.items:
        if not is_inside(item.path, PLACES):
            raise outside(item.path)
    for path, target in manifest.links.items():
        if not is_inside(path, LINK) or not leads_inside(path, target):
            raise outside(f"{path} -> {target}")
    return manifest


def is_inside(path: str, known: re.Pattern[str]) -> bool:
    """Whether it is a path that a bundle may have."""
    return bool(known.fullmatch(path)) and not {"..", "."} & set(path.split("/")) and "//" not in path


def leads_inside(path: str, target: str) -> bool:
    """Whether a link leads to the blobs of its own repository."""
    depth = len(PurePosixPath(path).parts) - 3  # models, the repository, and its own name
    return bool(TARGET.fullmatch(target)) and target.count("../") == depth


def damaged(message: str) -> CommandFailed:
    return CommandFailed("bundle.damaged", message, AGAIN)


def outside(path: str) -> CommandFailed:
    """The problem for what would be written where nothing of a bundle belongs."""
    return CommandFailed(
        "bundle.outside", f"the bundle holds {path!r}, which no bundle of ours does: nothing was unpacked", AGAIN
    )
