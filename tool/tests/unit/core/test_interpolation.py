"""Variables in values, where nobody has set one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.interpolation import is_known, resolved

KNOWN = {"A": "1", "E": ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", "a"),
        ("$A-${A}", "1-1"),
        ("${B:-b}", "b"),
        ("${B-}", ""),
        ("${E:-e}${E-e}", "e"),
        ("${B:-${C:-${A}}}", "1"),
        ("${A:+yes}${B:+no}${E+set}", "yesset"),
        ("${B:?must be}", "${B}"),
        ("$B/${B}", "${B}/${B}"),
        ("$$A$", "$A$"),
        ("${localEnv:HOME:/x}/${localEnv:HOME}", "/x/${localEnv:HOME}"),
        ("${localWorkspaceFolder}", "${localWorkspaceFolder}"),
        ("${A#x}", "${A#x}"),
        ("${B:-a", "a"),
        ("${}", "${}"),
    ],
)
def test_what_stands_there(text: str, value: str) -> None:
    assert resolved(text, KNOWN) == value


def test_what_is_left_is_not_known() -> None:
    assert [is_known(resolved(text)) for text in ("a", "${A:-b}", "$A", "5$", "${A}")] == [True, True, False, True, False]


@given(st.text(st.sampled_from("${}:-?+AB1 ")))
def test_no_text_stops_it(text: str) -> None:
    assert isinstance(resolved(text, KNOWN), str)


def test_deep_ones_end() -> None:
    assert resolved("${A:-" * 2_000 + "}" * 2_000)
