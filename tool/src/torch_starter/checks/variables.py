"""The variables that common advice sets, and what they really do. Reasons and proofs are in docs/decisions/."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.variables import THREADS, names_gpus
from torch_starter.facts.cpu import Cpu


def visible(evidence: Evidence) -> Iterator[Finding]:
    value = evidence.variables.get("CUDA_VISIBLE_DEVICES")
    good = value is None or names_gpus(value)
    hidden = value in ("", "-1")
    yield verdict(
        "variables.cuda-visible-devices",
        "CUDA_VISIBLE_DEVICES hides no GPU by mistake",
        "ok" if good else "warn" if hidden else "fail",
        "unset: all GPUs" if value is None else f"CUDA_VISIBLE_DEVICES={value!r}" + ("" if good else ": every GPU is hidden"),
        "" if good else "unset for all GPUs, else numbers such as 0,1 (`all` belongs into NVIDIA_VISIBLE_DEVICES)",
        "" if good else "unset CUDA_VISIBLE_DEVICES",
    )


def unread(evidence: Evidence) -> Iterator[Finding]:
    value = evidence.variables.get("TORCH_NUM_THREADS")
    yield verdict(
        "variables.torch-num-threads",
        "TORCH_NUM_THREADS, which nothing reads, is not relied on",
        "ok" if value is None else "warn",
        "unset" if value is None else f"TORCH_NUM_THREADS={value}: PyTorch does not read it",
        "" if value is None else "OMP_NUM_THREADS and MKL_NUM_THREADS",
        "" if value is None else "unset TORCH_NUM_THREADS; set [threads] count in torch-starter.toml",
    )


def threads(evidence: Evidence) -> Iterator[Finding]:
    # what a user exports stands for all four: then his own are shown, else those of the spec
    source = evidence.user_variables if any(name in evidence.user_variables for name in THREADS) else evidence.variables
    given = {name: source[name] for name in THREADS if name in source}
    wrong = [name for name, value in given.items() if not re.fullmatch(r"[1-9][0-9]*(,[1-9][0-9]*)*", value.strip())]
    differ = len(set(given.values())) > 1
    told = ", ".join(f"{name}={value}" for name, value in given.items()) or "none is set: libraries take every CPU that they see"
    yield verdict(
        "variables.threads",
        "OMP, MKL, OPENBLAS and NUMEXPR threads agree",
        "fail" if wrong else "warn" if differ else "ok",
        told,
        "whole numbers: others are silently ignored" if wrong else "one number: in torch MKL's wins over OMP's" if differ else "",
        f"unset {' '.join(wrong or given)}; [threads] in torch-starter.toml sets them together" if wrong or differ else "",
    )


def oversubscribed(evidence: Evidence) -> Iterator[Finding]:
    usable = evidence.facts[Cpu].usable
    given = [(name, re.match(r"\s*(\d+)", evidence.variables.get(name, ""))) for name in THREADS]
    many = [f"{name}={found[1]}" for name, found in given if found and int(found[1]) > usable]
    yield verdict(
        "variables.oversubscription",
        "no library starts more threads than there are processors",
        "warn" if many else "ok",
        f"{', '.join(many)} on {usable} processors" if many else f"{usable} processors may be used",
        f"{usable} or less: more was measured to take 4 times the time" if many else "",
        f"unset {' '.join(each.partition('=')[0] for each in many)}; [threads] in torch-starter.toml sets them" if many else "",
    )


def transformers_cache(evidence: Evidence) -> Iterator[Finding]:
    value = evidence.variables.get("TRANSFORMERS_CACHE")
    yield verdict(
        "variables.transformers-cache",
        "models are cached where HF_HOME says",
        "ok" if value is None else "warn",
        "TRANSFORMERS_CACHE is unset" if value is None else f"TRANSFORMERS_CACHE={value}: deprecated, and it splits the cache",
        "" if value is None else "HF_HOME alone",
        "" if value is None else "unset TRANSFORMERS_CACHE",
    )


def allocator(evidence: Evidence) -> Iterator[Finding]:
    old, new = (evidence.variables.get(name) for name in ("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF"))
    both = bool(old and new and old != new)
    yield verdict(
        "variables.allocator",
        "the allocator is configured under one name",
        "warn" if both else "ok",
        f"PYTORCH_CUDA_ALLOC_CONF={old} and PYTORCH_ALLOC_CONF={new}" if both else new or old or "unset: PyTorch's own settings",
        "one of them: the older name wins, and the newer is unknown to old releases" if both else "",
        "unset PYTORCH_ALLOC_CONF" if both else "",
    )


def hash_seed(evidence: Evidence) -> Iterator[Finding]:
    value = evidence.variables.get("PYTHONHASHSEED", "random")
    good = value == "random" or (value.isdigit() and int(value) < 2**32)
    yield verdict(
        "variables.pythonhashseed",
        "PYTHONHASHSEED is `random` or a number",
        "ok" if good else "fail",
        value,
        "" if good else "random, or a whole number below 4294967296: Python does not start with another",
        "" if good else "unset PYTHONHASHSEED",
    )


def verdict(id: str, title: str, verdict: Verdict, seen: str, wanted: str, remedy: str) -> Finding:
    """A finding of this file."""
    return Finding(id=id, title=title, verdict=verdict, seen=seen, wanted=wanted, remedy=remedy)


CHECKS = (
    Check(
        "variables.cuda-visible-devices",
        "CUDA_VISIBLE_DEVICES",
        "One wrong word in it hides every GPU.",
        visible,
        level="quick",
        found="Its value against what the driver reads: numbers, or the identifiers of GPUs.",
        mend="Unset it, or list numbers such as 0,1.",
        source="The CUDA C++ programming guide",
    ),
    Check(
        "variables.torch-num-threads",
        "TORCH_NUM_THREADS",
        "It is often set and never read.",
        unread,
        level="quick",
        found="Whether it is set.",
        mend="Set OMP_NUM_THREADS and MKL_NUM_THREADS, or [threads] in torch-starter.toml.",
        source="Measured: no library of torch's wheels holds the name",
    ),
    Check(
        "variables.threads",
        "thread counts agree",
        "In torch MKL's number wins over OMP's, and what is no number is silently ignored.",
        threads,
        level="quick",
        found="The four variables against each other, and whether each is a whole number.",
        mend="Unset them: [threads] in torch-starter.toml sets them together.",
        source="Measured: OMP_NUM_THREADS=abc gives as many threads as processors",
    ),
    Check(
        "variables.oversubscription",
        "not more threads than processors",
        "Threads that wait for each other's processor take longer than fewer threads.",
        oversubscribed,
        level="quick",
        found="The four thread counts against the processors that affinity and quota leave.",
        mend="Unset them: [threads] in torch-starter.toml counts the processors.",
        source="pytorch#193859; measured: 4 times the time with twice the threads",
    ),
    Check(
        "variables.transformers-cache",
        "TRANSFORMERS_CACHE",
        "Deprecated in favour of HF_HOME.",
        transformers_cache,
        level="quick",
        found="Whether it is set.",
        mend="Unset it, and set HF_HOME.",
        source="The source of transformers (utils/hub.py)",
    ),
    Check(
        "variables.allocator",
        "the allocator's variable",
        "It was renamed between versions of torch.",
        allocator,
        level="quick",
        found="Whether the old and the new name have different values.",
        mend="Set one of them, or [allocator] in torch-starter.toml.",
        source="Measured: torch 2.10 reads both names, 2.6 the older alone",
    ),
    Check(
        "variables.pythonhashseed",
        "PYTHONHASHSEED",
        "A wrong value stops every Python.",
        hash_seed,
        level="quick",
        found="Whether it is `random` or a whole number below 4294967296.",
        mend="Unset it.",
        source="Measured: Python 3.12 with PYTHONHASHSEED=abc",
    ),
)
