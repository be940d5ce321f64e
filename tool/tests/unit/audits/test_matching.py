"""Which packages an advisory is about, by its ranges and versions."""

from __future__ import annotations

import pytest

from torch_starter.audits.advisories import Advisory, Affected, Of, Range
from torch_starter.audits.matching import ignored, vulnerabilities
from torch_starter.audits.packages import Package, asked_for
from torch_starter.core.place import Place

JINJA = Of("Jinja2", "PyPI")


def advisory(
    *events: dict[str, str],
    versions: tuple[str, ...] = (),
    id: str = "GHSA-a",
    aliases: tuple[str, ...] = (),
    kind: str = "ECOSYSTEM",
) -> Advisory:
    ranges = (Range(kind, events),) if events else ()
    return Advisory(id, aliases=aliases, affected=(Affected(JINJA, ranges, versions),))


def found(version: str, *advisories: Advisory) -> list[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    return [(each.ids, each.fixed, each.unsure) for each in vulnerabilities([Package("jinja2", version)], advisories)]


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [
        ("0.9", False),
        ("1.0", True),
        ("1.9", True),
        ("1.10", True),
        ("2.0rc1", True),
        ("2.0", False),
        ("2.5", False),
        ("3.0", True),
    ],
)
def test_a_range_goes_from_introduced_to_before_fixed(version: str, is_affected: bool) -> None:
    twice = advisory({"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "3.1"})
    assert bool(found(version, twice)) is is_affected


@pytest.mark.parametrize(("version", "is_affected"), [("0.0.dev1", True), ("2.0", True), ("2.0.post1", False), ("2.1", False)])
def test_the_last_affected_is_affected(version: str, is_affected: bool) -> None:
    assert bool(found(version, advisory({"introduced": "0"}, {"last_affected": "2.0"}))) is is_affected


def test_events_may_come_in_any_order() -> None:
    assert found("2.5", advisory({"fixed": "3.0"}, {"introduced": "2.0"}, {"fixed": "1.5"}, {"introduced": "1.0"}))


def test_a_version_that_is_listed_is_affected_however_it_is_written() -> None:
    assert found("1.0", advisory(versions=("1.0.0",)))
    assert not found("1.1", advisory(versions=("1.0.0", "not a version")))


def test_what_a_build_adds_to_a_version_is_not_compared() -> None:
    assert found("2.6.0+cu124", advisory(versions=("2.6.0",)))


def test_what_mends_it_are_the_versions_above() -> None:
    both = advisory({"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.10"})
    assert found("1.2", both) == [(("GHSA-a",), ("1.5", "2.10"), False)]
    assert found("2.2", both) == [(("GHSA-a",), ("2.10",), False)]


@pytest.mark.parametrize(
    "unclear", [advisory({"introduced": "0"}, {"fixed": "three"}), advisory({"introduced": "0"}, kind="GIT"), advisory()]
)
def test_what_cannot_be_compared_is_never_safe(unclear: Advisory) -> None:
    assert [unsure for _, _, unsure in found("1.0", unclear)] == [True]


def test_several_names_of_the_same_are_told_as_one() -> None:
    range = ({"introduced": "0"}, {"fixed": "2.0"})
    told = found(
        "1.0",
        advisory(*range, id="PYSEC-2026-1", aliases=("CVE-2026-1",)),
        advisory(*range, id="GHSA-b", aliases=("CVE-2026-2",)),
        advisory(*range, id="GHSA-a", aliases=("CVE-2026-1",)),
    )
    assert [ids for ids, _, _ in told] == [("GHSA-a", "PYSEC-2026-1", "CVE-2026-1"), ("GHSA-b", "CVE-2026-2")]


def test_one_is_ignored_by_any_of_its_names() -> None:
    known = vulnerabilities([Package("jinja2", "1.0")], [advisory({"introduced": "0"}, aliases=("CVE-2026-1",))])[0]
    assert ignored(known, ["cve-2026-1"])
    assert ignored(known, ["GHSA-A"])
    assert not ignored(known, ["CVE-2026-11"])


def test_another_package_is_not_affected() -> None:
    assert not vulnerabilities([Package("jinja", "1.0")], [advisory({"introduced": "0"})])
    npm = Advisory("GHSA-c", affected=(Affected(Of("jinja2", "npm"), (Range("ECOSYSTEM", ({"introduced": "0"},)),)),))
    assert not found("1.0", npm)


def test_what_is_locked_and_installed_is_asked_for_once() -> None:
    locked = Package("torch", "2.6.0", Place("locks/cpu.txt", 3))
    other = Package("torch", "2.7.0")
    assert asked_for([locked], [Package("torch", "2.6.0+cu124"), other]) == [locked, other]
