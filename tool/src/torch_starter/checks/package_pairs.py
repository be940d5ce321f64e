"""Packages that a resolver puts together and that do not work together."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.knowledge import Break, knowledge, torch_release
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding

TRIO = ("torch", "torchvision", "torchaudio")


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
            about=(companion, "torch"),
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
            about=(each.package, each.beside),
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


def met_breaks(evidence: Evidence) -> list[Break]:
    """The undeclared breaks that the target has."""
    return [each for each in knowledge().breaks if each.met_by(evidence.installed.versions)]


def pair_mismatch(evidence: Evidence, companion: str) -> str:
    """Why torchvision or torchaudio does not belong to the installed torch, in words; empty where it does.

    The table of known releases decides, then what the wheels were built with: torchaudio refuses another CUDA altogether,
    torchvision another major version of it.
    """
    distributions = evidence.installed.distributions
    torch, other = distributions.get("torch"), distributions.get(companion)
    if torch is None or other is None:
        return ""
    row = torch_release(torch.version)
    wanted = getattr(row, companion) if row else None
    told = f"{companion} {other.version} ({other.flavour or 'flavour unknown'}) with torch {torch.version} ({torch.flavour})"
    if wanted and wanted != "none" and not other.version.startswith(f"{wanted}."):
        return told
    if not torch.flavour or not other.flavour or torch.flavour == other.flavour:
        return ""
    same_major = torch.flavour[:4] == other.flavour[:4]  # cu13 of cu130 and cu132
    return "" if companion == "torchvision" and same_major else told


def mismatches(evidence: Evidence) -> Iterator[Cause]:
    """What does not belong to the installed torch explains why it fails."""
    for companion in TRIO[1:]:
        if pair_mismatch(evidence, companion):
            yield Cause(f"packages.trio.{companion}", frozenset({companion}), rf"\b{companion}\b")


def known_breaks(evidence: Evidence) -> Iterator[Cause]:
    """A break is known by its sign: what fails otherwise has another reason."""
    for each in met_breaks(evidence):
        yield Cause(f"packages.breaks.{each.package}", sign=each.sign)


CHECKS = (
    Check(
        "packages.trio",
        "torchvision and torchaudio fit torch",
        "Release line and CUDA of the three must agree; torchaudio declares neither, and the resolver is content.",
        trio,
        level="quick",
        found="The versions against a table of released wheels, then the CUDA that each wheel's version.py names.",
        mend="Install the three from one index together, or ./dev.sh setup --rebuild.",
        source="pytorch#157648, vision#8985; measured: torchaudio 2.11.0 refuses torch 2.15",
        causes=mismatches,
    ),
    Check(
        "packages.breaks",
        "no undeclared break",
        "Pairs that a resolver accepts and that do not work: no metadata declares them.",
        breaks,
        level="quick",
        found="Both versions against the table of breaks that were measured (core/knowledge.toml).",
        mend="Install the version that the lock has proven, or ./dev.sh setup --rebuild.",
        source="Measured: pyarrow 26 with NumPy 1, transformers 4.52 with accelerate 0.34",
        causes=known_breaks,
    ),
)
