"""Who owns what: several packages that bring one file, two families of CUDA libraries, conda beside pip."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from torch_starter.checks._mending import needed_by_any, uninstall
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

CODE = re.compile(r"\.(py|pyd|so(\.\d+)*|dylib)$")
COMMON = re.compile(
    r"/(site|dist)-packages/((tests?|docs?|examples?|scripts|benchmarks)/|[^/]*(LICENSE|README)|conftest\.py|setup\.py)"
)
SEEDED = {"pip", "setuptools", "wheel"}
FAMILY = re.compile(r"^(nvidia-.+?)(-cu\d+)?$")


def providers(evidence: Evidence) -> Iterator[Finding]:
    title = "no two packages write the same module"
    met = rivals(evidence)
    if not met:
        yield Finding(id="packages.providers", verdict="ok", title=title)
        return
    told = [f"{' and '.join(names)} both bring {paths[0]} ({len(paths)} files)" for names, paths in met.items()]
    names = sorted({name for each in met for name in each})
    first = next(iter(met))
    yield Finding(
        id="packages.providers",
        verdict="fail",
        title=title,
        seen="; ".join(told),
        wanted="one of them: what is imported is whichever was installed last, or a mixture",
        remedy=f"{uninstall(evidence, first)}; then install the one that you mean"
        if not evidence.ours
        else f"keep one of {', '.join(names)} in pyproject.toml, then ./dev.sh lock-update",
    )


def rivals(evidence: Evidence) -> dict[tuple[str, ...], list[str]]:
    """Packages -> the files of code that each of them brings with other contents."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path, names in sorted(evidence.files.claimed.items()):
        if CODE.search(path) and not COMMON.search(path):
            found[names].append(re.sub(r"^.*/(site|dist)-packages/", "", path))
    return dict(found)


def provider_causes(evidence: Evidence) -> Iterator[Cause]:
    if names := {name for each in rivals(evidence) for name in each}:
        yield Cause("packages.providers", frozenset(names))


def families(evidence: Evidence) -> Iterator[Finding]:
    """Two families beside each other are well where packages need both; what nothing needs is left from a change of torch."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in evidence.installed.distributions:
        if match := FAMILY.match(name):
            found[match[1]].append(name)
    needed = needed_by_any(evidence)
    fought = {name for each in rivals(evidence) for name in each}
    several = {component: sorted(names) for component, names in found.items() if len(names) > 1 and not fought & set(names)}
    left = sorted(name for names in several.values() for name in names if name not in needed)
    yield Finding(
        id="packages.cuda-families",
        verdict="warn" if left else "ok",
        title="the CUDA libraries are of one family",
        seen=f"nothing needs {', '.join(left)}: left from another CUDA"
        if left
        else f"{len(several)} in two families, each needed"
        if several
        else "",
        wanted="one copy of each library: which one is loaded depends on paths and order" if left else "",
        remedy=uninstall(evidence, left) if left else "",
    )


def conda(evidence: Evidence) -> Iterator[Finding]:
    title = "conda and pip do not both own a package"
    owned = evidence.installed.conda
    if owned is None:
        yield Finding(id="packages.conda", verdict="skip", title=title, seen="not an environment of conda's")
        return
    names = {"torch" if name == "pytorch" else name: version for name, version in owned.items()}
    both = [
        f"{name} {each.version} by {each.installer}, {names[name]} by conda"
        for name, each in sorted(evidence.installed.distributions.items())
        if name in names and name not in SEEDED and each.installer not in ("", "conda")
    ]
    yield Finding(
        id="packages.conda",
        verdict="fail" if both else "ok",
        title=title,
        seen="; ".join(both) if both else f"{len(owned)} packages of conda's",
        wanted="one owner: conda's next change writes over the other's files" if both else "",
        remedy="make the environment anew, with these packages from one of the two" if both else "",
    )


CHECKS = (
    Check(
        "packages.providers",
        "a module comes from one package",
        "Two packages that write the same file: what is imported is whichever came last, or a mixture of both.",
        providers,
        level="quick",
        reads=("files",),
        found="Files of code that several RECORDs name with different hashes.",
        mend="Uninstall all of them, then install one.",
        source="opencv-python beside opencv-python-headless, whose makers say that only one may be installed",
        causes=provider_causes,
    ),
    Check(
        "packages.cuda-families",
        "one family of CUDA libraries",
        "nvidia-*-cu12 beside the same library for CUDA 13: gigabytes for nothing, and a wrong one may be loaded.",
        families,
        level="quick",
        reads=("files",),
        found="Installed nvidia-* packages of one name with different suffixes, of which nothing needs one.",
        mend="Uninstall those that nothing needs.",
        source="Measured: pip leaves the libraries of the old torch when a torch for another CUDA is installed",
    ),
    Check(
        "packages.conda",
        "one owner in a conda environment",
        "pip over a package of conda's: both believe that it is theirs, and the next change mixes their files.",
        conda,
        level="quick",
        found="conda-meta against the installers that the packages' metadata name.",
        mend="Make the environment anew, with each package from one of the two.",
        source="conda's manual, Using pip in an environment",
    ),
)
