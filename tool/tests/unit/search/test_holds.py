from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from shape.source import ROOT
from torch_starter.core import lock
from torch_starter.core.problems import WrongSpec
from torch_starter.core.spec_file import load
from torch_starter.search.holds import HEAD, Hold, merged, read, write

ACCELERATORS = ("cpu", "cu124", "cu130")
TORCH = Hold("torch", "<2.15", "packages.trio.torchaudio", "it refuses", "2026-01-01")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.sampled_from(["alpha", "beta", "gamma-delta", "nvidia-cuda-runtime-cu12"])
BOUNDS = st.sampled_from(["<2", "<2.15", "!=0.29.2", "<1!3", "<2.0rc1", "<3,!=2.5"])
SOME = st.lists(st.sampled_from(ACCELERATORS), unique=True).map(tuple)
HOLDS = st.builds(Hold, NAMES, BOUNDS, WORDS, WORDS, st.dates().map(str), SOME)


@given(st.lists(HOLDS, max_size=5))
def test_what_is_written_is_read_back(holds: list[Hold]) -> None:
    assert read(write(holds)) == tuple(holds)


def test_it_says_who_writes_it() -> None:
    """So nobody puts comments of their own into it: they would be gone after the next search."""
    edited = write([TORCH]).replace("[[hold]]", "# mine\n[[hold]] # mine")
    assert read(edited) == (TORCH,)
    assert write(read(edited)) == write([TORCH])
    assert write([TORCH]).startswith(HEAD)
    assert "Written by ./dev.sh lock-update" in HEAD


def test_it_is_as_people_would_write_it() -> None:
    assert write([TORCH]) == (
        HEAD + '\n[[hold]]\npackage = "torch"\nbound = "<2.15"\ncheck = "packages.trio.torchaudio"\nevidence = "it refuses"\n'
        'date = "2026-01-01"\n'
    )


def test_no_holds_are_none() -> None:
    assert read(None) == read("") == read(write([])) == ()
    assert write([]) == HEAD


@pytest.mark.parametrize("name", ["My_Package", "my.package", "my-package"])
def test_a_name_may_be_written_in_any_way(name: str) -> None:
    text = write([TORCH]).replace('"torch"', f'"{name}"')
    assert [hold.package for hold in read(text)] == [canonicalize_name("my-package")]


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "hold = 1",
        "[[hold]]\npackage = 1",
        '[[hold]]\npackage = "torch"',
        write([TORCH]).replace("<2.15", "2.15"),
        write([TORCH]).replace("<2.15", "below 2"),
        write([TORCH]).replace("<2.15", "<2.15,<<3"),
    ],
)
def test_what_is_not_a_hold_is_refused(text: str) -> None:
    with pytest.raises(WrongSpec, match=r"locks/holds\.toml") as refused:
        read(text)
    assert (refused.value.code, refused.value.remedy) == ("holds.syntax", "git checkout -- locks/holds.toml")


@pytest.mark.parametrize(
    ("bound", "version", "met"),
    [
        ("<2.15", "2.14.1", True),
        ("<2.15", "2.14.1+cpu", True),
        ("<2.15", "2.15.0", False),
        ("<2.15", "2.15.0+cu130", False),
        ("<2.15", "2.15rc1", False),
        ("<2.15", "2.14rc1", True),
        ("!=0.29.2", "0.29.2+cu130", False),
        ("!=0.29.2", "0.29.3", True),
    ],
)
def test_a_hold_is_met_by_versions_below_it_whatever_their_build(bound: str, version: str, met: bool) -> None:
    assert Hold("torch", bound, "c", "e", "d").met_by(version) == met


def test_a_hold_concerns_all_accelerators_or_those_that_it_names() -> None:
    assert TORCH.concerns("cpu")
    assert Hold("a", "<1", "c", "e", "d", ("cu124",)).concerns("cu124")
    assert not Hold("a", "<1", "c", "e", "d", ("cu124",)).concerns("cpu")


def by(accelerator: str, holds: Iterable[Hold]) -> set[tuple[str, str]]:
    return {(hold.package, hold.bound) for hold in holds if hold.concerns(accelerator)}


@given(st.lists(HOLDS, max_size=4), st.dictionaries(st.sampled_from(ACCELERATORS), st.lists(HOLDS, max_size=3)))
def test_each_accelerator_has_what_was_found_for_it_or_else_what_it_had(before: list[Hold], found: dict[str, list[Hold]]) -> None:
    after = merged(before, found.items(), ACCELERATORS)
    for name in ACCELERATORS:
        wanted = {(hold.package, hold.bound) for hold in found[name]} if name in found else by(name, before)
        assert by(name, after) == wanted
    assert len(after) == len({(hold.package, hold.bound) for hold in after})
    assert read(write(after)) == tuple(after)


def hold(date: str, *accelerators: str, package: str = "torch", evidence: str = "e") -> Hold:
    return Hold(package, "<2.15", "c", evidence, date, accelerators)


def test_equal_ones_become_one_with_the_oldest_date() -> None:
    found = [("cpu", [hold("2026-03-01", evidence="new")]), ("cu124", [hold("2026-01-01", evidence="old")])]
    assert merged((), found, ("cpu", "cu124")) == [hold("2026-01-01", evidence="old")]
    assert merged((), found, ACCELERATORS) == [hold("2026-01-01", "cpu", "cu124", evidence="old")]


def test_what_is_not_needed_any_more_is_gone_where_it_was_searched() -> None:
    assert merged([hold("d")], [("cpu", [])], ACCELERATORS) == [hold("d", "cu124", "cu130")]
    assert merged([hold("d")], [(name, []) for name in ACCELERATORS], ACCELERATORS) == []


def test_they_keep_their_order_and_new_ones_follow_by_name() -> None:
    before = [hold("d", package=name) for name in ("torch", "beta")]
    found = [hold("d", package=name) for name in ("zeta", "beta", "alpha", "torch")]
    after = merged(before, [(name, found) for name in ACCELERATORS], ACCELERATORS)
    assert [each.package for each in after] == ["torch", "beta", "alpha", "zeta"]


def test_the_committed_holds_are_read_and_obeyed_by_the_committed_locks() -> None:
    held = read((ROOT / "locks" / "holds.toml").read_text())
    spec = load((ROOT / "torch-starter.toml").read_text(), {}).spec
    assert held
    assert {name for each in held for name in each.accelerators} <= spec.accelerators.keys()
    for name in spec.accelerators:
        pins = lock.parse((ROOT / "locks" / f"{name}.txt").read_text(), name)
        assert not [
            (each.package, pin.version) for each in held for pin in pins if each.package == pin.name and not kept(each, name, pin)
        ]


def kept(hold: Hold, accelerator: str, pin: lock.Pin) -> bool:
    return not hold.concerns(accelerator) or hold.met_by(pin.version)
