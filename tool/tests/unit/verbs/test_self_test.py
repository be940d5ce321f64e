"""Faults are found by their own line: what self-test makes of what a verification says, and the faults themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Check, Fault
from torch_starter.core.problems import CommandFailed, WrongUsage
from torch_starter.core.processes import Done
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.victim import Victim
from torch_starter.verbs import _self_test
from torch_starter.verbs._selection import concerns
from unit.answering import Answering, Started, asking, done
from unit.victims import make, tree

FAULTS = _self_test.all_faults()
TORN = "torn\n"


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    return make(tmp_path)


def tear(victim: Victim) -> None:
    victim.replace(victim.find("beta.py"), TORN)
    victim.variables["OMP_NUM_THREADS"] = "abc"
    victim.wrap = ["sh", "-c", 'exec "$@"', "sh"]


FAULT = Fault("files.torn", "a torn module", "packages.files", tear)


def answer(**verdicts: Verdict) -> str:
    """What a verification says; a double underscore in a name is a dot in the id."""
    found = [{"id": name.replace("__", "."), "verdict": verdict} for name, verdict in verdicts.items()]
    return json.dumps({"findings": found, "problem": None, "seconds": 1.5})


def look(victim: Victim, answers: Callable[[Started], Done], fault: Fault = FAULT, **usual: Verdict) -> Finding:
    ask = asking(victim.original.parent, Answering(answers))
    known = {name.replace("__", "."): str(verdict) for name, verdict in usual.items()}
    found = _self_test.find(ask, victim, fault, known)
    assert found.id == f"self-test.{fault.id}"
    assert tree(victim.copy) == tree(victim.original), "the fault is taken out again, whatever was found"
    assert (victim.variables, victim.wrap) == ({}, [])
    return found


@pytest.mark.parametrize(
    ("said", "verdict", "seen"),
    [
        (answer(packages__files="fail", system__cpu="ok", gpu__driver="skip"), "ok", "packages.files: fail"),
        (answer(packages__files="crash"), "ok", "packages.files: crash"),
        (answer(system__cpu="ok"), "fail", "nothing is red"),
        (answer(packages__files="warn"), "fail", "packages.files: warn"),
        (answer(packages__files="unknown"), "fail", "packages.files: unknown"),
        (answer(imports__torch="fail"), "fail", "imports.torch: fail"),
        (answer(packages__files="fail", imports__torch="fail"), "fail", "packages.files: fail, imports.torch: fail"),
        (answer(packages__files="fail", system__shm="warn"), "fail", "packages.files: fail, system.shm: warn"),
    ],
)
def test_only_the_one_line_that_is_expected_is_well(victim: Victim, said: str, verdict: str, seen: str) -> None:
    found = look(victim, lambda started: done(said, code=1))
    assert (found.verdict, found.seen, found.seconds) == (verdict, seen, 1.5)
    assert bool(found.wanted) == (verdict == "fail")


@pytest.mark.parametrize(("usual", "verdict"), [("warn", "ok"), ("fail", "fail")])
def test_what_is_red_without_the_fault_does_not_count_unless_it_gets_worse(victim: Victim, usual: Verdict, verdict: str) -> None:
    said = answer(packages__files="fail", system__shm="warn")
    assert look(victim, lambda started: done(said), system__shm=usual).verdict == verdict


def test_a_fault_that_changes_nothing_is_not_found_by_what_was_red_before(victim: Victim) -> None:
    assert look(victim, lambda started: done(answer(packages__files="fail")), packages__files="fail").verdict == "fail"


def test_what_cannot_be_made_here_is_skipped_and_nothing_is_started(victim: Victim) -> None:
    processes = Answering()
    fault = Fault("limits.shm", "t", "system.shm", tear, absent=lambda machine: "mounts are not allowed here")
    found = _self_test.find(asking(victim.original.parent, processes), victim, fault, {})
    assert (found.verdict, found.seen, processes.started) == ("skip", "mounts are not allowed here", [])


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (done("", "Killed"), "the verification did not answer: Killed"),
        (done("noise\n" + answer(packages__files="fail")), "the verification did not answer: "),
        (done(json.dumps({"findings": [], "problem": {"code": "c", "message": "it is gone", "remedy": "r"}})), "it is gone"),
    ],
)
def test_a_verification_that_does_not_look_is_unknown(victim: Victim, said: Done, seen: str) -> None:
    found = look(victim, lambda started: said)
    assert (found.verdict, found.seen) == ("unknown", seen)
    assert found.remedy


def test_a_fault_that_cannot_be_put_in_is_unknown(victim: Victim) -> None:
    def put(victim: Victim) -> None:
        tear(victim)
        raise CommandFailed("self-test.missing", "the environment has no torch", "./dev.sh setup --rebuild")

    found = look(victim, lambda started: done(answer()), Fault("files.torn", "t", "packages.files", put))
    assert (found.verdict, found.seen) == ("unknown", "the environment has no torch")


def test_it_looks_at_the_copy_with_its_home_its_variables_and_its_limits(victim: Victim) -> None:
    torn: list[str] = []

    def look_on(started: Started) -> Done:
        torn.append((victim.site / "beta.py").read_text())
        return done(answer(packages__files="fail"))

    processes = Answering(look_on)
    user = {"PYTHONPATH": "/elsewhere", "LD_PRELOAD": "x.so", "HOME": "/home/me", "LANG": "C"}
    ask = asking(victim.original.parent, processes, **user)
    _self_test.find(ask, victim, Fault("files.torn", "t", "packages.files", tear, level="quick"), {})
    (started,) = processes.started
    assert torn == [TORN]
    assert started.argv[:4] == ("sh", "-c", 'exec "$@"', "sh")
    assert started.argv[-4:] == ("--json", "--python", str(victim.python), "--quick")
    assert started.cwd == victim.here
    wanted = {"HOME": str(victim.home), "PWD": str(victim.here), "OMP_NUM_THREADS": "abc", "LANG": "C"}
    assert wanted.items() <= started.env.items()
    assert not started.env.keys() & {"PYTHONPATH", "LD_PRELOAD"}


def test_there_are_many_faults_of_every_topic_each_with_its_own_name() -> None:
    ids = [fault.id for fault in FAULTS]
    assert len(ids) >= 30
    assert sorted(set(ids)) == sorted(ids)
    assert {id.split(".")[0] for id in ids} == set(_self_test.ORDER)
    assert not [fault.id for fault in FAULTS if not fault.title or not fault.verdicts]


def test_what_a_fault_expects_is_a_finding_of_a_check_that_its_level_asks() -> None:
    levels = ("quick", "default", "full")
    checks = collect("checks", Check)
    for fault in FAULTS:
        (check,) = [check for check in checks if concerns(fault.expected, check) and fault.expected.startswith(check.id)]
        assert levels.index(check.level) <= levels.index(fault.level), fault.id


def test_faults_are_chosen_by_topic_or_by_id_in_their_order() -> None:
    assert _self_test.chosen(()) == FAULTS
    home = [fault.id for fault in _self_test.chosen(("home",))]
    assert len(home) > 1
    assert all(id.startswith("home.") for id in home)
    assert [fault.id for fault in _self_test.chosen(("home.netrc", "files.empty"))] == ["files.empty", "home.netrc"]


@pytest.mark.parametrize("word", ["files.nothing", "file", "packages.files", ""])
def test_a_word_that_means_no_fault_is_wrong_usage(word: str) -> None:
    with pytest.raises(WrongUsage) as stopped:
        _self_test.chosen((word,))
    assert "files.empty" in stopped.value.message
