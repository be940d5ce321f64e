"""Folders that are kept between runs, and the environment's own: owner, mode, and the disk that they are on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import msgspec

from torch_starter.checks._folders import OWN, folder
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence, PathState
from torch_starter.core.kinds import Check
from torch_starter.core.repair import SetMode
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.units import human_size
from torch_starter.facts.mounts import MEMORY, NETWORK

PROGRAMS = {  # caches of no spec, and the package that writes there
    "home": "",
    "inductor": "torch",
    "triton": "triton",
    "extensions": "torch",
    "matplotlib": "matplotlib",
    "matplotlib-config": "matplotlib",
    "pip": "pip",
}
COMPILED = {"inductor", "triton", "extensions"}  # programs are loaded from there: nobody else may write
RUN = "ours: its owner can put programs there that we run"
SPARED = {"pip", "matplotlib", "matplotlib-config", "kaggle", "data"}  # programs do without, or only read
KEPT = {"huggingface", "torch", "uv"}  # large, and to be there after a restart
FULL, LITTLE = 10 * 2**20, 2**30


def caches(evidence: Evidence) -> Iterator[Finding]:
    """The spec's caches, then those of programs."""
    for name in dict.fromkeys([*evidence.spec.caches, *PROGRAMS]):
        state = evidence.paths.get(f"cache {name}")
        if state is not None:
            yield cache(evidence, name, state)


def cache(evidence: Evidence, name: str, state: PathState) -> Finding:
    """The finding for one cache."""
    id = f"caches.{name}"
    title = "~/.cache is ours and can be written" if name == "home" else f"the {name} cache is ours and can be written"
    worst: Verdict = "warn" if name in SPARED else "fail"
    needs = "" if name in evidence.spec.caches else PROGRAMS[name]
    if needs and needs not in evidence.installed.distributions:
        return Finding(id=id, verdict="skip", title=title, seen=f"{needs} is not installed")
    if state.kind == "missing" and not state.writable:
        return impossible(evidence, id, title, state, worst)
    found = folder(id, title, state, mode_of(evidence, name), worst, RUN if name in COMPILED else OWN)
    return on_disk(evidence, name, state, found) if found.verdict == "ok" else found


def mode_of(evidence: Evidence, name: str) -> str:
    """The mode that a cache may have at most. Those of other programs have the one that these give them."""
    known = evidence.spec.caches.get(name)
    return known.mode if known else "755" if name in COMPILED else "777"


def impossible(evidence: Evidence, id: str, title: str, state: PathState, worst: Verdict) -> Finding:
    """The finding for a folder that is not there and cannot be made; of several in one folder only that is red."""
    for key, red in (("cache home", "caches.home"), ("temp", "system.temp")):
        above = evidence.paths.get(key)
        if above is not None and id != red and not above.writable and above.nearest == state.nearest:
            return Finding(id=id, verdict="skip", title=title, seen=f"see {red}")
    return Finding(
        id=id,
        verdict=worst,
        title=title,
        seen=f"{state.path} is not there, and {state.nearest} cannot be written",
        wanted="a folder that this user can make",
        remedy=f'sudo install -d -o "$(id -u)" {shlex.quote(state.path)}',
    )


def on_disk(evidence: Evidence, name: str, state: PathState, found: Finding) -> Finding:
    """What its disk adds to the finding for a folder that is well; full disks that system.disk tells of are left to it."""
    told = [evidence.paths[other].device for other in ("environment", "temp", "cache uv") if other in evidence.paths]
    space = -1 if state.device in told else state.free
    verdict, seen, wanted, remedy = found.verdict, found.seen, "", ""
    if state.kind == "folder" and name in KEPT and state.filesystem in MEMORY:
        verdict, wanted = "warn", "a disk: this one is in memory, which it takes, and is lost at the next start"
        seen, remedy = f"{seen} on {state.filesystem}", f"export {variable(evidence, name)}=<a folder on a disk>"
    elif name in KEPT | COMPILED and state.filesystem in NETWORK:
        verdict, wanted = "warn", "a disk of this machine: locks of several programs at once are not sure on a network"
        seen, remedy = f"{seen} on {state.filesystem}", f"export {variable(evidence, name)}=<a folder on a disk>"
    elif 0 <= space < LITTLE and name in evidence.spec.caches and name not in SPARED:
        verdict, wanted = "fail" if space < FULL else "warn", f"{human_size(LITTLE)} or more"
        seen, remedy = f"{seen}, {human_size(space)} free", f"du -sh {shlex.quote(state.path)}/* | sort -h | tail"
    elif name == "uv" and "environment" in evidence.paths:
        same = state.device == evidence.paths["environment"].device
        seen += ": files are linked into the environment" if same else ": on another disk, so files are copied"
    return msgspec.structs.replace(found, verdict=verdict, seen=seen, wanted=wanted, remedy=remedy)


def variable(evidence: Evidence, name: str) -> str:
    """The variable that moves a cache."""
    programs = {"inductor": "TORCHINDUCTOR_CACHE_DIR", "triton": "TRITON_CACHE_DIR", "extensions": "TORCH_EXTENSIONS_DIR"}
    known = evidence.spec.caches.get(name)
    return (known.variable if known else programs.get(name)) or "XDG_CACHE_HOME"


def environment(evidence: Evidence) -> Iterator[Finding]:
    title, state = "the environment's folder has its mode", evidence.paths.get("environment")
    if state is None or not evidence.ours:
        yield Finding(id="caches.environment", verdict="skip", title=title, seen="not an environment of ours")
        return
    yield folder("caches.environment", title, state, evidence.spec.security.environment_mode)


def unusable(evidence: Evidence) -> Iterator[Cause]:
    """A program that may not write its cache says where."""
    for finding in caches(evidence):
        state = evidence.paths.get(f"cache {finding.id.partition('.')[2]}")
        if state is not None and finding.verdict == "fail":
            yield Cause(finding.id, sign=rf"(PermissionError|Read-only|FileExistsError|NotADirectory).*{re.escape(state.path)}")


def close_caches(evidence: Evidence) -> Iterator[SetMode]:
    for finding in caches(evidence):
        if finding.fixable:
            name = finding.id.partition(".")[2]
            state = evidence.paths[f"cache {name}"]
            yield SetMode(state.path, state.mode, mode_of(evidence, name), "others may write to it")


def close_environment(evidence: Evidence) -> Iterator[SetMode]:
    for finding in environment(evidence):
        if finding.fixable:
            state = evidence.paths["environment"]
            yield SetMode(state.path, state.mode, evidence.spec.security.environment_mode, "others may write to it")


CHECKS = (
    Check(
        "caches",
        "caches are ours",
        "A cache of another user, on a full disk or in memory fails in the middle of a run.",
        caches,
        level="quick",
        found="Owner, mode, file system and free space of each cache, or of the folder that it would be made in.",
        mend="Give the folder to its user, close it to others, or move it with its variable.",
        source="triton#518, pytorch#34238, pytorch#121122, pytorch#173679",
        causes=unusable,
        repairs=close_caches,
    ),
    Check(
        "caches.environment",
        "the environment's mode",
        "Others may read it and not change it.",
        environment,
        level="quick",
        found="Owner and mode of its folder, against [security] in torch-starter.toml.",
        mend="chmod, or --fix.",
        source="A manual: docs/guide.md",
        repairs=close_environment,
    ),
)
