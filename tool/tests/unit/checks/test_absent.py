"""A package that is not there: who tells of it, and what puts it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from torch_starter.checks._absent import repairs
from torch_starter.checks.imports import failed_imports
from torch_starter.checks.imports import imports as judge_imports
from torch_starter.checks.packages import consistent, wanted
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.repair import Reinstall
from torch_starter.core.report import Finding
from torch_starter.testing import evidence

LOCKED = {"numpy": "1.26.4", "torch": "2.11.0"}
PUT_BACK = [Reinstall((("torch", "2.11.0"),), "not installed")]


def without_torch(*causes: Cause, ours: bool = True, locked: bool = True) -> Evidence:
    pins = LOCKED if locked else {}
    installed = {"numpy": "1.26.4"}
    return evidence(installed=installed, wanted=["numpy", "torch"], locked=pins, ours=ours, causes=causes)


def in_range(given: Evidence) -> Finding:
    (finding,) = wanted(given)
    return finding


def imported(given: Evidence) -> Finding:
    return next(finding for finding in judge_imports(given) if finding.id == "imports.torch")


def test_where_nothing_is_imported_the_ranges_tell_of_it() -> None:
    finding = in_range(without_torch())
    assert (finding.verdict, finding.seen, finding.fixable) == ("fail", "torch is not installed", True)
    assert finding.remedy == "./dev.sh verify-setup --fix"


def test_where_its_import_tells_of_it_nothing_else_does() -> None:
    given = without_torch()
    causes = tuple(failed_imports(given))
    assert causes == (Cause("imports.torch", frozenset({"torch"})),)
    assert in_range(without_torch(*causes)).verdict == "ok"
    assert (imported(given).verdict, imported(given).fixable) == ("fail", True)


def test_an_extra_of_which_nothing_is_there_is_one_red_line() -> None:
    names, extra_of = ["torch", "seaborn", "plotly", "wandb", "tensorboard"], {"seaborn": "x", "plotly": "x", "wandb": "y"}
    there = {"torch": "2.11.0", "tensorboard": "2.21.0"}
    given = evidence(installed=there, wanted=names, extra_of={**extra_of, "tensorboard": "y"}, locked=LOCKED)
    told = {finding.id: (finding.verdict, finding.seen, finding.remedy) for finding in judge_imports(given)}
    whole = "nothing of the extra x is installed: plotly, seaborn"
    assert told["imports.plotly"] == ("fail", whole, "./dev.sh setup --extra x")
    assert told["imports.seaborn"] == ("skip", "see imports.plotly", "")
    assert told["imports.wandb"] == ("fail", "wandb is not installed", "./dev.sh setup --extra y")
    causes = tuple(failed_imports(given))
    assert causes == (Cause("imports.plotly", frozenset({"plotly", "seaborn"})), Cause("imports.wandb", frozenset({"wandb"})))
    assert in_range(replace(given, causes=causes)).verdict == "ok"


@pytest.mark.parametrize(("ours", "verdict"), [(True, "fail"), (False, "skip")])
def test_what_no_lock_has_is_not_put_back(ours: bool, verdict: str) -> None:
    given = without_torch(ours=ours, locked=not ours)
    assert (in_range(given).verdict, in_range(given).fixable, imported(given).fixable) == (verdict, False, False)
    assert list(repairs(given)) == []


def test_it_is_put_back_as_the_lock_has_it() -> None:
    assert list(repairs(without_torch())) == PUT_BACK


def test_what_only_another_package_needs_is_put_back_too() -> None:
    vision = {"torchvision": Distribution("0.26.0", requires=("torch==2.11.0",))}
    given = evidence(installed=vision, wanted=["torchvision"], locked=LOCKED)
    (finding,) = consistent(given)
    assert (finding.verdict, finding.fixable, list(repairs(given))) == ("fail", True, PUT_BACK)
    other = evidence(installed={**vision, "torch": "2.10.0"}, locked=LOCKED)
    (finding,) = consistent(other)
    assert (finding.verdict, finding.fixable, list(repairs(other))) == ("fail", False, [])


def test_where_all_is_there_nothing_is_done() -> None:
    given = evidence(installed=LOCKED, wanted=["numpy", "torch"], locked=LOCKED)
    assert (list(repairs(given)), in_range(given).verdict) == ([], "ok")
