"""What a trial asks, what it makes of the answers, and who may be at fault for a command of the user's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.problems import CommandFailed
from torch_starter.core.report import Finding
from torch_starter.core.trial import Failure, Suspect
from torch_starter.making.candidate import CannotBuild
from torch_starter.search.world import Candidate
from torch_starter.testing import NoProcesses, evidence
from torch_starter.verbs._trying import ASIDE, IMPORT_TIME, Trying, hides, narrowed, only_imported
from unit.answering import asking

NAMES = ("alpha", "beta", "gamma", "delta")
NEEDS = {"alpha": ("beta",), "beta": ("gamma",)}
INSTALLED = {name: Distribution("1.0", requires=NEEDS.get(name, ())) for name in NAMES}
PROFILE = """\
import time: self [us] | cumulative | imported package
import time:       123 |        456 |     alpha._inner.core
import time:        12 |         12 |   encodings
import time:      1200 |     912345 | my_pkg
no import time:     12 |         12 | fake
"""


def given_evidence(*wanted: str) -> Evidence:
    return evidence(installed=INSTALLED, wanted=wanted)


@pytest.mark.parametrize(
    ("asked", "looked_at"),
    [
        ((), {"alpha", "beta"}),
        (("imports.alpha",), {"alpha"}),
        (("uses.beta",), {"beta"}),
        (("imports.alpha", "uses.beta"), {"alpha", "beta"}),
        (("imports.alpha", "commands.1"), {"alpha", "beta"}),
        (("training.step",), {"alpha", "beta"}),
        (("imports.gamma",), set()),
    ],
)
def test_only_the_dependencies_that_are_asked_for_are_looked_at(asked: Iterable[str], looked_at: set[str]) -> None:
    before = given_evidence("alpha>=1", "beta")
    after = narrowed(before, frozenset(asked))
    assert after.wanted == {name: before.wanted[name] for name in looked_at}
    assert after.installed == before.installed


@pytest.mark.parametrize(
    ("seen", "hidden"),
    [
        ("see imports.alpha", True),
        ("torch cannot be imported", True),
        ("no GPU is here", False),
        ("", False),
        ("cannot see it", False),
    ],
)
def test_what_was_skipped_for_another_failure_was_not_seen(seen: str, hidden: bool) -> None:
    assert hides(Finding(id="x.y", verdict="skip", title="t", seen=seen)) == hidden


def test_what_python_says_of_its_imports_is_read() -> None:
    assert [found["module"] for found in IMPORT_TIME.finditer(PROFILE)] == ["alpha._inner.core", "encodings", "my_pkg"]


NAMED = (Suspect("alpha", "raised", "it"), Suspect("delta", "concerned", "it"))
FAILURE = Failure("commands.1", "line", (*NAMED, Suspect("gamma", "needed", "it")), ("beta",), ("alpha", "beta"))


def test_a_command_is_the_fault_of_what_it_imports() -> None:
    found = only_imported(FAILURE, {"beta", "alpha", ""}, given_evidence())
    assert found.suspects == (*NAMED, Suspect("beta", "needed", "the command imports it"))
    assert (found.id, found.line, found.spared, found.lacking) == ("commands.1", "line", ("beta",), ("alpha", "beta"))


@pytest.mark.parametrize("imported", [set(), {""}, {"elsewhere"}])
def test_where_nobody_knows_what_it_imports_all_may_be_at_fault(imported: set[str]) -> None:
    found = only_imported(FAILURE, imported, given_evidence())
    assert {each.package: each.strength for each in found.suspects} == {
        "alpha": "raised", "delta": "concerned", "beta": "needed", "gamma": "needed"
    }  # fmt: skip


@given(st.frozensets(st.sampled_from((*NAMES, "", "elsewhere"))))
def test_no_package_is_named_twice_and_none_that_speaks_is_lost(imported: frozenset[str]) -> None:
    found = only_imported(FAILURE, imported, given_evidence())
    names = [each.package for each in found.suspects]
    assert len(names) == len(set(names))
    assert found.suspects[:2] == NAMED
    assert imported & set(NAMES) <= set(names) <= set(NAMES)


class NoWheel:
    """In the place of an environment: the packages of a set cannot be installed."""

    def __init__(self, problem: CommandFailed) -> None:
        self.problem = problem
        self.became: list[bool] = []

    def become(self, text: str, index: str | None, fresh: bool) -> None:
        self.became.append(fresh)
        raise self.problem


def trying(folder: Path, problem: CommandFailed, without: frozenset[str] = frozenset()) -> Trying:
    ask = asking(folder, NoProcesses())
    return Trying(ask, NoWheel(problem), "cpu", (), None, without)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", [frozenset[str](), frozenset({"imports.alpha"})])
def test_a_package_that_cannot_be_built_is_at_fault_for_its_set(tmp_path: Path, asked: frozenset[str]) -> None:
    one = trying(tmp_path, CannotBuild("My_Pkg", "My_Pkg 1.0 cannot be built"))
    trial = one.attempt(Candidate({"my-pkg": "1.0"}, "text"), asked)
    assert trial.failures == (
        Failure(
            "install.my-pkg", "My_Pkg 1.0 cannot be built", (Suspect("my-pkg", "said", "it has no wheel, and cannot be built"),)
        ),
    )
    assert (trial.whole, trial.unseen, trial.versions) == (not asked, tuple(asked), {"my-pkg": "1.0"})
    assert trial.date
    assert one.aside.became == [not asked]  # type: ignore[attr-defined]


def test_what_is_no_fault_of_a_set_stops_it(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no space"):
        trying(tmp_path, CommandFailed("disk.full", "no space", "free some")).attempt(Candidate({}), frozenset())


def test_what_no_set_of_packages_decides_is_not_asked(tmp_path: Path) -> None:
    one = trying(tmp_path, CommandFailed("x", "y", "z"))
    checks = one._checks(frozenset())
    groups = {check.group for check in checks}
    assert {"imports", "training"} <= groups
    assert "python" in ASIDE
    assert not groups & ASIDE
    assert not [check.id for check in checks if check.id == "packages.breaks" or "files" in check.reads]
    assert "gpu" in groups
    assert "gpu" not in {
        check.group for check in trying(tmp_path, CommandFailed("x", "y", "z"), frozenset({"gpu"}))._checks(frozenset())
    }


def test_only_the_checks_that_are_asked_for_are_made(tmp_path: Path) -> None:
    one = trying(tmp_path, CommandFailed("x", "y", "z"))
    assert {check.group for check in one._checks(frozenset({"imports.alpha"}))} == {"imports"}
    assert one._checks(frozenset({"commands.1"})) == []


def test_only_the_commands_that_are_asked_for_are_run(tmp_path: Path) -> None:
    (tmp_path / "torch-starter.toml").write_text('[verify]\ncommands = ["true", "false"]\n')
    one = trying(tmp_path, CommandFailed("x", "y", "z"))
    assert one._numbers(frozenset()) == [1, 2]
    assert one._numbers(frozenset({"commands.2", "imports.alpha"})) == [2]
