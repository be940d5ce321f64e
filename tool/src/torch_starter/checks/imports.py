"""Every direct dependency, imported and used by a small real operation."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

from torch_starter import probes
from torch_starter.checks._absent import can_be_installed, repairs, told_by
from torch_starter.checks._answers import from_answer
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding

IMPORT_TORCH = "import torch"
LESS_OBVIOUS = {"scikit-learn": "sklearn", "pytest-cov": "pytest_cov", "detect-secrets": "detect_secrets"}


@cache
def uses() -> dict[str, str]:
    """Distribution -> probe, of every function in probes/ that is called use_<distribution>."""
    found = {}
    for info in pkgutil.iter_modules(probes.__path__):
        module = importlib.import_module(f"torch_starter.probes.{info.name}")
        for name in vars(module):
            if name.startswith("use_"):
                found[name.removeprefix("use_").replace("_", "-")] = f"{info.name}.{name}"
    return found


def module_of(name: str, evidence: Evidence) -> str:
    """The module to import for a distribution; empty where it has none, as a program in a wheel."""
    modules = evidence.installed.distributions[name].modules
    guess = LESS_OBVIOUS.get(name, name.replace("-", "_"))
    if guess in modules or not modules:
        return guess if modules else ""
    public = [module for module in modules if not module.startswith("_")]
    return public[0] if public else ""


def probe_of(name: str, evidence: Evidence) -> str:
    """The probe of a direct dependency: its import, and its use where we have one. Empty where there is nothing to start."""
    module, use = module_of(name, evidence), uses().get(name, "")
    return f"{use}@{module}" if module else use


def import_of(name: str, evidence: Evidence) -> str:
    """The probe that imports it in a process of its own: that of its use, but where several uses share a process."""
    file = uses().get(name, "").partition(".")[0]
    in_turn = bool(file) and getattr(importlib.import_module(f"torch_starter.probes.{file}"), "IN_TURN", False)
    module = module_of(name, evidence)
    return f"{file}.@{module}" if in_turn and module else probe_of(name, evidence)


def present(evidence: Evidence) -> Iterator[tuple[str, bool]]:
    """Each direct dependency, and whether it is installed."""
    for name in evidence.wanted:
        yield name, name in evidence.installed.distributions


def all_probes(evidence: Evidence) -> Iterator[str]:
    for name, there in present(evidence):
        if there and probe_of(name, evidence):
            yield from dict.fromkeys((import_of(name, evidence), probe_of(name, evidence)))


def imports(evidence: Evidence) -> Iterator[Finding]:
    for name, there in present(evidence):
        id, title = f"imports.{name}", f"{name} can be imported"
        if not there:
            yield absent(id, title, name, evidence)
            continue
        if not module_of(name, evidence):
            yield Finding(id=id, verdict="skip", title=title, seen=f"{name} is a program, not a module")
            continue
        answer = evidence.answers.get(IMPORT_TORCH if name == "torch" else import_of(name, evidence))
        if answer is not None and not answer.ok and answer.stage == "use":
            yield Finding(id=id, verdict="ok", title=title, seconds=round(answer.import_seconds, 3))
        else:
            yield quiet(id, title, name, evidence, answer)


def absent(id: str, title: str, name: str, evidence: Evidence) -> Finding:
    """A direct dependency that is not installed: wrong in an environment of ours, and for torch in any."""
    if not (evidence.ours or name == "torch"):
        return Finding(id=id, verdict="skip", title=title, seen=f"{name} is not installed")
    by = told_by(evidence)
    if by[name] != name:
        return Finding(id=id, verdict="skip", title=title, seen=f"see imports.{by[name]}")
    told = [other for other in by if by[other] == name]
    extra = evidence.extra_of.get(name, "")
    return Finding(
        id=id,
        verdict="fail",
        title=title,
        seen=f"nothing of the extra {extra} is installed: {', '.join(told)}" if told[1:] else f"{name} is not installed",
        remedy=f"./dev.sh setup{f' --extra {extra}' if extra else ''}" if evidence.ours else install_torch(evidence),
        fixable=can_be_installed(evidence, name),
    )


def install_torch(evidence: Evidence) -> str:
    """The command that puts torch into somebody else's environment."""
    return f"{evidence.install} 'torch=={evidence.locked.get('torch', '')}'"


def quiet(id: str, title: str, name: str, evidence: Evidence, answer: Answer | None) -> Finding:
    """The finding of an import; one that prints is a warning, since it breaks whoever reads a program's output."""
    if answer and answer.ok and printed(name, answer):
        told = answer.out.strip().splitlines() or [""]
        others = {each for each, other in import_answers(evidence) if printed(each, other)} - {name}
        if sources := sorted(evidence.needs([name]) & others):
            return Finding(id=id, verdict="skip", title=title, seen=f"see imports.{sources[0]}")
        return Finding(
            id=id,
            verdict="warn",
            title=f"importing {name} prints nothing",
            seen=f"it prints to stdout: {told[0][:100]}",
            remedy=reinstall(name, evidence),
        )
    finding = from_answer(id, title, evidence, answer, reinstall(name, evidence), [name])
    version = evidence.installed.versions[name]
    if finding.verdict != "ok" or answer is None:
        return finding
    return Finding(id=id, verdict="ok", title=title, seen=version, seconds=round(answer.import_seconds or answer.seconds, 3))


def printed(name: str, answer: Answer) -> int:
    """How much an import printed to stdout, in bytes."""
    return answer.import_bytes or (len(answer.out) if name == "torch" else 0)


def reinstall(name: str, evidence: Evidence) -> str:
    """The command that puts a package back as it was proven."""
    if evidence.ours:
        return "./dev.sh setup --rebuild"
    pin = f"'{name}=={evidence.locked[name]}'" if name in evidence.locked else name
    return f"{evidence.install} --reinstall {pin}"


def used(evidence: Evidence) -> Iterator[Finding]:
    for name, there in present(evidence):
        if not there or name not in uses():
            continue
        id, title = f"uses.{name}", f"{name} does a small real operation"
        answer, importing = (evidence.answers.get(probe(name, evidence)) for probe in (probe_of, import_of))
        if importing is not None and not importing.ok and importing.stage == "import" and module_of(name, evidence):
            yield Finding(id=id, verdict="skip", title=title, seen=f"see imports.{name}")
        else:
            yield from_answer(id, title, evidence, answer, reinstall(name, evidence), [name])


def failed_imports(evidence: Evidence) -> Iterator[Cause]:
    """A package that cannot be imported explains why what needs it fails; one whose own failure is explained does not."""
    by = {name: other for name, other in told_by(evidence).items() if evidence.ours or name == "torch"}
    roots = [Cause(f"imports.{one}", frozenset(name for name in by if by[name] == one)) for one in dict.fromkeys(by.values())]
    failing = [(name, answer) for name, answer in import_answers(evidence) if answer.stage == "import" and not answer.ok]
    for name, answer in sorted(failing, key=lambda pair: len(evidence.needs([pair[0]]))):
        if not any(cause.explains(answer, evidence.needs([name])) for cause in roots):
            module = re.escape(module_of(name, evidence))
            roots.append(Cause(f"imports.{name}", frozenset({name}), rf"site-packages/{module}[/.]"))
    yield from roots


def import_answers(evidence: Evidence) -> Iterator[tuple[str, Answer]]:
    """Each direct dependency that is there, and the answer of the probe that imported it."""
    for name, there in present(evidence):
        answer = evidence.answers.get(IMPORT_TORCH if name == "torch" else import_of(name, evidence)) if there else None
        if answer is not None and module_of(name, evidence):
            yield name, answer


CHECKS = (
    Check(
        "imports",
        "direct dependencies can be imported",
        "What is installed and locked may still not load: a wrong library, another release beside it, a file that is not whole.",
        imports,
        dynamic_probes=all_probes,
        found="Each is imported in the environment, in a process beside the others; its output and its end are watched.",
        mend="./dev.sh setup --rebuild, or install the package again.",
        source="The 25 commonest failures of such environments begin with an import",
        causes=failed_imports,
        repairs=repairs,
    ),
    Check(
        "uses",
        "direct dependencies work",
        "Many faults pass the import and show in the first operation: compiled parts, optional parts, plugins.",
        used,
        dynamic_probes=all_probes,
        found="A small operation of each with an answer that is known beforehand (probes/).",
        mend="./dev.sh setup --rebuild, or install the package again.",
        source="Measured: transformers 4.52 with accelerate 0.34 imports well, and its Trainer fails",
    ),
)
