"""Runs as lines: what was written comes back, and a line that was cut off loses itself alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.history import Run, line, named, read
from torch_starter.core.report import Limit, Measurement
from torch_starter.core.snapshot import Snapshot

TEXTS = st.text(max_size=20)
SNAPSHOTS = st.builds(
    Snapshot,
    passed_at=TEXTS,
    machine=st.dictionaries(TEXTS, TEXTS, max_size=2),
    packages=st.just({}),
    digests=st.just({}),
    variables=st.dictionaries(TEXTS, TEXTS, max_size=2),
)
MEASUREMENTS = st.builds(
    Measurement,
    name=TEXTS,
    unit=TEXTS,
    samples=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=3).map(tuple),
    params=st.dictionaries(TEXTS, TEXTS, max_size=2),
    limit=st.none() | st.builds(Limit, st.floats(1, 2), st.just("measured")),
    bounded=st.booleans(),
)
RUNS = st.builds(
    Run, at=TEXTS, name=TEXTS, machine=TEXTS, snapshot=SNAPSHOTS, measurements=st.lists(MEASUREMENTS, max_size=2).map(tuple)
)


@given(st.lists(RUNS, max_size=3))
def test_what_was_written_comes_back(runs: list[Run]) -> None:
    assert read("".join(line(run) + "\n" for run in runs)) == runs


@given(RUNS, RUNS, st.integers(1, 60))
def test_a_line_that_was_cut_off_loses_itself_alone(first: Run, last: Run, cut: int) -> None:
    assert read(f"{line(first)}\n{line(last)[:-cut]}") == [first]
    assert read(f"{line(first)[:-cut]}\n{line(last)}") == [last]


@given(st.text())
def test_whatever_is_in_the_file_is_read(text: str) -> None:
    assert isinstance(read(text), list)


def test_the_newest_of_a_name_is_meant() -> None:
    snapshot = Snapshot(passed_at="", machine={}, packages={}, digests={}, variables={})
    old, new = (Run(at=at, name="a", machine="", snapshot=snapshot, measurements=()) for at in ("1", "2"))
    assert named([old, new], "a") is new
    assert named([old, new], "b") is None
