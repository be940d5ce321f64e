"""What a snapshot keeps, and how two are compared."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.evidence import Audit
from torch_starter.core.snapshot import Snapshot, differences
from torch_starter.facts.cpu import Cpu
from torch_starter.testing import evidence, machine_with
from torch_starter.verbs._since import take

EMPTY = Snapshot("2026-01-01T00:00:00Z", {}, {}, {}, {})
WORDS = st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=5)


def test_it_keeps_machine_packages_contents_and_variables() -> None:
    machine = machine_with(Cpu(model="fast", count=8, affinity=4, quota=None))
    snapshot = take(
        evidence(
            machine=machine,
            installed={"torch": "2.11.0"},
            files=Audit(digests={"torch": "abc"}),
            variables={"OMP_NUM_THREADS": "4", "EDITOR": "vi"},
        )
    )
    assert snapshot.machine["cpu affinity"] == "4"
    assert snapshot.machine["memory"].startswith("none: ")
    assert (snapshot.packages, snapshot.digests) == ({"torch": "2.11.0"}, {"torch": "abc"})
    assert snapshot.variables == {"OMP_NUM_THREADS": "4"}


def test_a_secret_is_never_kept_and_its_change_is_seen() -> None:
    before, now = (take(evidence(variables={"HF_TOKEN": value})) for value in ("hf_first", "hf_second"))
    assert "hf_" not in msgspec.json.encode((before, now)).decode()
    assert [change.name for change in differences(before, now)] == ["HF_TOKEN"]


def test_changes_have_kinds() -> None:
    before = msgspec.structs.replace(
        EMPTY, machine={"system kernel": "6.1"}, packages={"a": "1", "b": "1", "c": "1"}, digests={"a": "x", "b": "x"}
    )
    now = msgspec.structs.replace(
        EMPTY, machine={"system kernel": "6.2"}, packages={"a": "1", "b": "2"}, digests={"a": "y", "b": "y"}
    )
    found = {(change.kind, change.name): (change.was, change.now) for change in differences(before, now)}
    assert found == {
        ("setting", "system kernel"): ("6.1", "6.2"),
        ("package", "b"): ("1", "2"),
        ("package", "c"): ("1", "unset"),
        ("file", "a"): ("x", "y"),  # that b's files changed is clear from its version
    }


@given(WORDS, WORDS, WORDS, WORDS)
def test_nothing_changed_between_equal_ones(
    machine: dict[str, str], a: dict[str, str], b: dict[str, str], c: dict[str, str]
) -> None:
    snapshot = Snapshot("", machine, a, b, c)
    assert differences(snapshot, snapshot) == []
    again = msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot)
    assert differences(snapshot, again) == []


@given(WORDS, WORDS)
def test_every_difference_is_told_once(before: dict[str, str], now: dict[str, str]) -> None:
    found = differences(msgspec.structs.replace(EMPTY, packages=before), msgspec.structs.replace(EMPTY, packages=now))
    assert [change.name for change in found] == sorted(n for n in before.keys() | now.keys() if before.get(n) != now.get(n))
