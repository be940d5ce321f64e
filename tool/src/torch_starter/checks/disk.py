"""Space on the disks that an environment and its programs write to, and the folder for temporary files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.units import human_size
from torch_starter.facts.disk import Disk

FULL = 10 * 2**20  # not even a package's metadata
NO_FILES = 1000
FEW_FILES = 20_000  # an environment has three times as many
GB = 2**30
NEEDS = {"project": 2 * GB, "environment": 2 * GB, "cache uv": GB, "temp": GB // 4}  # what each of them should have free
NAMES = {"cache uv": "uv's cache", "temp": "temporary files"}


@dataclass(frozen=True)
class Place:
    """A folder on a disk of its own: what is free there, and how much of it should be."""

    name: str
    free: int
    inodes: int
    wanted: int

    @property
    def verdict(self) -> Verdict:
        if 0 <= self.free < FULL or 0 <= self.inodes < NO_FILES:
            return "fail"
        return "warn" if 0 <= self.free < self.wanted or 0 <= self.inodes < FEW_FILES else "ok"

    @property
    def told(self) -> str:
        few = f" and {self.inodes} more files" if 0 <= self.inodes < FEW_FILES else ""
        return f"{human_size(self.free)}{few} free for {NAMES.get(self.name, self.name)}"


def disk(evidence: Evidence) -> Iterator[Finding]:
    found = list(places(evidence))
    verdicts = [place.verdict for place in found]
    worst: Verdict = "fail" if "fail" in verdicts else "warn" if "warn" in verdicts else "ok"
    bad = [place for place in found if place.verdict != "ok"]
    yield Finding(
        id="system.disk",
        verdict=worst,
        title="free disk space",
        seen=", ".join(place.told for place in bad or found),
        wanted=", ".join(
            f"{human_size(place.wanted)} and {FEW_FILES} files for {NAMES.get(place.name, place.name)}" for place in bad
        ),
        remedy="free some space: du -sh ~/.cache/* .torch-starter; df -h; df -i" if bad else "",
    )


def places(evidence: Evidence) -> Iterator[Place]:
    """Each disk that is written to, once: by the most demanding of what is on it."""
    project = evidence.facts[Disk]
    yield Place("project", project.free, project.inodes, NEEDS["project"])
    seen = {project.device}
    for name in ("environment", "cache uv", "temp"):
        state = evidence.paths.get(name)
        if state is not None and state.writable and state.device not in seen:
            seen.add(state.device)
            yield Place(name, state.free, state.inodes, NEEDS[name])


def temp(evidence: Evidence) -> Iterator[Finding]:
    title, state = "the folder for temporary files can be used", evidence.paths.get("temp")
    if state is None:
        yield Finding(id="system.temp", verdict="unknown", title=title, seen="it was not looked at")
        return
    verdict: Verdict = "ok"
    seen, wanted, remedy = f"{state.path}, {state.filesystem or 'file system unknown'}", "", ""
    if state.kind != "folder":
        what = "is not there" if state.kind == "missing" else f"is a {state.kind}"
        verdict, seen, wanted = "warn", f"{state.path} {what}", "a folder: Python takes another one silently, compilers fail"
        remedy = f"mkdir -p {shlex.quote(state.path)}" if state.kind == "missing" else "unset TMPDIR"
    elif not state.writable:
        verdict, seen, wanted = "fail", f"{state.path} cannot be written", "one that can: workers and compilers need it"
        remedy = 'mkdir -p ~/tmp && export TMPDIR="$HOME/tmp"'
    elif state.noexec and evidence.paths.get("cache inductor", state).noexec:
        verdict, seen = "warn", f"{state.path} is mounted noexec"
        wanted = "one without it: torch.compile keeps libraries there and cannot load them"
        remedy = 'export TORCHINDUCTOR_CACHE_DIR="$HOME/.cache/torchinductor"'
    yield Finding(id="system.temp", verdict=verdict, title=title, seen=seen, wanted=wanted, remedy=remedy)


def full(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict in ("warn", "fail") for finding in disk(evidence)):
        yield Cause("system.disk", sign=r"No space left on device|Disk quota exceeded")


def unusable_temp(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict in ("warn", "fail") for finding in temp(evidence)):
        yield Cause("system.temp", sign=r"failed to map segment from shared object|No usable temporary directory found")


CHECKS = (
    Check(
        "system.disk",
        "free disk space",
        "Environments, caches and checkpoints need it; a disk can also be full of files that are small.",
        disk,
        level="quick",
        found="Free bytes and free inodes of the disks of the project, the environment, uv's cache and temporary files.",
        mend="Remove caches or old environments.",
        source="statvfs(3): f_bavail and f_favail",
        causes=full,
    ),
    Check(
        "system.temp",
        "the folder for temporary files",
        "Workers meet there, and torch.compile keeps what it has compiled there and loads it from there.",
        temp,
        level="quick",
        found="TMPDIR, else /tmp: is it there, can it be written, may programs in it be run?",
        mend="Another TMPDIR or TORCHINDUCTOR_CACHE_DIR.",
        source="Measured: torch.compile on such a disk says `failed to map segment from shared object`",
        causes=unusable_temp,
    ),
)
