"""Proofs as files."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.pairs import gain
from torch_starter.core.place import Place
from torch_starter.core.proof import Edit, Gain, Key, Member, Pair, Proof, Sample, Tried
from torch_starter.core.proofs import read, written
from torch_starter.core.report import Place as PlaceOfReports
from torch_starter.core.report import Report
from torch_starter.show.json_text import text

KEY = Key("a machine", "a lock", "/venv/bin/python", "train.py")
NUMBER = st.floats(0.01, 100)
GAINS = st.none() | st.lists(NUMBER, min_size=1, max_size=5).map(gain)


def proof(found: Gain | None = None, provable: float = 1.06) -> Proof:
    """One with a member, an edit and a pair."""
    edit = Edit(text="give it", place=Place("train.py", 3), patch="--- a\n")
    member = Member(
        setting="workers", label="2", safety="rounding", turns={"loader": {"num_workers": 2}}, gain=found, edits=[edit]
    )
    return Proof(
        at="2026-01-02T03:04:05Z",
        key=KEY,
        command=["python", "train.py"],
        folder="/work",
        noise=0.04,
        provable=provable,
        steps=20,
        step=0.1,
        bounds={"threads": 0.7},
        members=[member],
        gain=found,
        pairs=[Pair(before=Sample(step=0.2, whole=9.0), after=Sample(step=0.1, whole=6.0))],
        tried=[Tried(setting="workers", label="4", safety="rounding", outcome="slower", ratios=[0.9], gain=0.9)],
        memory=(1, 2),
    )


@given(GAINS, NUMBER | st.just(math.inf))
def test_a_proof_comes_back_as_it_was_written(found: Gain | None, provable: float) -> None:
    told = proof(found, provable)
    assert read(written(told)) == told


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "{}", '{"schema": 1}', "\x00", "[" * 100_000])
def test_what_is_no_proof_is_none(text: str) -> None:
    assert read(text) is None


def test_a_proof_of_another_schema_is_none() -> None:
    assert read(written(msgspec.structs.replace(proof(), schema=2))) is None


def test_what_a_later_version_adds_is_no_harm() -> None:
    told = json.loads(written(proof()))
    told["more"] = told["members"][0]["more"] = None
    assert read(json.dumps(told)) == proof()


def test_a_report_has_the_proof_and_no_number_that_json_has_not() -> None:
    document = json.loads(text(Report(command="optimize", proof=proof(gain([1.5])))), parse_constant=pytest.fail)
    assert document["proof"]["gain"]["again_high"] is None
    assert document["proof"]["members"][0]["edits"][0]["place"] == {"file": "train.py", "line": 3}


def test_a_place_is_the_same_wherever_it_is_taken_from() -> None:
    assert PlaceOfReports is Place
