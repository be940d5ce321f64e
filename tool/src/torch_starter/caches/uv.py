"""Packages that uv has fetched and unpacked."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from torch_starter.caches import _uv_seals
from torch_starter.caches._uv_layout import ARCHIVES, SOURCES, UNPACKED, Package, buckets, packages
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

UNUSED = "(no longer used)"
LINKED = "environments link to it by symbolic links: without it they are broken"
NO_UV = "uv, which keeps it, is not there to remove it"
AT_ONCE = 200  # names in one command


def roots(lookout: Lookout) -> Iterator[Path]:
    yield lookout.given("UV_CACHE_DIR", lookout.user_caches / "uv")


def parts(lookout: Lookout) -> Iterator[Part]:
    """A package with all its versions; and unpacked wheels that none has any more."""
    for root in roots(lookout):
        known, kept = packages(lookout, root), why_kept(lookout)
        for name, package in sorted(known.items()):
            yield of_package(lookout, root, name, package, kept)
        used = {archive for package in known.values() for archive in package.archives}
        every = [path for bucket in buckets(lookout, root, ARCHIVES) for path in lookout.inside(bucket)]
        if unused := [path for path in every if f"{path.parent.name}/{path.name}" not in used]:
            detail = f"{len(unused)} unpacked wheels that no package has"
            yield lookout.part("uv", UNUSED, unused, Back("nothing"), kept=kept, detail=detail, holds=[root / ".lock"])


def why_kept(lookout: Lookout) -> str:
    """Why nothing of it may go; usually nothing."""
    mode = lookout.variables.get("UV_LINK_MODE") or lookout.spec.install.link_mode
    return LINKED if mode == "symlink" else "" if "uv" in lookout.tools else NO_UV


def of_package(lookout: Lookout, root: Path, name: str, package: Package, kept: str) -> Part:
    """One package. What it costs is the size of its wheels as uv has noted it; of one without a note, about so much."""
    indexes = [
        path for bucket in buckets(lookout, root, SOURCES) for path in (bucket / "pypi", *lookout.inside(bucket / "index"))
    ]
    sources = [index / name for index in indexes if (index / name).exists()]
    archives = [root / archive for archive in sorted(package.archives)]
    paths = [*package.folders, *archives, *sources]
    part = lookout.part(
        "uv", name, paths, Back("download", 1), kept=kept, detail=", ".join(sorted(package.versions)), holds=[root / ".lock"]
    )
    share = package.unknown / len(archives) if archives else 0.0
    return replaced(part, Back("download", package.fetched + int(share * UNPACKED * part.size)))


def replaced(part: Part, back: Back) -> Part:
    """The same at another cost."""
    return msgspec.structs.replace(part, back=back)


def remove(lookout: Lookout, gone: Sequence[Part]) -> Iterator[Sequence[str | Path]]:
    """uv's own commands: it locks its cache, and removes also what it knows of a package besides its files."""
    program, root = lookout.tools["uv"], next(roots(lookout))
    command = functools.partial(words, program, root)
    names = sorted(part.name for part in gone if part.name != UNUSED)
    for at in range(0, len(names), AT_ONCE):
        yield command("clean", *names[at : at + AT_ONCE])
    if any(part.name == UNUSED for part in gone):
        yield command("prune")


def words(program: Path, root: Path, *rest: str) -> Sequence[str | Path]:
    return [program, "cache", rest[0], "--no-config", "--cache-dir", root, *rest[1:]]


CACHE = Cache(
    "uv",
    "packages of uv",
    "Wheels that uv has fetched and unpacked. Environments on the same disk are linked to them: then a package frees space only "
    "with the last environment that has it.",
    roots,
    parts,
    source="uv cache dir",
    sealed=lambda lookout: _uv_seals.sealed(lookout, roots(lookout)),
    tool=remove,
)
