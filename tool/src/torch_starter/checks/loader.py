"""Shared libraries: whether programs get those of the environment, or others of the same name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from torch_starter.checks._answers import from_answer, what_happened
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

PATH_PROBE = "loader.library_path"
MAPPED_PROBE = "loader.mapped"
NOT_PRELOADED = re.compile(r"object '([^']+)' from LD_PRELOAD cannot be preloaded")
MIXED = r"undefined symbol|cuDNN version incompatib|__nvJitLink|file too short|invalid ELF header"
RUNTIMES = {"gomp": "GNU's", "iomp5": "Intel's", "omp": "LLVM's"}


def preload(evidence: Evidence) -> Iterator[Finding]:
    value = evidence.variables.get("LD_PRELOAD", "")
    refused = list(dict.fromkeys(NOT_PRELOADED.findall(evidence.start_noise)))
    yield Finding(
        id="loader.preload",
        verdict="fail" if refused else "ok",
        title="what LD_PRELOAD names can be loaded",
        seen=f"the loader cannot load {', '.join(refused)}" if refused else value or "LD_PRELOAD is unset",
        wanted="a library that is there: without it every program complains, and the allocator is not the one that is meant"
        if refused
        else "",
        remedy="unset LD_PRELOAD" if refused else "",
    )


def set_path(evidence: Evidence) -> Iterator[str]:
    """The probe, where there is something to look at."""
    if evidence.variables.get("LD_LIBRARY_PATH"):
        yield PATH_PROBE


def library_path(evidence: Evidence) -> Iterator[Finding]:
    id, title = "loader.library-path", "LD_LIBRARY_PATH hides no library of the environment"
    if not evidence.variables.get("LD_LIBRARY_PATH"):
        yield Finding(id=id, verdict="ok", title=title, seen="LD_LIBRARY_PATH is unset")
        return
    found = evidence.value(PATH_PROBE)
    if not found:
        yield from_answer(id, title, evidence, evidence.answers.get(PATH_PROBE), "unset LD_LIBRARY_PATH")
        return
    told = "; ".join(f"{folder} has another {', '.join(names[:3])}" for folder, names in found["folders"].items())
    error, taken = found["error"] or import_error(evidence), found["taken"] or mapped_from(evidence, found["folders"])
    bad = told and (error or taken)
    effect = f": {error}" if error else ", which is loaded" if taken else ", which torch itself does not take"
    yield Finding(
        id=id,
        verdict="fail" if bad else "warn" if told else "ok",
        title=title,
        seen=f"{told}{effect}" if told else evidence.variables["LD_LIBRARY_PATH"],
        wanted="the libraries that the packages bring: others of the same name do not fit them" if told else "",
        remedy="unset LD_LIBRARY_PATH" if told else "",
    )


def import_error(evidence: Evidence) -> str:
    """What the import of torch said, where that is of libraries that do not fit."""
    answer = evidence.answers.get("import torch")
    mixed = answer is not None and not answer.ok and re.search(MIXED, answer.traceback + answer.err)
    return what_happened(answer) if mixed and answer else ""


def mapped_from(evidence: Evidence, folders: Iterable[str]) -> list[str]:
    """The libraries that torch has loaded from one of the folders, where it was asked."""
    places = {os.path.normpath(folder) for folder in folders}
    return [path for path in evidence.value(MAPPED_PROBE).get("foreign", {}) if os.path.dirname(path) in places]


def path_causes(evidence: Evidence) -> Iterator[Cause]:
    found = evidence.value(PATH_PROBE)
    if found.get("folders"):
        broken = frozenset({"torch"} if found["error"] else ())
        yield Cause("loader.library-path", broken, MIXED)


def mapped(evidence: Evidence) -> Iterator[Finding]:
    id, title = "loader.mapped", "the libraries that torch has loaded are the environment's"
    if "torch" not in evidence.installed.distributions:
        yield Finding(id=id, verdict="skip", title=title, seen="torch is not installed")
        return
    found = evidence.value(MAPPED_PROBE)
    if "libraries" not in found:
        yield not_looked(id, title, evidence)
        return
    hidden = by_library_path(evidence)
    foreign = {path: own for path, own in found["foreign"].items() if path not in preloaded(evidence)}
    left = sorted(path for path in foreign if os.path.dirname(path) not in hidden)
    explained = bool(foreign) and not left
    yield Finding(
        id=id,
        verdict="skip" if explained else "fail" if left else "ok",
        title=title,
        seen="see loader.library-path"
        if explained
        else f"loaded from elsewhere: {', '.join(left[:3])}"
        if left
        else f"{found['libraries']} libraries",
        wanted=f"{foreign[left[0]]}, which its package brings" if left else "",
        remedy="take its folder out of LD_LIBRARY_PATH, /etc/ld.so.conf.d and the conda environment" if left else "",
    )


def not_looked(id: str, title: str, evidence: Evidence) -> Finding:
    """Where nothing could be told of the libraries."""
    if reason := evidence.value(MAPPED_PROBE).get("none"):
        return Finding(id=id, verdict="skip", title=title, seen=str(reason))
    return from_answer(id, title, evidence, evidence.answers.get(MAPPED_PROBE), "see imports.torch", ["torch"])


def by_library_path(evidence: Evidence) -> set[str]:
    """The folders of LD_LIBRARY_PATH that have libraries of the same names."""
    return {os.path.normpath(folder) for folder in evidence.value(PATH_PROBE).get("folders", {})}


def preloaded(evidence: Evidence) -> list[str]:
    """What the user has asked for by name."""
    return re.split(r"[:\s]+", evidence.variables.get("LD_PRELOAD", ""))


def mapped_causes(evidence: Evidence) -> Iterator[Cause]:
    if evidence.value(MAPPED_PROBE).get("foreign"):
        yield Cause("loader.mapped", sign=MIXED)


def openmp(evidence: Evidence) -> Iterator[Finding]:
    id, title = "loader.openmp", "torch has loaded OpenMP runtimes that bear each other"
    if "torch" not in evidence.installed.distributions:
        yield Finding(id=id, verdict="skip", title=title, seen="torch is not installed")
        return
    found = evidence.value(MAPPED_PROBE)
    if "openmp" not in found:
        yield not_looked(id, title, evidence)
        return
    kinds = {match[1] for path in found["openmp"] if (match := re.search(r"/lib(gomp|iomp5|omp)\b", path))}
    clash = {"iomp5", "omp"} <= kinds  # one implementation twice: the second one ends the program with "OMP: Error #15"
    yield Finding(
        id=id,
        verdict="warn" if clash else "ok",
        title=title,
        seen=" and ".join(f"{RUNTIMES[kind]} (lib{kind})" for kind in sorted(kinds)) or "none",
        wanted="one of the two: the second one to start ends the program with OMP: Error #15" if clash else "",
        remedy="make the environment anew with packages of one source, conda's or pip's" if clash else "",
    )


CHECKS = (
    Check(
        "loader.preload",
        "LD_PRELOAD is there",
        "A library that cannot be preloaded is left out, and every program complains on its stderr.",
        preload,
        level="quick",
        found="What the dynamic loader says at the interpreter's start.",
        mend="unset LD_PRELOAD, or install the library that it names.",
        source="ld.so(8)",
    ),
    Check(
        "loader.library-path",
        "LD_LIBRARY_PATH hides nothing",
        "Its folders are searched before those of a library's RUNPATH: another cuDNN, cuBLAS or nvJitLink than the packages "
        "bring breaks torch, or what loads it by its name.",
        library_path,
        dynamic_probes=set_path,
        level="quick",
        found="Names in its folders that packages bring too, in another size; then what torch needs is loaded, and the map read.",
        mend="unset LD_LIBRARY_PATH: the packages find their own libraries.",
        source="pytorch#111469 (__nvJitLink…), pytorch#80637 (cuDNN version incompatibility)",
        causes=path_causes,
    ),
    Check(
        "loader.mapped",
        "torch's libraries are its own",
        "What a process has really loaded, by whichever way it came there.",
        mapped,
        probes=(MAPPED_PROBE,),
        found="/proc/self/maps after the import of torch: each library that packages bring must lie in the environment.",
        mend="Take the other library out of the loader's way.",
        source="collect_env's own remark that it cannot tell which cuDNN is used",
        causes=mapped_causes,
    ),
    Check(
        "loader.openmp",
        "OpenMP runtimes bear each other",
        "Intel's and LLVM's are one implementation: where both are started the program ends. GNU's bears either.",
        openmp,
        probes=(MAPPED_PROBE,),
        found="The OpenMP libraries in /proc/self/maps after the import of torch.",
        mend="Packages of one source.",
        source="pytorch#13806 (OMP: Error #15)",
    ),
)
