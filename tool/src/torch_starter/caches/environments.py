"""Environments that were current before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.project import STATE

CURRENT, BEFORE = "it is the current one", "it is the one before: ./dev.sh rollback goes back to it"
UNKNOWN = "which one is current there is not known"
NEVER = "never proven"


RECORD = "torch-starter.json"


class History(msgspec.Struct):
    """What is remembered of switches."""

    newest_first: list[str] = []


class Made(msgspec.Struct):
    """What is written into an environment once it is proven, as far as it is read here: the seconds that building it took."""

    seconds: float = 0.0


def roots(lookout: Lookout) -> Iterator[Path]:
    """Those of all platforms that share the project's folder, and in an image the image's own."""
    folders = {lookout.project.environments, *(each / "envs" for each in lookout.inside(lookout.project.root / STATE))}
    yield from sorted(folders)


def parts(lookout: Lookout) -> Iterator[Part]:
    """An environment. The current one of each platform and its predecessor stay."""
    for root in roots(lookout):
        kept = why_kept(lookout, root)
        for path in lookout.inside(root):
            if not path.is_symlink() and path.is_dir():
                detail = "" if (path / RECORD).exists() else NEVER
                name = path.name if root == lookout.project.environments else f"{root.parent.name}/{path.name}"
                yield lookout.part(
                    "environments",
                    name,
                    [path],
                    Back("build", seconds=seconds(lookout, path)),
                    kept=kept.get(path.name, ""),
                    detail=detail,
                    holds=[root.parent / "lock"],
                )


def seconds(lookout: Lookout, environment: Path) -> float:
    """What building it took; 0 where that was not noted."""
    try:
        return max(0.0, msgspec.json.decode(lookout.machine.files.read(environment / RECORD) or "{}", type=Made).seconds)
    except msgspec.MsgspecError:
        return 0.0


def why_kept(lookout: Lookout, root: Path) -> dict[str, str]:
    """The names of the environments that stay, with the reason."""
    text = lookout.machine.files.read(root.parent / "history.json")
    try:
        names = msgspec.json.decode(text or "{}", type=History).newest_first[:2]
    except msgspec.MsgspecError:
        return {path.name: UNKNOWN for path in lookout.inside(root)}
    if text is None and root != lookout.project.environments:
        return {path.name: UNKNOWN for path in lookout.inside(root)}
    kept = dict.fromkeys(names, BEFORE)
    if names:
        kept[names[0]] = CURRENT
    venv = lookout.project.venv
    if venv.is_symlink() and (venv.parent / os.readlink(venv)).parent == root:
        kept[Path(os.readlink(venv)).name] = CURRENT
    return kept


CACHE = Cache(
    "environments",
    "old environments",
    "Environments below .torch-starter that are neither current nor the one before. What they share with uv's cache stays there.",
    roots,
    parts,
    source="docs/guide.md",
)
