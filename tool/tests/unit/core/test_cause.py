"""What explains a failing probe: a package that it needs, a sign in what it said, or the signal that ended it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.cause import Cause
from torch_starter.core.probing import Answer

NAMES = st.frozensets(st.sampled_from(["torch", "numpy", "pyarrow"]))
RAISED = Answer("a.b", "raised", traceback="Traceback ...\nOSError: [Errno 28] No space left on device", err="see https://x")


@pytest.mark.parametrize(
    ("cause", "explained"),
    [
        (Cause("a", packages=frozenset({"torch"})), True),
        (Cause("a", packages=frozenset({"pandas"})), False),
        (Cause("a", sign=r"Errno 28\] No space"), True),
        (Cause("a", sign="see https"), True),
        (Cause("a", sign="Errno 13"), False),
        (Cause("a", signal=7), False),
        (Cause("a"), False),
    ],
)
def test_a_probe_that_raised(cause: Cause, explained: bool) -> None:
    assert cause.explains(RAISED, {"torch", "numpy"}) is explained


@pytest.mark.parametrize(("signal", "explained"), [(7, True), (11, False), (0, False)])
def test_a_probe_that_a_signal_ended(signal: int, explained: bool) -> None:
    assert Cause("a", signal=7).explains(Answer("a.b", "crashed", signal=signal), set()) is explained


@given(NAMES, NAMES)
def test_packages_explain_just_what_needs_one_of_them(packages: frozenset[str], needs: frozenset[str]) -> None:
    assert Cause("a", packages=packages).explains(Answer("a.b", "crashed"), needs) == bool(packages & needs)


@given(st.integers(0, 64), st.text(max_size=9))
def test_a_cause_that_names_nothing_explains_nothing(signal: int, said: str) -> None:
    assert not Cause("a").explains(Answer("a.b", "crashed", signal=signal, traceback=said, err=said), {"torch"})
