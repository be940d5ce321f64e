"""Whether the installed torch is one for the GPUs that are here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.version import Version

from torch_starter.checks.gpu import NO_NODES, not_given
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.fitting import Host, none_fits
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.system import System

BUILD = "gpu.build"
AUTO = "./dev.sh setup --accelerator auto"
ON_CPU = "this environment is one for the CPU, and a build for GPUs would fit"


def build(evidence: Evidence) -> Iterator[Finding]:
    """A build for the CPU beside a GPU is the commonest mistake of all."""
    found, title = evidence.facts[Gpu], "the installed torch is one for GPUs"
    torch = evidence.installed.distributions.get("torch")
    if torch is None or not_given(evidence, found):
        seen = NO_NODES if torch else "torch is not installed"
        yield Finding(id="gpu.build", verdict="skip", title=title, seen=seen)
        return
    chosen = for_the_cpu(evidence, found)
    verdict: Verdict = "fail" if torch.flavour == "cpu" else "ok"
    if chosen:
        verdict = "warn" if chosen == ON_CPU else "skip"
    built = f"torch {torch.version}, built for {torch.flavour or 'an unknown CUDA'}; {len(found.devices)} GPUs here"
    wrong = verdict in ("warn", "fail")
    yield Finding(
        id="gpu.build",
        verdict=verdict,
        title=title,
        seen=f"{built}: {chosen}" if chosen else built,
        wanted="a CUDA build" if wrong else "",
        remedy=remedy(evidence) if wrong else "",
    )


def for_the_cpu(evidence: Evidence, found: Gpu) -> str:
    """Why an environment of ours is for the CPU on purpose: set-up found no build that fits, or was asked; else empty."""
    if not evidence.ours or evidence.accelerator != "cpu":
        return ""
    capabilities = tuple(device.capability for device in found.devices if device.capability)
    return none_fits(evidence.spec, Host(evidence.facts[System].architecture, found.driver, capabilities)) or ON_CPU


def remedy(evidence: Evidence) -> str:
    return AUTO if evidence.ours else f"{evidence.install} --reinstall torch, from the index of a CUDA build"


def capability(evidence: Evidence) -> Iterator[Finding]:
    """A wheel has kernels for some compute capabilities only: on others the first operation fails."""
    found, title = evidence.facts[Gpu], "the build has kernels for every GPU"
    architectures = [str(each) for each in evidence.value(BUILD).get("architectures", ())]
    have = {device.name: device.capability for device in found.devices if device.capability}
    bounds = evidence.spec.accelerators.get(evidence.accelerator) if evidence.ours else None
    limits = bounds.capability if bounds else None
    if not have or not (architectures or limits):
        seen = "the build's compute capabilities are not known" if have else "no GPU tells its compute capability"
        yield Finding(id="gpu.capability", verdict="skip", title=title, seen=seen)
        return
    if architectures:
        told = {name: runs_by(each, architectures) for name, each in have.items()}
        wanted = f"one of {', '.join(architectures)}"
    else:
        low, high = limits or ("0", "0")
        inside = f"between {low} and {high}"
        told = {name: inside if Version(low) <= Version(each) <= Version(high) else "" for name, each in have.items()}
        wanted = f"{low} to {high} for {evidence.accelerator}"
    missing = [name for name, by in told.items() if not by]
    yield Finding(
        id="gpu.capability",
        verdict="fail" if missing else "ok",
        title=title,
        seen=", ".join(f"{name}: {have[name]} {by or 'has no kernels'}" for name, by in told.items()),
        wanted=wanted if missing else "",
        remedy=(AUTO if evidence.ours else f"install a torch whose build has kernels for {have[missing[0]]}") if missing else "",
    )


def runs_by(capability: str, architectures: Iterable[str]) -> str:
    """By which of a build's architectures a GPU runs its kernels; empty where by none. Machine code comes first."""
    fitting = [each for each in architectures if serves(each, capability)]
    code = [each for each in fitting if each.startswith("sm_")]
    if code:
        return f"by {code[-1]}"
    return f"by PTX of {fitting[-1]}, compiled at each kernel's first use" if fitting else ""


def serves(architecture: str, capability: str) -> bool:
    """Machine code runs on its major version from its minor one on, PTX on all that are newer; "a" is for one alone."""
    found = re.fullmatch(r"(sm|compute)_(\d+)(\d)([af]?)", architecture)
    if found is None:
        return False
    major, minor = (int(part) for part in capability.split("."))
    built = (int(found[2]), int(found[3]))
    if found[4] == "a":
        return built == (major, minor)
    if found[1] == "sm" or found[4] == "f":
        return built[0] == major and built[1] <= minor
    return built <= (major, minor)


def probes(evidence: Evidence) -> Iterator[str]:
    try:
        if evidence.facts[Gpu].devices:
            yield BUILD
    except (Absent, Unknown):
        return


CHECKS = (
    Check(
        "gpu.build",
        "a build for GPUs",
        "A CPU build beside a GPU trains slowly and says nothing.",
        build,
        level="quick",
        found="What torch's wheel says that it was built for, beside the driver's GPUs and the spec's builds for them.",
        mend="./dev.sh setup --accelerator auto, or torch from the index of a CUDA build.",
        source="uv#17236",
    ),
    Check(
        "gpu.capability",
        "kernels for each GPU",
        "A wheel has kernels for some compute capabilities only; on others: no kernel image is available.",
        capability,
        dynamic_probes=probes,
        found="The compute capability of each GPU against the architectures that torch was built with, PTX included.",
        mend="A build of torch that covers the GPU.",
        source="pytorch#167244 (too new a GPU), ComfyUI#16438 (too old a one)",
    ),
)
