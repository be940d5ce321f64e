"""What torch.compile needs to compile: a compiler, and Python's headers."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.compiler import Compiler
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.system import System

NO_COMPILER = (
    r"No working C\+\+ compiler|InvalidCxxCompiler|Failed to find C compiler|CalledProcessError.*\b(gcc|cc|g\+\+|c\+\+|clang)"
)
NO_HEADERS = r"Python\.h|pyconfig\.h"
INSTALL = {  # how a distribution installs compilers, and headers of the Python with a version
    "Debian": ("apt-get install g++", "apt-get install python{}-dev"),
    "Ubuntu": ("apt-get install g++", "apt-get install python{}-dev"),
    "Fedora": ("dnf install gcc-c++", "dnf install python{}-devel"),
    "Red Hat": ("dnf install gcc-c++", "dnf install python{}-devel"),
    "Rocky": ("dnf install gcc-c++", "dnf install python{}-devel"),
    "Alma": ("dnf install gcc-c++", "dnf install python{}-devel"),
    "openSUSE": ("zypper install gcc-c++", "zypper install python3-devel"),
    "Arch": ("pacman -S gcc", "pacman -S python"),
}


def compiler(evidence: Evidence) -> Iterator[Finding]:
    title = "a compiler for torch.compile"
    if "torch" not in evidence.installed.distributions:
        yield Finding(id="compile.compiler", verdict="skip", title=title, seen="torch is not installed")
        return
    found = evidence.facts[Compiler]
    wrong = without(found, with_gpu(evidence))
    told = [f"{name} {version}" for name, version in ((found.cxx, found.cxx_version), (found.cc, found.cc_version)) if version]
    yield Finding(
        id="compile.compiler",
        verdict="warn" if wrong else "ok",
        title=title,
        seen=wrong or ", ".join(told),
        wanted="one that runs: torch.compile does not work without" if wrong else "",
        remedy=remedy(evidence, found) if wrong else "",
    )


def without(found: Compiler, gpu: bool) -> str:
    """What is wrong with the compilers, in words; empty where those that are needed run. Triton needs the one for C."""
    wanted = [("CXX", "C++", found.cxx, found.cxx_version), *([("CC", "C", found.cc, found.cc_version)] if gpu else [])]
    for variable, language, name, version in wanted:
        if not name:
            others = f"; {found.others[0]} is here and is not taken by itself" if found.others and language == "C++" else ""
            return f"no {language} compiler{others}"
        if not version:
            return f"{name}{f', which {variable} names,' if variable in found.named else ''} does not run"
    return ""


def with_gpu(evidence: Evidence) -> bool:
    """Whether Triton compiles here."""
    try:
        return bool(evidence.facts[Gpu].devices)
    except (Absent, Unknown):
        return False


def remedy(evidence: Evidence, found: Compiler) -> str:
    """The command that brings a compiler."""
    for variable, name, version in (("CXX", found.cxx, found.cxx_version), ("CC", found.cc, found.cc_version)):
        if variable in found.named and name and not version:
            return f"unset {variable}"
    if not found.cxx and found.others:
        return f"export CXX={found.others[0]}"
    return by_distribution(evidence, 0) or "xcode-select --install"


def by_distribution(evidence: Evidence, which: int) -> str:
    """The command of this system's packages; empty for a system that is not known."""
    name = evidence.facts[System].distribution
    line = next((lines[which] for known, lines in INSTALL.items() if known in name), "")
    minor = ".".join(evidence.interpreter.version.split(".")[:2])
    return f"sudo {line.format(minor)}" if line else ""


def headers(evidence: Evidence) -> Iterator[Finding]:
    id, title, answer = (
        "compile.headers",
        "Python's headers, which compiled code includes",
        evidence.answers.get("headers.python"),
    )
    if "torch" not in evidence.installed.distributions:
        yield Finding(id=id, verdict="skip", title=title, seen="torch is not installed")
        return
    if answer is None or not answer.ok:
        yield Finding(id=id, verdict="unknown", title=title, seen="the interpreter did not say where they are")
        return
    missing = [str(path) for path in answer.value.get("missing", ())]
    by_system = evidence.interpreter.base_prefix == "/usr" and by_distribution(evidence, 1)
    other = "./dev.sh setup --rebuild" if evidence.ours else "an interpreter with its headers: uv python install"
    yield Finding(
        id=id,
        verdict="warn" if missing else "ok",
        title=title,
        seen=f"{missing[0]} is not there" if missing else str(answer.value.get("folder", "")),
        wanted="Python.h and pyconfig.h: torch.compile does not work without" if missing else "",
        remedy=(by_system or other) if missing else "",
    )


def no_compiler(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict == "warn" for finding in compiler(evidence)):
        yield Cause("compile.compiler", sign=NO_COMPILER)


def no_headers(evidence: Evidence) -> Iterator[Cause]:
    if any(finding.verdict == "warn" for finding in headers(evidence)):
        yield Cause("compile.headers", sign=NO_HEADERS)


CHECKS = (
    Check(
        "compile.compiler",
        "a compiler",
        "torch.compile writes C++ for the CPU, and Triton C for its launchers: both are compiled here.",
        compiler,
        level="quick",
        found="What CXX names, else g++ (clang++ on macOS), asked for its version; with a GPU also CC, gcc or clang.",
        mend="Install g++, or let CXX name another one.",
        source="pytorch#97501; measured: torch.compile fails where there is none",
        causes=no_compiler,
    ),
    Check(
        "compile.headers",
        "Python's headers",
        "Code that torch.compile writes includes Python.h, which many systems keep in a package of its own.",
        headers,
        probes=("headers.python",),
        level="quick",
        found="Python.h and pyconfig.h where the target's sysconfig says that they are.",
        mend="Install python3-dev or its like, or take an interpreter that has them.",
        source="pytorch#103417: fatal error: Python.h: No such file or directory",
        causes=no_headers,
    ),
)
