"""Models of the Hugging Face hub in a bundle: the files of one revision, and the links by which they are found."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from torch_starter.bundles.pack import Source
from torch_starter.core.files import DiskProblem, Files
from torch_starter.core.problems import CommandFailed, WrongUsage

ID = re.compile(r"(?P<id>[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?)(@(?P<revision>[A-Za-z0-9_./-]+))?")
BLOB = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True)
class Model:
    """A model at a revision, where it is in a cache. `commit` names the folder of its files."""

    name: str
    folder: Path
    commit: str
    ref: Path | None

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshots" / self.commit


def find(word: str, hub: Path) -> Model:
    """A model such as org/name@revision in a cache of the hub; raises WrongUsage."""
    parts = ID.fullmatch(word)
    if parts is None:
        raise WrongUsage(
            "model.name", f"{word!r} names no model", "give an id, and a revision behind @: openai-community/gpt2@main"
        )
    id, revision = parts["id"], parts["revision"] or "main"
    folder = hub / f"models--{id.replace('/', '--')}"
    ref = folder / "refs" / revision
    if ref.is_file():
        commit = ref.read_text().strip()
    else:
        commits = [path.name for path in folder.glob("snapshots/*") if path.name.startswith(revision)]
        commit, ref = (commits[0] if len(commits) == 1 else ""), None  # type: ignore[assignment]
    model = Model(f"{id}@{revision}", folder, commit, ref)
    if not re.fullmatch(r"[0-9a-f]{7,64}", commit) or not model.snapshot.is_dir():
        raise WrongUsage(
            "model.absent",
            f"{word} is not in the cache of the Hugging Face hub, {hub}",
            f'name it in [warm] of torch-starter.toml, models = ["{word}"], then: ./dev.sh cache warm --only models',
        )
    return model


def sources(model: Model) -> tuple[list[Source], dict[str, str]]:
    """Its files as a bundle has them, each once, and the links to them; raises CommandFailed for a cache of another form."""
    found: dict[str, Source] = {}
    links: dict[str, str] = {}
    home = f"models/{model.folder.name}"
    for path in sorted(files_below(model.snapshot)):
        blob = Path(os.path.realpath(path))
        if not BLOB.fullmatch(blob.name) or blob.parent != (model.folder / "blobs").resolve() or not blob.is_file():
            raise CommandFailed(
                "model.form",
                f"{path} is no link to a file in {model.folder / 'blobs'}, as it is in a cache of the hub",
                "remove that model from the cache, and fetch it again: ./dev.sh cache warm --only models",
            )
        found[blob.name] = Source(f"{home}/blobs/{blob.name}", blob)
        below = path.relative_to(model.folder)
        links[f"{home}/{below}"] = "../" * (len(below.parts) - 1) + f"blobs/{blob.name}"
    refs = [Source(f"{home}/refs/{model.ref.relative_to(model.folder / 'refs')}", model.ref)] if model.ref else []
    return [*found.values(), *refs], links


def files_below(folder: Path) -> Iterator[Path]:
    """All that is no folder, links too."""
    for here, _, names in os.walk(folder):
        yield from (Path(here) / name for name in names)


def share(models: Path, hub: Path, links: dict[str, str], files: Files, copied: Callable[[int], None]) -> int:
    """Put what a mirror has of these models into a user's cache; how many files came. What is there stays as it is.

    Raises DiskProblem.
    """
    try:
        return shared(models, hub, links, files, copied)
    except DiskProblem as problem:
        mend = f"see to {hub}, or name a folder of yours with room in HF_HUB_CACHE; then import again"
        raise DiskProblem(problem.code, problem.message, mend) from problem


def shared(models: Path, hub: Path, links: dict[str, str], files: Files, copied: Callable[[int], None]) -> int:
    """Put it there, file by file; how many came."""
    homes = sorted({path.split("/")[1] for path in links})
    come = 0
    for home in homes:
        for part in ("blobs", "refs"):
            for path in files_below(models / home / part):
                come += put(path, hub / home / path.relative_to(models / home), files, copied)
    for name, leads in links.items():
        come += link(hub / name[len("models/") :], leads, files)
    return come


def put(source: Path, path: Path, files: Files, copied: Callable[[int], None]) -> int:
    """Another name of the same file where that can be, else a copy; 1 where it came, 0 where there is one already."""
    if os.path.lexists(path):
        return 0
    if linked(source, path, files):
        return 1
    with source.open("rb") as file, files.writing(path) as out:
        while piece := file.read(1 << 20):
            out.write(piece)
            copied(len(piece))
    return 1


def linked(source: Path, path: Path, files: Files) -> bool:
    """Give a file a second name, where that can be: not on another disk, nor through another mount of the same one."""
    try:
        files.hard_link(source, path)
    except DiskProblem:
        return False
    return True


def link(path: Path, target: str, files: Files) -> int:
    """A link to a blob; 1 where it came."""
    if os.path.lexists(path):
        return 0
    files.make_folder(path.parent)
    files.link(path, target)
    return 1
