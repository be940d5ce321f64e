from __future__ import annotations

from torch_starter.checks.package_remains import CHECKS
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Audit, Distribution, Evidence, Installed
from torch_starter.core.repair import Reinstall, Remove, Repair
from torch_starter.core.report import Finding
from torch_starter.testing import evidence, findings

BY_ID = {check.id: check for check in CHECKS}


def finding(id: str, given: Evidence) -> Finding:
    (found,) = findings(BY_ID[id], given)
    return found


def repairs(id: str, given: Evidence) -> list[Repair]:
    function = BY_ID[id].repairs
    return list(function(given)) if function else []


def causes(id: str, given: Evidence) -> list[Cause]:
    function = BY_ID[id].causes
    return list(function(given)) if function else []


def test_no_leftovers_are_well() -> None:
    assert finding("packages.ghosts", evidence()).verdict == "ok"
    assert repairs("packages.ghosts", evidence()) == []
    assert causes("packages.ghosts", evidence()) == []


def test_what_pip_left_is_a_warning_and_removed() -> None:
    given = evidence(installed=Installed({}, ghosts=("/env/~orch",)))
    found = finding("packages.ghosts", given)
    assert (found.verdict, found.fixable, found.remedy) == ("warn", True, "rm -r '/env/~orch'")
    assert repairs("packages.ghosts", given) == [Remove("/env/~orch", "it belongs to no package")]


def hollow(*requires: str) -> Evidence:
    distributions = {"b": Distribution("2", metadata="/env/b-2.dist-info"), "a": Distribution("1", requires=requires)}
    return evidence(installed=Installed(distributions), files=Audit(hollow={"b": "/env/b-2.dist-info"}))


def test_metadata_alone_fails_and_goes_where_nothing_needs_it() -> None:
    found = finding("packages.ghosts", hollow())
    assert (found.verdict, found.remedy) == ("fail", "rm -r /env/b-2.dist-info")
    assert repairs("packages.ghosts", hollow()) == [Remove("/env/b-2.dist-info", "b has metadata and none of its files")]
    assert causes("packages.ghosts", hollow()) == [Cause("packages.ghosts", frozenset({"b"}))]


def test_a_package_that_is_needed_is_installed_again() -> None:
    assert finding("packages.ghosts", hollow("b")).remedy == "./dev.sh verify-setup --fix"
    assert repairs("packages.ghosts", hollow("b")) == [Reinstall((("b", "2"),), "none of its files is there")]


def twice(*unfit: str) -> Evidence:
    installed = Installed({"b": Distribution("2", metadata="/env/b-2.dist-info")}, twice={"b": ("/env/b-1.dist-info",)})
    return evidence(installed=installed, files=Audit(unfit={"b": unfit} if unfit else {}))


def test_nothing_installed_twice_is_well() -> None:
    assert finding("packages.once", evidence()).verdict == "ok"
    assert repairs("packages.once", evidence()) == []
    assert causes("packages.once", evidence()) == []


def test_metadata_whose_files_are_not_there_goes() -> None:
    given = twice("/env/b-1.dist-info")
    found = finding("packages.once", given)
    assert (found.verdict, found.fixable, found.remedy) == ("fail", True, "rm -r /env/b-1.dist-info")
    assert found.seen == "b: b-2.dist-info, b-1.dist-info (not of the files that are there: b-1.dist-info)"
    assert repairs("packages.once", given) == [Remove("/env/b-1.dist-info", "its files are not those of b that are there")]


def test_where_both_or_none_fit_the_package_is_installed_again() -> None:
    for given in (twice(), twice("/env/b-1.dist-info", "/env/b-2.dist-info")):
        assert finding("packages.once", given).remedy == "./dev.sh verify-setup --fix"
        assert repairs("packages.once", given) == [Reinstall((("b", "2"),), "it has several sets of metadata")]
        assert causes("packages.once", given) == [Cause("packages.once", frozenset({"b"}))]
