"""Checks that are made from probe files: loaders, ranks, torch.compile."""

from __future__ import annotations

import pytest

from torch_starter.checks import compilation, data_loading, distributed
from torch_starter.checks._probe_files import checks_of
from torch_starter.core.cause import Cause
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer
from torch_starter.probes import loaders
from torch_starter.testing import evidence, findings

CHECKS: dict[str, Check] = {
    check.id: check for module in (compilation, data_loading, distributed) for check in module.CHECKS if check.probes
}


def test_ids_and_levels() -> None:
    assert {id: check.level for id, check in CHECKS.items()} == {
        "compile.eager": "default",
        "compile.inductor": "full",
        "training.loader": "default",
        "training.loader-spawn": "full",
        "training.loader-forkserver": "full",
        "distributed.all-reduce": "default",
        "distributed.launch": "full",
    }


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_each_says_what_it_is(check: Check) -> None:
    assert "\n" not in check.title
    assert check.about.startswith(check.title)
    assert len(check.found) > 60
    assert check.mend
    assert check.source


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_the_verdicts_of_each(check: Check) -> None:
    (probe,) = check.probes
    answers = {
        "ok": Answer(probe, "ok", value={"seen": "2 workers"}),
        "fail": Answer(probe, "raised", error_type="AssertionError", error="A worker failed"),
        "crash": Answer(probe, "crashed", signal=7),
    }
    for verdict, answer in answers.items():
        (finding,) = findings(check, evidence(installed={"torch": "2.14.1"}, answers=(answer,)))
        assert (finding.id, finding.verdict) == (check.id, verdict)
    (absent,) = findings(check, evidence())
    assert (absent.verdict, absent.seen) == ("skip", "torch is not installed")


def test_a_full_dev_shm_explains_workers_that_fail() -> None:
    traceback = "RuntimeError: unable to allocate shared memory(shm) for file </torch_1>: No space left on device (28)"
    failed = Answer("loaders.loader", "raised", error_type="AssertionError", error="A worker failed", traceback=traceback)
    full = Cause("system.shm", sign="No space left|Bus error|unable to allocate shared memory")
    given = evidence(installed={"torch": "2.14.1"}, answers=(failed,), causes=(full,))
    assert findings(CHECKS["training.loader"], given)[0].seen == "see system.shm"


def test_functions_can_be_left_to_checks_of_their_own() -> None:
    ids = [check.id for check in checks_of(loaders, "x", {}, without={"loader_spawn"}, source={"*": "s", "loader": "own"})]
    assert ids == ["x.loader", "x.loader-forkserver"]
    sources = [check.source for check in checks_of(loaders, "x", {}, source={"*": "s", "loader": "own"})]
    assert sources == ["own", "s", "s"]
