"""Values of environment variables: a wrong one is mostly ignored without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.checks._spec_variables import mend, set_by_spec
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.repair import Repair, SetVariable
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.variables import Group, judged, wanted
from torch_starter.facts.interfaces import Interfaces

LONGEST = 60  # characters of a value that are shown
NCCL, GLOO = "NCCL_SOCKET_IFNAME", ("GLOO_SOCKET_IFNAME", "TP_SOCKET_IFNAME")


def values(evidence: Evidence) -> Iterator[Finding]:
    known = judged()
    here = [name for name in sorted(known) if evidence.variables.get(name)]
    found = [finding for name in here for finding in (judge(evidence, name, known[name]),) if finding is not None]
    yield from found
    if not found:
        notes = [f"{name}={evidence.variables[name]}: {known[name].says}" for name in here if is_notable(evidence, name)]
        yield Finding(
            id="variables.values",
            verdict="ok",
            title="variables have values that are read",
            seen="; ".join([f"{len(here)} of {len(known)} known variables are set", *notes]),
        )


def judge(evidence: Evidence, name: str, group: Group) -> Finding | None:
    """What is wrong with one variable, or slow; None where neither is."""
    value = evidence.variables[name]
    should_be = wanted(group, value)
    if should_be:
        return told(evidence, name, group.verdict, group.wrong, should_be)
    if not is_notable(evidence, name):
        return None
    if group.needs and group.needs not in evidence.installed.distributions:
        return told(evidence, name, "fail", f"{group.says}, which is not installed", f"{group.needs}, or unset")
    return told(evidence, name, "warn", group.says, "unset for daily work") if group.slow else None


def told(evidence: Evidence, name: str, verdict: Verdict, why: str, should_be: str) -> Finding:
    """The finding for one variable."""
    value = evidence.variables[name]
    shown = value if len(value) <= LONGEST else f"{value[:LONGEST]}..."
    return Finding(
        id=f"variables.values.{name}",
        verdict=verdict,
        title=f"{name} is read as it is meant",
        seen=f"{name}={shown}: {why}",
        wanted=should_be,
        remedy=mend(evidence, name),
        fixable=verdict == "fail" and set_by_spec(evidence, name),
    )


def is_notable(evidence: Evidence, name: str) -> bool:
    """Whether a right value is worth a word."""
    return judged()[name].is_notable(evidence.variables[name])


def stops(evidence: Evidence) -> Iterator[Cause]:
    """A wrong value that stops packages explains why they fail."""
    for name, group in judged().items():
        if group.breaks and wanted(group, evidence.variables.get(name, "")):
            yield Cause(f"variables.values.{name}", frozenset(group.breaks))


def corrections(evidence: Evidence) -> Iterator[Repair]:
    """The lines of the spec that have a wrong value go."""
    for finding in values(evidence):
        if finding.fixable:
            name = finding.id.rpartition(".")[2]
            yield SetVariable(name, evidence.spec.variables[name], None, judged()[name].wrong)


def lost_interfaces(evidence: Evidence) -> Iterator[Cause]:
    """An interface that is not here explains what a job's processes say when they look for it."""
    for finding in interfaces(evidence):
        if finding.verdict == "fail":
            name = finding.id.rpartition(".")[2]
            yield Cause(
                finding.id,
                sign=rf"(?i)unable to find (address|interface)|no such interface|{re.escape(evidence.variables[name])}",
            )


def interfaces(evidence: Evidence) -> Iterator[Finding]:
    title = "processes of a job find each other by an interface that is here"
    given = [name for name in (NCCL, *GLOO) if evidence.variables.get(name)]
    if not given:
        yield Finding(id="variables.interfaces", verdict="ok", title=title, seen="none is named: libraries choose one")
        return
    here = evidence.facts[Interfaces].names
    for name in given:
        value = evidence.variables[name]
        good = matches_nccl(value, here) if name == NCCL else all(word.strip() in here for word in value.split(","))
        yield Finding(
            id=f"variables.interfaces.{name}",
            verdict="ok" if good else "fail",
            title=title,
            seen=f"{name}={value}",
            wanted="" if good else f"one of {', '.join(here)}",
            remedy="" if good else mend(evidence, name),
        )


def matches_nccl(value: str, here: tuple[str, ...]) -> bool:
    """Whether NCCL finds an interface by such a value: beginnings of names, whole names after =, and after ^ what is left out."""
    left_out, exact = value.startswith("^"), value.lstrip("^").startswith("=")
    words = [word.partition(":")[0] for word in value.lstrip("^=").split(",") if word]
    named = {name for name in here if any(name == word if exact else name.startswith(word) for word in words)}
    return bool(set(here) - named if left_out else named)


CHECKS = (
    Check(
        "variables.values",
        "variables have values that are read",
        "A wrong value stops a library, or is silently ignored: OMP_NUM_THREADS=abc gives as many threads as processors.",
        values,
        level="quick",
        found="Every variable that is set against a table of how the programs read it (core/variables.toml).",
        mend="Unset it or correct it where it is set; --fix takes it out of [variables] of torch-starter.toml.",
        source="The manual or the source that the table names for each; many were measured",
        causes=stops,
        repairs=corrections,
    ),
    Check(
        "variables.interfaces",
        "network interfaces that variables name",
        "NCCL and Gloo stop or hang where the interface that they are told to use is not on this machine.",
        interfaces,
        level="quick",
        found="The names in NCCL_SOCKET_IFNAME, GLOO_SOCKET_IFNAME and TP_SOCKET_IFNAME against the machine's interfaces.",
        mend="Unset the variable, or name an interface that is here: ip link.",
        source="nccl#473; measured: Gloo raises `Unable to find address for`",
        causes=lost_interfaces,
    ),
)
