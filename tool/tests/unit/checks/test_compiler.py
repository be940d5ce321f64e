from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from torch_starter.checks.compiler import CHECKS
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent
from torch_starter.core.probing import Answer
from torch_starter.core.report import Verdict
from torch_starter.facts.compiler import Compiler
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.facts.system import System
from torch_starter.testing import evidence, machine_with
from unit.checks.asking import explained, one, verdict

COMPILER, HEADERS = CHECKS
TORCH = {"torch": "2.14.1"}
GPU = Gpu(driver="580.65.06", devices=(Device("a GPU", "9.0", 1),), source="NVML")
WELL = Compiler(cxx="g++", cxx_version="12.2.0", cc="gcc", cc_version="12.2.0")


def given(compiler: Compiler, *, gpu: bool = False, distribution: str = "Debian GNU/Linux 12") -> Evidence:
    system = System(
        os="Linux", kernel="6.1", architecture="x86_64", libc="glibc 2.36", distribution=distribution, wsl=False, container=False
    )
    return evidence(installed=TORCH, machine=machine_with(compiler, system, GPU if gpu else (Gpu, Absent("none"))))


def changed(**changes: object) -> Compiler:
    return msgspec.structs.replace(WELL, **changes)


@pytest.mark.parametrize(
    ("found", "gpu", "wanted", "remedy"),
    [
        (WELL, False, "ok", ""),
        (WELL, True, "ok", ""),
        (changed(cxx="", cxx_version=""), False, "warn", "sudo apt-get install g++"),
        (changed(cxx="", cxx_version="", others=("clang++",)), False, "warn", "export CXX=clang++"),
        (changed(cxx="gone", cxx_version="", named=("CXX",)), False, "warn", "unset CXX"),
        (changed(cxx_version=""), False, "warn", "sudo apt-get install g++"),
        (changed(cc="", cc_version=""), False, "ok", ""),
        (changed(cc="", cc_version=""), True, "warn", "sudo apt-get install g++"),
        (changed(cc="gone", cc_version="", named=("CC",)), True, "warn", "unset CC"),
    ],
    ids=["both", "both, GPU", "none", "another", "named", "broken", "no C", "no C, GPU", "named C, GPU"],
)
def test_a_compiler_is_there_and_runs(found: Compiler, gpu: bool, wanted: Verdict, remedy: str) -> None:
    finding = one(COMPILER, given(found, gpu=gpu))
    assert (finding.verdict, finding.remedy) == (wanted, remedy)
    assert explained(COMPILER, given(found, gpu=gpu)) == ([] if wanted == "ok" else ["compile.compiler"])


@pytest.mark.parametrize(
    ("distribution", "remedy"),
    [
        ("Ubuntu 24.04.1 LTS", "sudo apt-get install python3.12-dev"),
        ("Fedora Linux 41", "sudo dnf install python3.12-devel"),
        ("Arch Linux", "sudo pacman -S python"),
        ("Slackware", "./dev.sh setup --rebuild"),
    ],
)
def test_headers_are_there(distribution: str, remedy: str) -> None:
    well = replace(given(WELL, distribution=distribution), answers={"headers.python": told()})
    assert verdict(HEADERS, well) == "ok"
    missing = replace(well, answers={"headers.python": told("/usr/include/python3.12/Python.h")})
    finding = one(HEADERS, missing)
    assert (finding.verdict, finding.remedy) == ("warn", remedy)
    assert (explained(HEADERS, well), explained(HEADERS, missing)) == ([], ["compile.headers"])


def told(*missing: str) -> Answer:
    return Answer("headers.python", "ok", {"folder": "/usr/include/python3.12", "missing": missing})


def test_an_interpreter_of_another_place_gets_no_package_of_the_system() -> None:
    interpreter = msgspec.structs.replace(given(WELL).interpreter, base_prefix="/opt/python")
    missing = replace(given(WELL), interpreter=interpreter, answers={"headers.python": told("/x/Python.h")})
    assert one(HEADERS, missing).remedy == "./dev.sh setup --rebuild"
    assert one(HEADERS, replace(missing, ours=False)).remedy.startswith("an interpreter with its headers")


def test_without_torch_they_do_not_matter_and_without_an_answer_nothing_is_known() -> None:
    assert verdict(COMPILER, evidence()) == "skip"
    assert verdict(HEADERS, evidence()) == "skip"
    assert verdict(HEADERS, given(WELL)) == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "torch._inductor.exc.InvalidCxxCompiler: No working C++ compiler found in (None, 'g++')",
        "RuntimeError: Failed to find C compiler. Please specify via CC environment variable",
        "subprocess.CalledProcessError: Command '['/usr/bin/gcc', 'main.c']' returned non-zero",
    ],
)
def test_what_torch_says_without_a_compiler_is_known(text: str) -> None:
    assert COMPILER.causes is not None
    (cause,) = COMPILER.causes(given(changed(cxx="", cxx_version="")))
    assert cause.explains(Answer("compile.inductor", "raised", traceback=text), frozenset())
