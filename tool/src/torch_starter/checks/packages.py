"""The installed packages: against the lock, against each other, and against what no metadata declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.checks._absent import not_told, repairs, some_can_be_installed
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

SEEDED = {"pip", "setuptools", "wheel"}  # put there with the environment, not by the lock
OF_THE_SYSTEM = ("debian", "rpm", "system")  # a distribution splits packages, and declares in its own words what each needs
LESS_SPECIFIC = ("packages.wanted", "packages.lock", "packages.files")  # than an unmet requirement
MOST = 4  # how many names a line carries


def lock(evidence: Evidence) -> Iterator[Finding]:
    title = "the packages are those of the lock"
    if not evidence.ours:
        yield Finding(id="packages.lock", verdict="skip", title=title, seen="not an environment of ours: no lock belongs to it")
        return
    versions, others = evidence.installed.versions, not_locked(evidence)
    told_elsewhere = explained(evidence, others, "packages.lock")
    left = [name for name in others if name not in told_elsewhere]
    if others and not left:
        yield Finding(id="packages.lock", verdict="skip", title=title, seen=see(told_elsewhere))
        return
    yield Finding(
        id="packages.lock",
        verdict="fail" if left else "ok",
        title=title,
        seen=some([f"{name} {versions[name]} (lock: {evidence.locked.get(name, 'none')})" for name in left])
        if left
        else f"{len(versions)} packages, each as in {evidence.lock}",
        remedy="./dev.sh setup" if left else "",
    )


def not_locked(evidence: Evidence) -> list[str]:
    """The packages that the lock has in another version, or not at all."""
    versions = evidence.installed.versions
    differ = (name for name in sorted(versions) if not same_version(versions[name], evidence.locked.get(name)))
    return [name for name in differ if name not in SEEDED]


def explained(evidence: Evidence, names: Iterable[str], id: str, *less_specific: str) -> dict[str, str]:
    """Those packages that a more specific finding names, with its id: a cause names packages, or is called after one."""
    found: dict[str, str] = {}
    for cause in evidence.causes:
        if cause.id not in (id, *less_specific) and cause.id.startswith("packages."):  # what fails to import is an effect
            about = cause.packages | {cause.id.rpartition(".")[2]}
            found.update({name: cause.id for name in names if name in about and name not in found})
    return found


def see(told_elsewhere: Mapping[str, str]) -> str:
    """Where else packages are told of."""
    return f"see {', '.join(dict.fromkeys(told_elsewhere.values()))}"


def lock_causes(evidence: Evidence) -> Iterator[Cause]:
    """Comes after all others: the first cause that explains a failure is the one that is named."""
    if evidence.ours and (others := not_locked(evidence)):
        yield Cause("packages.lock", frozenset(others))


def same_version(one: str, other: str | None) -> bool:
    """Equal by PEP 440, a local part such as +cu130 aside."""
    return other is not None and Version(one).public == Version(other).public


def wanted(evidence: Evidence) -> Iterator[Finding]:
    title = "direct dependencies are in the ranges of pyproject.toml"
    if not evidence.ours:
        yield Finding(id="packages.wanted", verdict="skip", title=title, seen="not an environment of ours")
        return
    missing = not_told(evidence)
    outside = {**out_of_range(evidence), **missing}
    told_elsewhere = explained(evidence, outside, "packages.wanted", "packages.lock")
    left = {name: told for name, told in outside.items() if name not in told_elsewhere}
    if outside and not left:
        yield Finding(id="packages.wanted", verdict="skip", title=title, seen=see(told_elsewhere))
        return
    fixable = some_can_be_installed(evidence, missing)
    yield Finding(
        id="packages.wanted",
        verdict="fail" if left else "ok",
        title=title,
        seen=some(list(left.values())) if left else f"{len(evidence.wanted)} ranges",
        remedy=("./dev.sh verify-setup --fix" if fixable else "./dev.sh setup") if left else "",
        fixable=fixable,
    )


def out_of_range(evidence: Evidence) -> dict[str, str]:
    """Direct dependencies whose installed version is not one of those asked for, each with words for it."""
    versions = evidence.installed.versions
    return {
        name: f"{name} {versions[name]}, wanted {requirement.specifier}"
        for name, requirement in sorted(evidence.wanted.items())
        if name in versions and not requirement.specifier.contains(versions[name], prereleases=True)
    }


def wanted_causes(evidence: Evidence) -> Iterator[Cause]:
    if evidence.ours and (outside := out_of_range(evidence)):
        yield Cause("packages.wanted", frozenset(outside))


def consistent(evidence: Evidence) -> Iterator[Finding]:
    title, unmet_ones = "every declared requirement is met", unmet_requirements(evidence)
    told_elsewhere = explained(evidence, [name for name, _, _ in unmet_ones], "packages.consistent", *LESS_SPECIFIC)
    wrong = [each for each in unmet_ones if each[0] not in told_elsewhere]
    if unmet_ones and not wrong:
        yield Finding(id="packages.consistent", verdict="skip", title=title, seen=see(told_elsewhere))
        return
    again = " ".join(sorted({name for name, _, _ in wrong}))
    yield Finding(
        id="packages.consistent",
        verdict="fail" if wrong else "ok",
        title=title,
        seen=some([f"{name} {problem}" for name, problem, _ in wrong])
        if wrong
        else f"{len(evidence.installed.distributions)} packages",
        remedy=("./dev.sh setup" if evidence.ours else f"{evidence.install} {again}") if wrong else "",
        fixable=some_can_be_installed(evidence, (needed for _, _, needed in wrong)),
    )


def unmet_requirements(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Package, what is wrong, and the package that it needs, of every declared requirement that is not met."""
    versions, distributions = evidence.installed.versions, evidence.installed.distributions
    each_one = (
        (name, requirement)
        for name, all_of_it in sorted(evidence.required.items())
        for requirement in all_of_it
        if distributions[name].installer not in OF_THE_SYSTEM
    )
    return [(name, problem, canonicalize_name(each.name)) for name, each in each_one if (problem := unmet(each, versions))]


def consistent_causes(evidence: Evidence) -> Iterator[Cause]:
    """Both sides: which of the two is the wrong one cannot be told."""
    wrong = unmet_requirements(evidence)
    if wrong:
        yield Cause("packages.consistent", frozenset({name for name, _, _ in wrong} | {needed for _, _, needed in wrong}))


def unmet(requirement: Requirement, versions: Mapping[str, str]) -> str:
    """What is wrong with one declared requirement; empty where it is met."""
    found = versions.get(canonicalize_name(requirement.name))
    if found is None:
        return f"needs {requirement.name}, which is not installed"
    if not requirement.specifier.contains(found, prereleases=True):
        return f"needs {requirement.name}{requirement.specifier}, found {found}"
    return ""


def some(names: list[str]) -> str:
    """The first few of a list, and how many more."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return "; ".join(names[:MOST]) + more


CHECKS = (
    Check(
        "packages.consistent",
        "declared requirements are met",
        "What `pip check` looks at, without pip: a package beside a version that it refuses fails at import, or later.",
        consistent,
        level="quick",
        found="Requires-Dist of every package against the installed versions.",
        mend="Install again what complains: the resolver brings what it needs.",
        source="transformers refuses to be imported beside a tokenizers that it does not declare",
        causes=consistent_causes,
        repairs=repairs,
    ),
    Check(
        "packages.wanted",
        "direct dependencies are in their ranges",
        "The ranges of pyproject.toml are what the project says that it works with.",
        wanted,
        level="quick",
        found="The installed versions against pyproject.toml.",
        mend="./dev.sh setup installs what the lock has; ./dev.sh lock-update finds versions for a changed range.",
        source="Measured: uv pip install into an environment asks no pyproject.toml",
        causes=wanted_causes,
        repairs=repairs,
    ),
    Check(
        "packages.lock",
        "packages are those of the lock",
        "What is proven is what the lock names.",
        lock,
        level="quick",
        found="Installed names and versions against the lock of this machine.",
        mend="./dev.sh setup installs what the lock has.",
        source="uv sync --check looks at the same",
        causes=lock_causes,
    ),
)
