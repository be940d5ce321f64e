"""What a service of advisories knows: uv asks it, and what uv says is held against what it was to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from packaging.version import Version

from torch_starter.audits.matching import Known, rank
from torch_starter.audits.packages import Package
from torch_starter.core.facts import Unknown
from torch_starter.core.processes import Done

CANARY = Package("zipp", "3.19.0")  # of which a vulnerability is known to every service (CVE-2024-5569); its name comes last
INSTEAD = "bring an advisory file: ./dev.sh audit --advisory-db FILE"


class Dependency(msgspec.Struct, frozen=True):
    """The package that it is of."""

    name: str
    version: str


class Vulnerability(msgspec.Struct, frozen=True):
    """One vulnerability as uv tells it."""

    dependency: Dependency
    id: str
    aliases: tuple[str, ...] = ()
    summary: str | None = None
    description: str | None = None
    fix_versions: tuple[str, ...] = ()


class Summary(msgspec.Struct, frozen=True):
    """How many packages were asked for."""

    audited_packages: int


class Told(msgspec.Struct, frozen=True):
    """The answer of `uv audit --output-format json`."""

    summary: Summary
    vulnerabilities: tuple[Vulnerability, ...]


def with_canary(packages: Sequence[Package]) -> list[Package]:
    """The packages, and one more: where that is not found, the service has not looked, whatever uv says."""
    there = {(package.name, package.public) for package in packages}
    return [*packages, *([] if (CANARY.name, CANARY.public) in there else [CANARY])]


def understood(done: Done, packages: Sequence[Package]) -> list[Known]:
    """What uv found. Raises Unknown where it did not come to its end, did not ask for all, or was not answered for all.

    uv takes an answer that is empty, or too short, for one that knows of nothing.
    """
    if done.timed_out:
        raise Unknown(f"the service of advisories did not answer in {done.seconds:.0f} s")
    if done.code not in (0, 1) or not done.out.strip():
        raise Unknown(reason(done))
    try:
        told = msgspec.json.decode(done.out, type=Told)
    except msgspec.DecodeError as error:
        raise Unknown(f"what uv audit said cannot be read: {error}") from error
    asked = with_canary(packages)
    if told.summary.audited_packages != len(asked):
        raise Unknown(f"uv audit asked for {told.summary.audited_packages} of {len(asked)} packages")
    if not any(
        each.dependency.name == CANARY.name and each.dependency.version == CANARY.version for each in told.vulnerabilities
    ):
        raise Unknown(f"the service knows nothing of {CANARY.name} {CANARY.version}, of which CVE-2024-5569 is known to all")
    known = {(package.name, package.public): package for package in packages}
    found = [one(each, known) for each in told.vulnerabilities]
    mine = [each for each in found if (each.package.name, each.package.public) in known]
    return sorted(mine, key=lambda each: (each.package.name, each.id))


def one(told: Vulnerability, known: Mapping[tuple[str, str], Package]) -> Known:
    """One of them, as the file of advisories would tell it."""
    name, version = told.dependency.name, str(Version(told.dependency.version))
    package = known.get((name, version), Package(name, version))
    ids = tuple(sorted({told.id, *told.aliases}, key=rank))
    summary = told.summary or (told.description or "").strip().split("\n")[0][:120]
    return Known(package, ids, summary, fixed=tuple(told.fix_versions))


def reason(done: Done) -> str:
    """Why it could not be asked, in a line."""
    lines = [line.strip().removeprefix("error: ").removeprefix("cause: ") for line in done.err.splitlines()]
    told = [line for line in lines if line and not line.startswith(("warning:", "hint:"))]
    if "offline" in done.err:
        return "the service of advisories may not be asked: --offline, or UV_OFFLINE, is set"
    why = "; ".join(dict.fromkeys(told[1:2] + told[-1:])) or f"uv ended with {done.code}"
    return f"the service of advisories cannot be asked: {why}"
