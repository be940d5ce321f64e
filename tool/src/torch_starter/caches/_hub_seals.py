"""The checksums of what the Hugging Face hub keeps: a blob is named by its hash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from torch_starter.core.lookout import Lookout
from torch_starter.core.sealed import GIT, Seal, Sealed

KINDS = {40: GIT, 64: "sha256"}  # by the length of the name: small files are named as git names them, large ones by SHA-256
BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def sealed(lookout: Lookout, roots: Iterable[Path]) -> Iterator[Sealed]:
    """Every repository below the roots of the hub's cache. Downloads that have not come to their end have no checksum yet."""
    for root in roots:
        for repository in (each for each in lookout.inside(root) if "--" in each.name):
            blobs = [blob for blob in lookout.inside(repository / "blobs") if BLOB.fullmatch(blob.name)]
            seals = [Seal(str(blob), -1, KINDS[len(blob.name)], (blob.name,)) for blob in blobs]
            if seals:
                yield Sealed("huggingface", named(repository.name), str(root), tuple(seals), fetched_by(repository.name))


def named(folder: str) -> str:
    """The id of a repository by its folder, such as models--org--name; what is no model says what it is."""
    kind, _, id = folder.partition("--")
    name = id.replace("--", "/")
    return name if kind == "models" else f"{kind.removesuffix('s')} {name}"


def fetched_by(folder: str) -> str:
    """The command that fetches what lacks of a repository."""
    kind, _, id = folder.partition("--")
    of = "" if kind == "models" else f" --repo-type {kind.removesuffix('s')}"
    return f"./dev.sh run -- hf download {id.replace('--', '/')}{of}"
