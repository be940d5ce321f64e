"""The installed packages: against the lock, against each other, and against what no metadata declares."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.checks._answers import TRIO, met_breaks, pair_mismatch
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.knowledge import Break
from torch_starter.core.probing import Answer
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
        seen=some(list(twice)),
        wanted="one set of metadata for each: a half-removed one answers with a wrong version" if twice else "",
        remedy=("./dev.sh setup --rebuild" if evidence.ours else f"{evidence.install} --reinstall {' '.join(twice)}")
        if twice
        else "",
    )


def trio(evidence: Evidence) -> Iterator[Finding]:
    """torchvision and torchaudio are built against one release and one CUDA of torch; torchaudio declares neither."""
    versions = evidence.installed.versions
    for companion in TRIO[1:]:
        id, title = f"packages.trio.{companion}", f"{companion} beside torch"
        if companion not in versions or "torch" not in versions:
            absent = companion if "torch" in versions else "torch"
            yield Finding(id=id, verdict="skip", title=title, seen=f"{absent} is not installed")
            continue
        mismatch = pair_mismatch(evidence, companion)
        told = f"{companion} {versions[companion]} with torch {versions['torch']}"
        yield Finding(
            id=id,
            verdict="fail" if mismatch else "ok",
            title=title,
            seen=f"{mismatch}{proof(evidence, companion)}" if mismatch else told,
            wanted="the same release line and the same CUDA: the resolver is content, the import is not" if mismatch else "",
            remedy=mend(evidence, TRIO) if mismatch else "",
        )


def breaks(evidence: Evidence) -> Iterator[Finding]:
    """Pairs that install together and do not work together."""
    met = met_breaks(evidence)
    if not met:
        yield Finding(id="packages.breaks", verdict="ok", title="no known undeclared break between two packages")
    for each in met:
        versions = evidence.installed.versions
        yield Finding(
            id=f"packages.breaks.{each.package}",
            verdict="fail",
            title=f"{each.package} beside {each.beside}",
            seen=f"{each.package} {versions[each.package]} with {each.beside} {versions[each.beside]}: {each.says}"
            + effect(evidence, each),
            wanted=f"{each.package} not {each.versions} beside {each.beside}{each.beside_versions}; no metadata declares it",
            remedy=mend(evidence, (each.package,)),
        )


def effect(evidence: Evidence, each: Break) -> str:
    """What the break was seen to do here."""
    for answer in evidence.answers.values():
        if not answer.ok and each.sign in answer.traceback:
            return f" ({told(answer)})"
    return ""


def proof(evidence: Evidence, module: str) -> str:
    """What importing a module was seen to do here."""
    for probe, answer in evidence.answers.items():
        if probe.endswith(f"@{module}") and answer.error:
            return f" ({told(answer)})"
    return ""


def told(answer: Answer) -> str:
    """Which probe failed how, shortly."""
    module = answer.probe.partition("@")[2]
    what = f"import {module}" if answer.stage == "import" else answer.probe.partition("@")[0]
    return f"{what}: {answer.error_type}: {answer.error.strip()[:200]}"


def mend(evidence: Evidence, names: tuple[str, ...]) -> str:
    """The command that brings packages to the versions that are proven together."""
    if evidence.ours:
        return "./dev.sh setup --rebuild"
    pins = " ".join(f"'{name}=={evidence.locked[name]}'" for name in names if name in evidence.locked)
    return f"{evidence.install} {pins}"


def some(names: list[str]) -> str:
    """The first few of a list, and how many more."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return "; ".join(names[:MOST]) + more


CHECKS = (
    Check("packages.lock", "packages are those of the lock", "What is proven is what the lock names.", lock),
    Check("packages.consistent", "declared requirements are met", "What `pip check` looks at, without pip.", consistent),
    Check(
        "packages.once", "nothing is installed twice", "Two sets of metadata for one package: the version told is chance.", once
    ),
    Check("packages.trio", "torchvision and torchaudio fit torch", "Release line and CUDA of the three must agree.", trio),
    Check("packages.breaks", "no undeclared break", "Pairs that a resolver accepts and that do not work.", breaks),
)
