"""Folders that are kept between runs, the environment's own folder, and files with credentials: owner and mode."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from torch_starter.core.evidence import Evidence, PathState
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding


def caches(evidence: Evidence) -> Iterator[Finding]:
    for name, cache in evidence.spec.caches.items():
        state = evidence.paths.get(f"cache {name}")
        if state is not None:
            yield folder(f"caches.{name}", f"the {name} cache is ours and can be written", state, cache.mode)


def environment(evidence: Evidence) -> Iterator[Finding]:
    title, state = "the environment's folder has its mode", evidence.paths.get("environment")
    if state is None or not evidence.ours:
        yield Finding(id="caches.environment", verdict="skip", title=title, seen="not an environment of ours")
        return
    yield folder("caches.environment", title, state, evidence.spec.security.environment_mode)


def folder(id: str, title: str, state: PathState, mode: str) -> Finding:
    """The finding for one folder. One that is not there yet is well: it is made when it is needed."""
    path = shlex.quote(state.path)
    if state.kind == "missing":
        return Finding(id=id, verdict="ok", title=title, seen=f"{state.path} is not there yet")
    if state.kind != "folder":
        return Finding(id=id, verdict="fail", title=title, seen=f"{state.path} is a {state.kind}", remedy=f"mv {path} {path}.old")
    if not state.writable:
        seen = f"{state.path} cannot be written{'' if state.mine else ': it belongs to another user'}"
        return Finding(id=id, verdict="fail", title=title, seen=seen, remedy=f'sudo chown -R "$(id -u)" {path}')
    if open_to_others(state.mode, mode):
        wanted, remedy = f"{mode} or less", f"chmod {mode} {path}"
        return Finding(
            id=id, verdict="warn", title=title, seen=f"{state.path} has mode {state.mode}", wanted=wanted, remedy=remedy
        )
    return Finding(id=id, verdict="ok", title=title, seen=f"{state.path}, {state.mode}")


def credentials(evidence: Evidence) -> Iterator[Finding]:
    wanted = evidence.spec.security.credentials_mode
    title = "files with credentials are for their owner alone"
    found = [state for name, state in evidence.paths.items() if name.startswith("credentials") and state.kind == "file"]
    loose = [state for state in found if open_to_others(state.mode, wanted) or not state.mine]
    paths = " ".join(shlex.quote(state.path) for state in loose)
    yield Finding(
        id="caches.credentials",
        verdict="fail" if loose else "ok",
        title=title,
        seen=", ".join(f"{state.path} has mode {state.mode}" for state in loose) or f"{len(found)} such files here",
        wanted=wanted if loose else "",
        remedy=f"chmod {wanted} {paths}" if loose else "",
    )


def open_to_others(mode: str, wanted: str) -> bool:
    """Whether a mode allows anything that the wanted one does not."""
    return int(mode, 8) & ~int(wanted, 8) != 0


CHECKS = (
    Check(
        "caches",
        "caches are ours",
        "A cache of another user, or a full one, fails in the middle of a run.",
        caches,
        level="quick",
    ),
    Check("caches.environment", "the environment's mode", "Others may read it and not change it.", environment, level="quick"),
    Check("caches.credentials", "credentials' modes", "A token that others can read is theirs.", credentials, level="quick"),
)
