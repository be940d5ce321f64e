"""The commands that put packages into the target or take them away."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from packaging.utils import canonicalize_name

from torch_starter.core.evidence import Evidence
from torch_starter.core.repair import Reinstall

FIX = "./dev.sh verify-setup --fix"  # it takes packages from downloads that no altered file is linked to


def reinstall(evidence: Evidence, names: Iterable[str]) -> str:
    """Install packages again in the versions that they have, past every cache: its files may be links to altered ones."""
    if evidence.ours:
        return FIX
    again = (
        "--reinstall --no-cache" if " pip install --python " in evidence.install else "--force-reinstall --no-cache-dir --no-deps"
    )
    return f"{evidence.install} {again} {pins(evidence, names)}"


def pins(evidence: Evidence, names: Iterable[str]) -> str:
    """Packages with the versions that they have, for a shell."""
    return " ".join(f"'{name}=={evidence.installed.versions[name]}'" for name in sorted(names))


def uninstall(evidence: Evidence, names: Iterable[str]) -> str:
    """Take packages away."""
    with_uv = " pip install --python " in evidence.install
    command = evidence.install.replace(" pip install", " pip uninstall", 1) + ("" if with_uv else " -y")
    return f"{command} {' '.join(sorted(names))}"


def remove(paths: Iterable[str]) -> str:
    """Remove folders."""
    return "rm -r " + " ".join(shlex.quote(path) for path in paths)


def again(evidence: Evidence, names: Iterable[str], why: str) -> Reinstall:
    """The repair that installs packages again in the versions that they have."""
    return Reinstall(tuple((name, evidence.installed.versions[name]) for name in sorted(names)), why)


def needed_by_any(evidence: Evidence) -> frozenset[str]:
    """The packages that others need, and direct dependencies."""
    others = {canonicalize_name(each.name) for needs in evidence.required.values() for each in needs}
    return frozenset(others | evidence.wanted.keys())
