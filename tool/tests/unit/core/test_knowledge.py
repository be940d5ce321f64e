from __future__ import annotations

import re

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from torch_starter.core.knowledge import Break, knowledge, minor, torch_release

BREAK = Break("new", ">=2", "old", "<1", "they quarrel", "sign")


def test_releases_of_torch_are_in_order_and_once() -> None:
    versions = [Version(row.torch) for row in knowledge().torch]
    assert versions == sorted(set(versions))


def test_every_release_has_a_cuda_and_companions() -> None:
    for row in knowledge().torch:
        assert re.fullmatch(r"1[0-9]\.[0-9]+", row.cuda)
        assert re.fullmatch(r"0\.[0-9]+", row.torchvision)
        assert re.fullmatch(r"2\.[0-9]+|none", row.torchaudio)


def test_cuda_and_companions_never_go_back() -> None:
    rows = knowledge().torch
    for name in ("cuda", "torchvision"):
        versions = [Version(getattr(row, name)) for row in rows]
        assert versions == sorted(versions)


def test_every_break_has_ranges_and_says_by_what_it_is_known() -> None:
    assert {each.package for each in knowledge().breaks} == {"pyarrow", "transformers"}
    for each in knowledge().breaks:
        assert SpecifierSet(each.versions)
        assert SpecifierSet(each.beside_versions)
        assert each.says
        assert each.sign


@pytest.mark.parametrize(
    ("installed", "met"),
    [
        ({"new": "2.0", "old": "0.9"}, True),
        ({"new": "1.9", "old": "0.9"}, False),
        ({"new": "2.0", "old": "1.0"}, False),
        ({"new": "3.0rc1", "old": "0.9"}, True),
        ({"new": "2.0"}, False),
        ({}, False),
    ],
)
def test_a_break_is_met_where_both_are_there(installed: dict[str, str], met: bool) -> None:
    assert BREAK.met_by(installed) is met


@pytest.mark.parametrize(("version", "short"), [("2.14.1+cu130", "2.14"), ("2.15.0a0+git1", "2.15"), ("3", "3.0")])
def test_the_minor_release_of_a_version(version: str, short: str) -> None:
    assert minor(version) == short


def test_a_release_that_the_table_does_not_know_has_no_row() -> None:
    assert torch_release("2.14.1+cu130") is not None
    assert torch_release("9.9") is None
