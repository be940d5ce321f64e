from __future__ import annotations

from collections.abc import Iterable

import pytest

from torch_starter.checks.package_pairs import breaks, trio
from torch_starter.checks.packages import CHECKS, consistent, lock, wanted
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.report import Finding, Verdict
from torch_starter.testing import evidence

MATCHED = {
    "torch": Distribution("2.14.1", flavour="cu130"),
    "torchvision": Distribution("0.29.1", flavour="cu130"),
    "torchaudio": Distribution("2.11.0", flavour="cu130"),
}


def only(findings: Iterable[Finding]) -> Finding:
    (finding,) = findings
    return finding


def trio_verdicts(given: Evidence) -> dict[str, Verdict]:
    return {finding.id: finding.verdict for finding in trio(given)}


@pytest.mark.parametrize(
    ("installed", "locked", "verdict"),
    [
        ({"torch": "2.14.1+cu130", "pip": "25"}, {"torch": "2.14.1"}, "ok"),
        ({"torch": "2.13.0"}, {"torch": "2.14.1"}, "fail"),
        ({"torch": "2.14.1", "extra": "1"}, {"torch": "2.14.1"}, "fail"),
    ],
)
def test_packages_of_an_environment_of_ours_are_those_of_the_lock(
    installed: dict[str, str], locked: dict[str, str], verdict: Verdict
) -> None:
    finding = only(lock(evidence(installed=installed, locked=locked)))
    assert finding.verdict == verdict
    assert bool(finding.remedy) == (verdict == "fail")


def test_no_lock_belongs_to_a_foreign_environment() -> None:
    assert only(lock(evidence(installed={"torch": "1.0"}, ours=False))).verdict == "skip"


@pytest.mark.parametrize(
    ("requires", "verdict"),
    [
        ("numpy<2", "ok"),
        ("numpy>=2", "fail"),
        ("scipy", "fail"),
        ("scipy; sys_platform == 'win32'", "ok"),
        ("scipy; extra == 'all'", "ok"),
        ("what is this", "ok"),
    ],
)
def test_declared_requirements_are_met_where_they_apply(requires: str, verdict: Verdict) -> None:
    installed = {"numpy": Distribution("1.26.4"), "pandas": Distribution("2.2", (requires,))}
    finding = only(consistent(evidence(installed=installed, ours=False)))
    assert finding.verdict == verdict
    assert verdict == "ok" or finding.remedy == "uv pip install --python /env/bin/python pandas"


@pytest.mark.parametrize(("installer", "verdict"), [("pip", "fail"), ("system", "ok")])
def test_what_a_distribution_splits_is_not_held_against_what_is_declared(installer: str, verdict: Verdict) -> None:
    installed = {"pygobject": Distribution("3.42.2", ("pycairo>=1.16",), installer=installer)}
    assert only(consistent(evidence(installed=installed, ours=False))).verdict == verdict


TWO = {"transformers": Distribution("4.51", ("tokenizers<0.22",)), "tokenizers": Distribution("0.30")}
LOCKED = {"transformers": "4.51", "tokenizers": "0.21"}


def causes(id: str, given: Evidence) -> list[Cause]:
    (check,) = (check for check in CHECKS if check.id == id)
    return list(check.causes(given)) if check.causes else []


def test_an_unmet_requirement_explains_both_sides() -> None:
    assert causes("packages.consistent", evidence(installed=TWO)) == [
        Cause("packages.consistent", frozenset({"transformers", "tokenizers"}))
    ]
    assert causes("packages.consistent", evidence(installed={"tokenizers": "1"})) == []


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        (Cause("packages.trio.transformers", frozenset({"transformers"})), "skip"),
        (Cause("packages.files", frozenset({"transformers"})), "fail"),
        (Cause("packages.consistent", frozenset({"transformers"})), "fail"),
    ],
)
def test_an_unmet_requirement_that_is_told_elsewhere_is_left_out(cause: Cause, verdict: Verdict) -> None:
    assert only(consistent(evidence(installed=TWO, causes=(cause,)))).verdict == verdict


@pytest.mark.parametrize(
    ("others", "verdict", "seen"),
    [
        ((), "fail", "tokenizers 0.30 (lock: 0.21)"),
        ([Cause("packages.lock", frozenset({"tokenizers"}))], "fail", "tokenizers 0.30 (lock: 0.21)"),
        ([Cause("packages.consistent", frozenset({"tokenizers"}))], "skip", "see packages.consistent"),
        ([Cause("packages.breaks.tokenizers", sign="x")], "skip", "see packages.breaks.tokenizers"),
        ([Cause("packages.breaks.pyarrow", sign="x")], "fail", "tokenizers 0.30 (lock: 0.21)"),
    ],
)
def test_the_lock_leaves_to_others_what_they_tell(others: list[Cause], verdict: Verdict, seen: str) -> None:
    finding = only(lock(evidence(installed=TWO, locked=LOCKED, causes=tuple(others))))
    assert (finding.verdict, finding.seen) == (verdict, seen)


def test_the_lock_explains_what_nothing_else_does() -> None:
    assert causes("packages.lock", evidence(installed=TWO, locked=LOCKED)) == [Cause("packages.lock", frozenset({"tokenizers"}))]
    assert causes("packages.lock", evidence(installed=TWO, locked=LOCKED, ours=False)) == []


@pytest.mark.parametrize(
    ("version", "ours", "others", "verdict"),
    [
        ("1.26.4", True, (), "ok"),
        ("2.1.0", True, (), "fail"),
        ("2.1.0", False, (), "skip"),
        ("2.1.0", True, [Cause("packages.consistent", frozenset({"numpy"}))], "skip"),
        ("2.1.0", True, [Cause("packages.lock", frozenset({"numpy"}))], "fail"),
    ],
)
def test_a_direct_dependency_is_in_its_range(version: str, ours: bool, others: list[Cause], verdict: Verdict) -> None:
    given = evidence(installed={"numpy": version}, wanted=["numpy>=1.26,<2.0"], ours=ours, causes=tuple(others))
    finding = only(wanted(given))
    assert finding.verdict == verdict
    assert (verdict == "fail") == (finding.seen == "numpy 2.1.0, wanted <2.0,>=1.26")
    assert bool(causes("packages.wanted", given)) == (ours and version == "2.1.0")


def test_a_matched_trio_is_well() -> None:
    assert trio_verdicts(evidence(installed=MATCHED)) == {"packages.trio.torchvision": "ok", "packages.trio.torchaudio": "ok"}


@pytest.mark.parametrize(
    ("name", "distribution", "verdict"),
    [
        ("torchvision", Distribution("0.28.0", flavour="cu130"), "fail"),
        ("torchvision", Distribution("0.29.1", flavour="cu132"), "ok"),
        ("torchvision", Distribution("0.29.1", flavour="cu128"), "fail"),
        ("torchvision", Distribution("0.29.1", flavour="cpu"), "fail"),
        ("torchvision", Distribution("0.29.1", flavour=""), "ok"),
        ("torchaudio", Distribution("2.11.0", flavour="cu132"), "fail"),
        ("torchaudio", Distribution("2.8.0", flavour="cu130"), "fail"),
    ],
)
def test_a_companion_of_another_release_or_cuda_fails(name: str, distribution: Distribution, verdict: Verdict) -> None:
    found = trio_verdicts(evidence(installed={**MATCHED, name: distribution}))
    assert found[f"packages.trio.{name}"] == verdict
    assert list(found.values()).count("fail") == (verdict == "fail")


def test_what_is_not_installed_is_not_judged() -> None:
    assert trio_verdicts(evidence(installed={"torch": "2.14.1"})) == {
        "packages.trio.torchvision": "skip",
        "packages.trio.torchaudio": "skip",
    }


def test_the_remedy_of_a_foreign_environment_names_the_versions_that_are_proven_together() -> None:
    installed = {**MATCHED, "torchaudio": Distribution("2.8.0")}
    locked = {"torch": "2.14.1", "torchvision": "0.29.1", "torchaudio": "2.11.0"}
    wrong = [finding for finding in trio(evidence(installed=installed, locked=locked, ours=False)) if finding.verdict == "fail"]
    assert only(wrong).remedy == (
        "uv pip install --python /env/bin/python 'torch==2.14.1' 'torchvision==0.29.1' 'torchaudio==2.11.0'"
    )


def test_no_known_break_is_well() -> None:
    assert only(breaks(evidence(installed={"numpy": "1.26.4", "pyarrow": "25.0"}))).verdict == "ok"
    assert only(breaks(evidence(installed={"numpy": "2.1", "pyarrow": "26.0"}))).verdict == "ok"


def test_a_known_break_fails_and_says_what_no_metadata_declares() -> None:
    finding = only(breaks(evidence(installed={"numpy": "1.26.4", "pyarrow": "26.0.1"})))
    assert (finding.id, finding.verdict) == ("packages.breaks.pyarrow", "fail")
    assert "pyarrow 26.0.1 with numpy 1.26.4" in finding.seen
    assert "pyarrow not >=26 beside numpy<2" in finding.wanted
    assert finding.remedy
