"""Asking a target: our own interpreter, which has no torch, with modules that take its place."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from torch_starter.core.machine import Machine
from torch_starter.core.probing import Answer, Target, ask, ask_fresh, needed, usable_cpus
from torch_starter.testing import machine_with
from unit.machines import local
from unit.probe_runs import EXIT, HANG, NOISE, SEGFAULT, Bench

PROBES = ("interpreter.describe", "packages.installed", "@json", "@no_such_module")


def asked(
    bench: Bench, *probes: str, preload: str | None = None, timeout: float = 30, warm: Sequence[str] = ()
) -> dict[str, Answer]:
    return ask(local(), Target(Path(sys.executable), bench.variables), probes, preload=preload, timeout=timeout, warm=warm)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_every_probe_has_an_answer(bench: Bench) -> None:
    answers = asked(bench, *PROBES)
    assert set(answers) == set(PROBES)
    assert [answers[name].outcome for name in PROBES] == ["ok", "ok", "ok", "raised"]
    assert answers["interpreter.describe"].value["version"].startswith("3.")
    assert "pytest" in answers["packages.installed"].value["distributions"]
    missing = answers["@no_such_module"]
    assert (missing.error_type, missing.stage) == ("ModuleNotFoundError", "import")


def test_answers_are_told_as_they_come(bench: Bench) -> None:
    told: list[str] = []
    ask(
        local(),
        Target(Path(sys.executable), bench.variables),
        ("@json", "interpreter.describe"),
        preload=None,
        timeout=30,
        on_answer=lambda answer: told.append(answer.probe),
    )
    assert sorted(told) == ["@json", "interpreter.describe"]


def test_what_is_imported_first_has_an_answer_with_its_version_and_its_noise(bench: Bench) -> None:
    bench.write("torch", f"{NOISE}__version__ = '2.0'\n")
    answers = asked(bench, "@json", "@torch", preload="torch")
    assert answers["import torch"].value == {"version": "2.0"}
    assert answers["import torch"].out == "noise at import\n"
    assert answers["@torch"].ok
    assert answers["@torch"].import_bytes == 0


@pytest.mark.parametrize(
    ("text", "outcome", "number"),
    [
        ("raise ImportError('libcudart.so.13')", "raised", 0),
        (EXIT, "raised", 0),
        (SEGFAULT, "crashed", signal.SIGSEGV),
        (HANG, "hung", 0),
    ],
    ids=["raises", "exits", "crashes", "hangs"],
)
def test_where_the_first_import_fails_the_others_are_asked_all_the_same(
    bench: Bench, text: str, outcome: str, number: int
) -> None:
    bench.write("torch", text)
    bench.write("needs_torch", "import torch\n")
    answers = asked(bench, "@json", "@torch", "@needs_torch", preload="torch", timeout=1.5)
    first = answers["import torch"]
    assert (first.outcome, first.signal) == (outcome, number)
    assert answers["@json"].ok
    assert needed(answers["@torch"], "torch")
    assert needed(answers["@needs_torch"], "torch")
    assert not needed(answers["@json"], None)


def test_what_is_warm_was_imported_once_for_all(bench: Bench) -> None:
    bench.write("torch", "")
    bench.write("compiler", "import os\npid = os.getpid()\n")
    for name in ("one", "two"):
        bench.write(name, "import os, compiler\nassert compiler.pid != os.getpid(), 'imported here'\n")
    answers = asked(bench, "@one", "@two", preload="torch", warm=("compiler",))
    assert answers["@one"].ok  # else it would have been imported in a process of its own
    assert "imported here" in asked(bench, "@one", preload="torch")["@one"].error


@pytest.mark.parametrize("text", [SEGFAULT, HANG, EXIT, "raise OSError('no')"], ids=["crashes", "hangs", "exits", "raises"])
def test_what_cannot_be_warmed_up_spoils_nothing_else(bench: Bench, text: str) -> None:
    bench.write("torch", "")
    bench.write("compiler", text)
    answers = asked(bench, "@json", "@torch", "@compiler", preload="torch", warm=("compiler",), timeout=1.5)
    assert [answers[name].ok for name in ("import torch", "@json", "@torch", "@compiler")] == [True, True, True, False]


def test_what_fails_when_forked_is_asked_again_alone(bench: Bench) -> None:
    """A module that takes a fork badly works in an interpreter of its own, and that counts."""
    bench.write("torch", "import os\npid = os.getpid()\n")
    bench.write("shy", "import os, torch\nassert torch.pid == os.getpid(), 'I am forked'\n")
    assert asked(bench, "@shy", preload="torch")["@shy"].ok


@pytest.mark.parametrize(("text", "outcome", "number"), [(SEGFAULT, "crashed", signal.SIGSEGV), (HANG, "hung", 0)])
def test_a_crash_and_a_hang_are_answers_of_a_fresh_interpreter_too(bench: Bench, text: str, outcome: str, number: int) -> None:
    bench.write("faulty", text)
    answer = ask_fresh(local(), Target(Path(sys.executable), bench.variables), "@faulty", timeout=1)
    assert (answer.outcome, answer.signal) == (outcome, number)


@pytest.mark.parametrize("machine", [local(), machine_with()], ids=["real", "recorded"])
def test_an_interpreter_that_does_not_start_is_an_answer(machine: Machine) -> None:
    answer = ask_fresh(machine, Target(Path("/no/such/python"), {}), "interpreter.describe", timeout=5)
    assert (answer.outcome, answer.signal) == ("crashed", 0)
    assert answer.err


def test_a_program_that_is_no_python_is_an_answer() -> None:
    answer = ask_fresh(local(), Target(Path("/bin/echo"), {}), "interpreter.describe", timeout=5)
    assert answer.outcome == "crashed"
    assert "_run.py" in answer.out


def test_at_least_one_cpu_is_ours() -> None:
    assert usable_cpus() >= 1
