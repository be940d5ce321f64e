"""What is left of packages: metadata without files, files without metadata, several sets of metadata."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.checks._mending import again, needed_by_any, reinstall, remove
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.repair import Reinstall, Remove
from torch_starter.core.report import Finding


def ghosts(evidence: Evidence) -> Iterator[Finding]:
    title = "no leftovers of removed packages"
    left, hollow = evidence.installed.ghosts, evidence.files.hollow
    if not left and not hollow:
        yield Finding(id="packages.ghosts", verdict="ok", title=title)
        return
    told = [f"{name} has metadata and none of its files" for name in sorted(hollow)] + list(left)
    needed = [name for name in sorted(hollow) if is_needed(evidence, name)]
    yield Finding(
        id="packages.ghosts",
        verdict="fail" if hollow else "warn",
        title=title,
        seen="; ".join(told[:4]) + (f"; and {len(told) - 4} more" if len(told) > 4 else ""),
        wanted="what lists packages believes that these are installed"
        if hollow
        else "programs that list packages stumble over them",
        remedy=reinstall(evidence, needed) if needed else remove([*left, *hollow.values()]),
        fixable=True,
    )


def is_needed(evidence: Evidence, name: str) -> bool:
    """Whether a package that is not there is missed."""
    return name in evidence.locked or name in needed_by_any(evidence)


def ghost_causes(evidence: Evidence) -> Iterator[Cause]:
    if evidence.files.hollow:
        yield Cause("packages.ghosts", frozenset(evidence.files.hollow))


def ghost_repairs(evidence: Evidence) -> Iterator[Reinstall | Remove]:
    for path in evidence.installed.ghosts:
        yield Remove(path, "it belongs to no package")
    for name, path in evidence.files.hollow.items():
        if is_needed(evidence, name):
            yield again(evidence, [name], "none of its files is there")
        else:
            yield Remove(path, f"{name} has metadata and none of its files")


def once(evidence: Evidence) -> Iterator[Finding]:
    twice = evidence.installed.twice
    told = [f"{name}: {', '.join(map(folder, sets(evidence, name)))}" for name in sorted(twice)]
    unclear = [name for name in twice if not stale(evidence, name)]
    paths = [path for name in twice for path in stale(evidence, name)]
    mends = ([remove(paths)] if paths else []) + ([reinstall(evidence, unclear)] if unclear else [])
    yield Finding(
        id="packages.once",
        verdict="fail" if twice else "ok",
        title="no package is installed twice",
        seen="; ".join(told) + (f" (not of the files that are there: {', '.join(map(folder, paths))})" if paths else ""),
        wanted="one set of metadata for each: a half-removed one answers with a wrong version" if twice else "",
        remedy=" && ".join(mends),
        fixable=bool(twice),
    )


def sets(evidence: Evidence, name: str) -> tuple[str, ...]:
    """The folders of metadata of a package that has several."""
    return evidence.installed.distributions[name].metadata, *evidence.installed.twice[name]


def stale(evidence: Evidence, name: str) -> tuple[str, ...]:
    """Those whose files are not there, where one is left whose files are; empty where that cannot be decided."""
    unfit = evidence.files.unfit.get(name, ())
    return unfit if len(unfit) == len(evidence.installed.twice[name]) else ()


def folder(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def once_causes(evidence: Evidence) -> Iterator[Cause]:
    if evidence.installed.twice:
        yield Cause("packages.once", frozenset(evidence.installed.twice))


def once_repairs(evidence: Evidence) -> Iterator[Reinstall | Remove]:
    for name in evidence.installed.twice:
        if not stale(evidence, name):
            yield again(evidence, [name], "it has several sets of metadata")
        for path in stale(evidence, name):
            yield Remove(path, f"its files are not those of {name} that are there")


CHECKS = (
    Check(
        "packages.ghosts",
        "no leftovers",
        "Metadata without files, and what pip renamed and could not remove: programs believe that it is installed.",
        ghosts,
        level="quick",
        reads=("files",),
        found="Folders of metadata without a name or without any of their files, and folders called ~name.",
        mend="Remove them; a package that is needed is installed again.",
        source="pip#11857",
        causes=ghost_causes,
        repairs=ghost_repairs,
    ),
    Check(
        "packages.once",
        "nothing is installed twice",
        "Two sets of metadata for one package: the version told is chance.",
        once,
        level="quick",
        reads=("files",),
        found="Several folders of metadata of one name side by side, each held against the files that are there.",
        mend="Remove the one whose files are not there, or install the package again.",
        source="Measured: importlib.metadata answers with the first that the file system lists",
        causes=once_causes,
        repairs=once_repairs,
    ),
)
