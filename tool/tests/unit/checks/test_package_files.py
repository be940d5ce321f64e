from __future__ import annotations

from dataclasses import replace

import pytest

from torch_starter.checks.package_files import CHECKS
from torch_starter.core.evidence import Audit, Distribution, Evidence
from torch_starter.core.probing import Answer
from torch_starter.core.repair import Reinstall
from torch_starter.core.report import Finding
from torch_starter.testing import evidence, findings

(CHECK,) = CHECKS
INSTALLED: dict[str, str | Distribution] = {
    "torch": "2.14.1",
    "torchvision": Distribution("0.29.1", requires=("torch",)),
    "numpy": "1.26.4",
}


def given(audit: Audit, ours: bool = True) -> Evidence:
    return evidence(installed=INSTALLED, files=audit, ours=ours)


def finding(audit: Audit, ours: bool = True) -> Finding:
    (found,) = findings(CHECK, given(audit, ours))
    return found


ALTERED = Audit(altered={"torch": ("torch/a.py", "torch/b.py")}, missing={"torch": ("torch/c.py",)}, files=9)


def test_whole_files_say_how_they_were_looked_at() -> None:
    found = finding(Audit(files=9, hashed=2, by_size=3, digests={"a": "1"}))
    assert found.verdict == "ok"
    assert found.seen == "9 files of 1 packages: 2 read again, 3 only measured, 4 unchanged since they were read"


@pytest.mark.parametrize(("audit", "why"), [(Audit(untold=("a",)), "no package has a RECORD"), (Audit(), "there is no package")])
def test_where_nothing_can_be_judged_it_does_not_apply(audit: Audit, why: str) -> None:
    found = finding(audit)
    assert (found.verdict, why in found.seen) == ("skip", True)


def test_altered_and_missing_files_name_package_file_and_count() -> None:
    found = finding(ALTERED)
    assert (found.verdict, found.fixable) == ("fail", True)
    assert found.seen == "torch 2.14.1: 2 altered (torch/a.py, …), 1 missing (torch/c.py)"
    assert found.remedy == "./dev.sh verify-setup --fix"


def test_many_packages_are_counted() -> None:
    assert finding(Audit(altered={name: ("x.py",) for name in "abcde"}), ours=True).seen.endswith("; and 2 more packages")


@pytest.mark.parametrize(
    ("install", "wanted"),
    [
        ("uv pip install --python /p", "uv pip install --python /p --reinstall --no-cache 'torch==2.14.1'"),
        ("/p -m pip install", "/p -m pip install --force-reinstall --no-cache-dir --no-deps 'torch==2.14.1'"),
    ],
)
def test_the_remedy_goes_past_the_cache(install: str, wanted: str) -> None:
    (found,) = findings(CHECK, replace(given(ALTERED, ours=False), install=install))
    assert found.remedy == wanted


def test_the_repair_installs_the_version_that_is_there() -> None:
    assert CHECK.repairs is not None
    assert list(CHECK.repairs(given(ALTERED))) == [Reinstall((("torch", "2.14.1"),), "files are altered or missing")]
    assert list(CHECK.repairs(given(Audit()))) == []


def test_it_explains_what_needs_the_package_and_what_names_the_file() -> None:
    assert CHECK.causes is not None
    (cause,) = CHECK.causes(given(ALTERED))
    named = Answer("x", "raised", traceback='File "/env/torch/b.py", line 3')
    assert cause.explains(Answer("x", "crashed"), given(ALTERED).needs(["torchvision"]))
    assert cause.explains(named, frozenset({"numpy"}))
    assert not cause.explains(Answer("x", "raised", traceback="elsewhere"), frozenset({"numpy"}))
    assert list(CHECK.causes(given(Audit()))) == []
