"""Models, data sets and spaces that were fetched from the Hugging Face hub."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _hub_seals
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout

KINDS = ("models--", "datasets--", "spaces--")


def roots(lookout: Lookout) -> Iterator[Path]:
    home = lookout.given("HF_HOME", lookout.user_caches / "huggingface") / "hub"
    yield lookout.given("HF_HUB_CACHE", lookout.given("HUGGINGFACE_HUB_CACHE", home))


def parts(lookout: Lookout) -> Iterator[Part]:
    """A repository, with its locks; and of it the revisions that no name leads to any more, and downloads that were stopped."""
    for root in roots(lookout):
        for path in lookout.inside(root):
            if path.name.startswith(KINDS) and not path.is_symlink() and path.is_dir():
                yield from of_repository(root, path, lookout)


def of_repository(root: Path, path: Path, lookout: Lookout) -> Iterator[Part]:
    """The whole of it, and its pieces that are of no use."""
    name, locks = _hub_seals.named(path.name), root / ".locks" / path.name
    paths, holds = ([path, locks], lookout.inside(locks)) if not locks.is_symlink() and locks.is_dir() else ([path], [])
    part = functools.partial(lookout.part, "huggingface", back=Back("download"))
    yield part(name, paths, holds=holds)
    if nameless := nameless_revisions(path, lookout):
        text = f"{len(nameless)} revision{'s' if len(nameless) > 1 else ''} that no name leads to"
        gone = [*nameless, *only_theirs(path, nameless, lookout)]
        if lookout.saw_all(path):  # else a name that was not seen may lead to it
            yield part(f"{name} (old)", gone, detail=text, within=name, holds=[path, locks, *holds])
    if unfinished := [each for each in lookout.inside(path / "blobs") if each.name.endswith(".incomplete")]:
        yield part(f"{name} (unfinished)", unfinished, detail="downloads that were stopped", within=name, holds=holds)


def nameless_revisions(path: Path, lookout: Lookout) -> list[Path]:
    """Snapshots that neither a branch nor a tag names. Where there are no names at all a revision was asked for by its hash."""
    named = {lookout.text(file).strip() for file in files(path / "refs", lookout)}
    return [each for each in lookout.inside(path / "snapshots") if each.name not in named] if named else []


def files(folder: Path, lookout: Lookout) -> Iterator[Path]:
    """What is in a folder and those below it, such as refs/main and refs/pr/1; links are not followed."""
    for path in lookout.inside(folder):
        if not path.is_symlink() and path.is_dir():
            yield from files(path, lookout)
        else:
            yield path


def only_theirs(path: Path, nameless: list[Path], lookout: Lookout) -> list[Path]:
    """The blobs that only these snapshots link to."""
    others = [each for each in lookout.inside(path / "snapshots") if each not in nameless]
    wanted = {blob for snapshot in others for blob in blobs(snapshot, lookout)}
    theirs = {blob for snapshot in nameless for blob in blobs(snapshot, lookout)} - wanted
    return [each for each in lookout.inside(path / "blobs") if each.name in theirs]


def blobs(snapshot: Path, lookout: Lookout) -> Iterator[str]:
    """The names of the blobs that the files of a snapshot link to; what is no link is a copy, where links cannot be made."""
    yield from (os.path.basename(os.readlink(file)) for file in files(snapshot, lookout) if file.is_symlink())


CACHE = Cache(
    "huggingface",
    "models and data sets of the hub",
    "Repositories of the Hugging Face hub: models, data sets, spaces. Links in them lead to their blobs, and are never followed.",
    roots,
    parts,
    source="huggingface_hub.constants.HF_HUB_CACHE",
    sealed=lambda lookout: _hub_seals.sealed(lookout, roots(lookout)),
)
