"""The installed packages: against the lock, against each other, and against what no metadata declares."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

SEEDED = {"pip", "setuptools", "wheel"}  # put there with the environment, not by the lock
MOST = 4  # how many names a line carries


def lock(evidence: Evidence) -> Iterator[Finding]:
    title = "the packages are those of the lock"
    if not evidence.ours:
        yield Finding(id="packages.lock", verdict="skip", title=title, seen="not an environment of ours: no lock belongs to it")
        return
    versions = evidence.installed.versions
    others = [
        f"{name} {versions[name]} (lock: {evidence.locked.get(name, 'none')})"
        for name in sorted(versions)
        if name not in SEEDED and not same_version(versions[name], evidence.locked.get(name))
    ]
    yield Finding(
        id="packages.lock",
        verdict="fail" if others else "ok",
        title=title,
        seen=some(others) if others else f"{len(versions)} packages, each as in {evidence.lock}",
        remedy="./dev.sh setup" if others else "",
    )


def same_version(one: str, other: str | None) -> bool:
    """Equal by PEP 440, a local part such as +cu130 aside."""
    return other is not None and Version(one).public == Version(other).public


def consistent(evidence: Evidence) -> Iterator[Finding]:
    versions, wrong = evidence.installed.versions, []
    for name, distribution in sorted(evidence.installed.distributions.items()):
        for line in distribution.requires:
            problem = unmet(line, versions, evidence.interpreter.markers)
            if problem:
                wrong.append((name, problem, line))
    again = " ".join(sorted({name for name, _, _ in wrong}))
    yield Finding(
        id="packages.consistent",
        verdict="fail" if wrong else "ok",
        title="every declared requirement is met",
        seen=some([f"{name} {problem}" for name, problem, _ in wrong]) if wrong else f"{len(versions)} packages",
        remedy=("./dev.sh setup" if evidence.ours else f"{evidence.install} {again}") if wrong else "",
    )


def unmet(line: str, versions: dict[str, str], markers: dict[str, str]) -> str:
    """What is wrong with one declared requirement; empty where it is met or does not apply."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return ""
    if requirement.marker and not requirement.marker.evaluate({**markers, "extra": ""}):
        return ""
    found = versions.get(canonicalize_name(requirement.name))
    if found is None:
        return f"needs {requirement.name}, which is not installed"
    if not requirement.specifier.contains(found, prereleases=True):
        return f"needs {requirement.name}{requirement.specifier}, found {found}"
    return ""


def once(evidence: Evidence) -> Iterator[Finding]:
    twice = evidence.installed.twice
    yield Finding(
        id="packages.once",
        verdict="fail" if twice else "ok",
        title="no package is installed twice",
        seen=some(sorted(twice)),
        wanted="one set of metadata for each: a half-removed one answers with a wrong version" if twice else "",
        remedy=("./dev.sh setup --rebuild" if evidence.ours else f"{evidence.install} --reinstall {' '.join(twice)}")
        if twice
        else "",
    )


def some(names: list[str]) -> str:
    """The first few of a list, and how many more."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return "; ".join(names[:MOST]) + more


CHECKS = (
    Check("packages.lock", "packages are those of the lock", "What is proven is what the lock names.", lock, level="quick"),
    Check(
        "packages.consistent",
        "declared requirements are met",
        "What `pip check` looks at, without pip.",
        consistent,
        level="quick",
    ),
    Check(
        "packages.once",
        "nothing is installed twice",
        "Two sets of metadata for one package: the version told is chance.",
        once,
        level="quick",
    ),
)
