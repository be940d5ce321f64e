"""What changed since an environment last passed: a snapshot is kept at each pass, and held against the next look."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Fact, Unknown
from torch_starter.core.files import DiskProblem
from torch_starter.core.report import Report
from torch_starter.core.secrets import has_token
from torch_starter.core.snapshot import Snapshot, differences
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.limits import Limits
from torch_starter.facts.memory import Memory
from torch_starter.facts.system import System
from torch_starter.verbs._gather import Subject

KINDS: tuple[type[Fact], ...] = (System, Cpu, Memory, Limits, Gpu)
VARYING = re.compile(r"available|free|used|current|oom|health|temperature")  # other at each look, and no change of the machine
FAMILIES = re.compile(
    r"(TORCH|PYTORCH|CUDA|CUDNN|CUBLAS|NCCL|GLOO|NVIDIA|OMP|GOMP|MKL|KMP|OPENBLAS|NUMEXPR|TRITON|HF|HUGGINGFACE|TRANSFORMERS"
    r"|TOKENIZERS|DATASETS|WANDB|LD|PYTHON|UV|PIP|MALLOC|XDG|TMPDIR|VIRTUAL_ENV|CONDA|HTTPS?_PROXY|NO_PROXY|SSL)(_|$|[A-Z])"
)
OURS = "TORCH_STARTER_"  # says how the program was called
SECRET = re.compile(r"TOKEN|KEY|SECRET|PASS|CREDENTIAL|AUTH|PROXY|INDEX|URL")


def take(evidence: Evidence) -> Snapshot:
    """The snapshot of what was looked at."""
    return Snapshot(
        passed_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        machine={**dict(machine_words(evidence)), "python": evidence.interpreter.version},
        packages=evidence.installed.versions,
        digests=dict(evidence.files.digests),
        variables={
            name: shown(name, value)
            for name, value in evidence.user_variables.items()
            if FAMILIES.match(name) and not name.startswith(OURS)
        },
    )


def machine_words(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Each field of the facts that stays as it is as long as nobody changes the machine."""
    for kind in KINDS:
        try:
            fields = msgspec.to_builtins(evidence.facts[kind])
        except (Absent, Unknown) as reason:
            yield kind.key, f"none: {reason}"
            continue
        for name, value in fields.items():
            if not VARYING.search(name):
                yield f"{kind.key} {name}", VARYING_DEVICE.sub("", str(value)) if kind is Gpu else str(value)


VARYING_DEVICE = re.compile(r"'[a-z_]*(?:used|free|temperature|throttle)[a-z_]*': [^,}]+,? ?")


def shown(name: str, value: str) -> str:
    """A variable's value, or where it may be a secret a digest that only tells whether it changed."""
    return f"sha256 {hashlib.sha256(value.encode()).hexdigest()[:12]}" if SECRET.search(name) or has_token(value) else value


def tell(ask: Ask, subject: Subject, evidence: Evidence, report: Report, partly: bool) -> None:
    """Put what changed since the last pass into a report where that was asked for, or where it failed; remember a pass.

    A look at a part of the checks is no pass.
    """
    before = kept(ask, subject)
    changes = differences(before, take(evidence)) if before else []
    if ask.flag("since-last"):
        report.changes += changes
        when = (
            f"since it last passed, {before.passed_at}"
            if before
            else "it has not passed here before: there is nothing to compare"
        )
        report.notes.append(f"{len(changes)} changes {when}." if before else f"{when.capitalize()}.")
    elif changes and report.exit_code == 1:
        many = "1 thing" if len(changes) == 1 else f"{len(changes)} things"
        report.notes.append(f"{many} changed since it last passed: ./dev.sh verify-setup --since-last")
    if report.exit_code == 0 and not partly:
        keep(ask, subject, evidence)


def path(ask: Ask, subject: Subject) -> Path:
    """Where the snapshot of a target is kept: one for ours, whatever folder it is in, and one for each other interpreter."""
    name = "ours" if subject.environment else hashlib.sha256(str(subject.python).encode()).hexdigest()[:16]
    return ask.project.state / "passed" / f"{name}.json"


def keep(ask: Ask, subject: Subject, evidence: Evidence) -> None:
    """Remember that a target passed; where that cannot be kept, it has passed all the same."""
    with contextlib.suppress(DiskProblem):
        ask.machine.files.write(path(ask, subject), msgspec.json.encode(take(evidence)).decode())


def kept(ask: Ask, subject: Subject) -> Snapshot | None:
    """The snapshot of the last pass; None where there is none that can be read."""
    text = ask.machine.files.read(path(ask, subject))
    try:
        return msgspec.json.decode(text, type=Snapshot) if text else None
    except msgspec.DecodeError:
        return None
