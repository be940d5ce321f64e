"""What is known of the packages: vulnerabilities, by a file of advisories or by uv; what was taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch_starter.audits import advisories, packages, uv_project
from torch_starter.audits.matching import Known, ignored, vulnerabilities
from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.quality import Code
from torch_starter.core.report import Finding, Place
from torch_starter.quality._audit_uv import by_service, is_offline, project, python_range, resolved

FRESH_DAYS = 7
VULNERABLE, YANKED = "audit.vulnerabilities", "audit.yanked"
TITLES = {
    VULNERABLE: "no vulnerability is known of the packages",
    YANKED: "no package was taken back",
    "audit.advisories": "the advisories are of this week",
}


@dataclass(frozen=True)
class Looked:
    """What was found, and the facts that it rests on."""

    findings: list[Finding] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)


def pins(code: Code) -> tuple[tuple[lock_file.Pin, ...], str, str]:
    """The pins of the lock, its name, and its text; raises Absent where there is none, Unknown, and WrongSpec."""
    text = code.machine.files.read(code.lock) if code.lock else None
    if code.lock is None or text is None:
        others = ", ".join(sorted(path.name for path in code.project.locks.glob("*.txt")))
        if others:
            which = f"there is no locks/{code.lock.name}" if code.lock else "no accelerator of the spec is this machine's"
            raise Unknown(f"{which}; of {others} it is not known which one is meant")
        if requirements.parse(code.machine.files.read(code.project.pyproject)).core:
            raise Unknown("there is no lock of what pyproject.toml asks for", "./dev.sh lock-update")
        raise Absent("there is no lock, and pyproject.toml asks for no package")
    return lock_file.parse(text, f"locks/{code.lock.name}"), f"locks/{code.lock.name}", text


def asked_for(code: Code) -> list[packages.Package]:
    """What is locked, and what is installed; raises as `pins` does where neither is there."""
    inside = [*packages.installed(code.python.parent.parent)] if code.python else []
    try:
        locked = packages.locked(*(lambda found: (found[0], found[2], found[1]))(pins(code)))
    except (Absent, Unknown):
        if not inside:
            raise
        locked = []
    return packages.asked_for(locked, inside)


def known_vulnerabilities(code: Code, step: Callable[[str], None]) -> Looked:
    """By a file of advisories where one is given, else by the service that uv asks. Raises Absent, Unknown and WrongUsage."""
    asked = asked_for(code)
    given = code.options.get("advisory-db") or code.spec.audit.advisories
    if given:
        path = Path(given) if Path(given).is_absolute() else code.root / Path(given).expanduser()
        base = advisories.read(path, {each.name for each in asked}, lambda number: step(f"{number} advisories"))
        found, origin = vulnerabilities(asked, base.advisories), of_file(path, base)
        early = [*stale(base.newest)]
    else:
        found, origin, early = by_service(code, asked), {"from": "a service, asked by uv audit"}, []
    judged = [*code.spec.audit.ignore, *(code.options.get("ignore") or ())]
    left = [each for each in found if not ignored(each, judged)]
    facts = {**origin, "packages": len(asked), "found": [as_fact(each) for each in left], "ignored": len(found) - len(left)}
    return Looked([*early, *told(left, len(found) - len(left), len(asked), origin)], {"vulnerabilities": facts})


def of_file(path: Path, base: advisories.Database) -> dict[str, Any]:
    """Where it is known from."""
    return {"from": path.name, "sha256": base.sha256, "newest": base.newest, "advisories": base.total, "named": base.named}


def stale(newest: str) -> Iterator[Finding]:
    """Advisories of which the newest is older than a week, or says no date."""
    id = "audit.advisories"
    try:
        age = time.time() - time.mktime(time.strptime(newest[:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone
    except ValueError:
        age, newest = float("inf"), "no date"
    seen = f"the newest is of {newest[:10]}" + (f", {age / 86400:.0f} days ago" if age != float("inf") else "")
    if age > FRESH_DAYS * 86400:
        yield Finding(
            id=id,
            verdict="warn",
            title=TITLES[id],
            seen=seen,
            wanted=f"{FRESH_DAYS} days",
            remedy="fetch them anew: docs/audit.md",
        )


def told(found: Sequence[Known], ignored: int, asked: int, origin: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding for each vulnerability, or one that says what was asked for."""
    for each in found:
        names = f"{each.id} ({', '.join(each.ids[1:3])})" if each.ids[1:] else each.id
        severity = f", {each.severity}" if each.severity else ""
        maybe = "may be affected, its versions cannot be compared: " if each.unsure else ""
        yield Finding(
            id=VULNERABLE,
            verdict="unknown" if each.unsure else "fail",
            title=TITLES[VULNERABLE],
            seen=f"{each.package.name} {each.package.version}: {maybe}{names}{severity}: {each.summary or 'no summary'}",
            wanted=f"{' or '.join(each.fixed[:3])}" if each.fixed else "no version mends it yet",
            remedy=remedy(each),
            place=each.package.place,
        )
    if not found:
        besides = f", {ignored} ignored" if ignored else ""
        where = "the service"
        if "newest" in origin:
            where = f"{origin['advisories']} advisories until {origin['newest'][:10]}, which name {origin['named']} of them"
        seen = f"{asked} packages held against {where}{besides}; what is not known there cannot be told from what is safe"
        yield Finding(id=VULNERABLE, verdict="ok", title=TITLES[VULNERABLE], seen=seen)


def remedy(known: Known) -> str:
    """The command that mends it."""
    if known.package.place is None:
        return f"./dev.sh setup, if {known.package.name} is not meant to be there"
    return f"./dev.sh lock-update --package {known.package.name}" if known.fixed else f"--ignore {known.id}, once judged"


def as_fact(known: Known) -> dict[str, Any]:
    """A vulnerability in a form for scripts."""
    package = known.package
    where = str(package.place) if package.place else packages.INSTALLED
    names = {"id": known.id, "aliases": list(known.ids[1:]), "severity": known.severity, "fixed": list(known.fixed)}
    return {"package": package.name, "version": package.version, "where": where, **names}


def taken_back(code: Code, step: Callable[[str], None]) -> Looked:
    """What was published, and taken back since; nothing at all is said where no index can be asked."""
    locked, lock, text = pins(code)
    with project(code, uv_project.pyproject(uv_project.pinned(locked), python_range(code))) as folder:
        done = resolved(code, folder)
    if not done.ok or done.timed_out or is_offline(code):
        return Looked()
    lines = {(each.name, each.version): each.place for each in packages.locked(locked, text, lock)}
    found = [
        Finding(
            id=YANKED,
            verdict="warn",
            title=TITLES[YANKED],
            seen=f"{name} {version} was taken back" + (f": {why}" if why else ""),
            remedy=f"./dev.sh lock-update --package {name}",
            place=lines.get((name, version), Place(lock)),
        )
        for name, version, why in uv_project.yanked(done.err)
    ]
    well = Finding(id=YANKED, verdict="ok", title=TITLES[YANKED], seen=f"none of {len(locked)} pins")
    return Looked(found or [well])
