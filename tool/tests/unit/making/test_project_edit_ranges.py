"""The range that a package gets that was asked for by its name alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from torch_starter.making.project_edit import bounded


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("0.8.1", ">=0.8,<1.0"),
        ("1.2.3", ">=1.2,<2.0"),
        ("5", ">=5.0,<6.0"),
        ("2024.6.1", ">=2024.6"),
        ("1!2.3.4", ">=1!2.3,<1!3.0"),
        ("1.2.3rc1", ">=1.2.3rc1,<2.0"),
        ("2.4.0+cu121", ">=2.4,<3.0"),
        ("0.3.post2", ">=0.3,<1.0"),
    ],
)
def test_a_range_is_given_as_this_project_gives_them(version: str, wanted: str) -> None:
    assert bounded("einops", version) == f"einops{wanted}"
    assert bounded("foo[b,a] ; python_version<'4'", version) == f"foo[a,b]{wanted}; python_version<'4'"
    assert bounded("einops>0.1", version) == "einops>0.1"


@given(st.integers(0, 999), st.integers(0, 30), st.integers(0, 30), st.sampled_from(["", "rc1", ".dev2", ".post1", "+cpu"]))
def test_a_range_holds_the_version_and_not_the_next_major_one(major: int, minor: int, patch: int, rest: str) -> None:
    version = f"{major}.{minor}.{patch}{rest}"
    specifier = Requirement(bounded("einops", version)).specifier
    assert specifier.contains(version)
    assert not specifier.contains(f"{major + 1}.0")
