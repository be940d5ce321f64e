"""What `optimize` found, as a user sees it at a terminal."""

from __future__ import annotations

import io
import math
import subprocess
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from golden import golden
from torch_starter.core.pairs import gain
from torch_starter.core.proof import Member, Proof
from torch_starter.core.report import Change, Report
from torch_starter.show import _proof_words as words
from torch_starter.show.terminal import console, show
from unit.show import proven

COPIED = ("  export ", "before ", "after ", "apply ", "revert ", "a run ")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def shown(report: Report, encoding: str = "utf-8", width: int | None = None) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    show(report, console(stream, width))
    stream.flush()
    return raw.getvalue().decode(encoding)


def as_kept(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def changed(report: Report, **more: Any) -> Report:
    assert report.proof is not None
    return msgspec.structs.replace(report, proof=msgspec.structs.replace(report.proof, **more))


@pytest.mark.parametrize("name", proven.ALL)
def test_a_user_sees(name: str) -> None:
    text = as_kept(shown(proven.ALL[name]()))
    assert text == golden(f"optimize-{name}.txt", text)


@pytest.mark.parametrize("name", ["gained", "gpu"])
def test_a_user_whose_output_knows_only_ascii_sees_words_for_signs(name: str) -> None:
    text = shown(proven.ALL[name](), "ascii")
    assert text.isascii()
    assert as_kept(text) == golden(f"optimize-{name}-ascii.txt", as_kept(text))


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("name", proven.ALL)
def test_what_is_not_to_be_copied_fits_and_what_is_stays_whole(name: str, width: int) -> None:
    lines = shown(proven.ALL[name](), width=width).splitlines()
    assert not [line for line in lines if cell_len(line) > width and not line.startswith(COPIED)]
    proof = proven.ALL[name]().proof
    assert proof is not None
    copied = [f"  {line}" for line in words.exports(proof)] if words.proven(proof) else []
    assert [line for line in copied if line not in lines] == []


@pytest.mark.parametrize("name", proven.ALL)
def test_a_usual_answer_is_not_longer_than_a_screen(name: str) -> None:
    """One that has something of every kind in it may be."""
    assert len(shown(proven.ALL[name]()).splitlines()) <= (50 if name == "gained" else 40)


def test_long_lists_end_in_how_many_more_there_are() -> None:
    report = proven.answer("gained")
    assert report.proof is not None
    many = changed(report, members=report.proof.members * 5, tried=report.proof.tried * 5)
    text = shown(many)
    assert "  and 12 more: --html FILE\n" in text
    assert "  and 32 more, 25 were not tried: --html FILE\n" in text
    assert len(text.splitlines()) < 65


def test_settings_are_told_once_and_files_that_were_changed_too() -> None:
    report = proven.answer("gained")
    report.changes.append(
        Change(kind="file", name="profile.json", was="as before", now="with the profile", why="/project/profile.json")
    )
    text = shown(report)
    assert "profile.json  as before  ->  with the profile  /project/profile.json" in text
    assert "unset" not in text


def test_a_terminal_gets_colours_unless_the_user_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1;32m1.85 times as fast" in shown(proven.answer("gained"))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown(proven.answer("gained"))


@pytest.mark.parametrize(("value", "preloaded"), [("/a/b.so", "/other.so"), ("/a b/'c'.so", ""), ("/a/$(touch x).so", "/o.so")])
def test_exports_are_what_a_shell_makes_of_the_profile(value: str, preloaded: str) -> None:
    member = Member(setting="allocator", label="x", safety="rounding", variables={"+LD_AUDITED": value, "CONF": "a:b,c d"})
    other = Member(setting="runtime", label="x", safety="rounding", variables={"+LD_AUDITED": "/first.so"})
    proof = proven.proof_of(gain([2.0]), members=[member, other])
    script = "\n".join([*words.exports(proof), 'printf %s "$LD_AUDITED|$CONF"'])
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env={"LD_AUDITED": preloaded})
    assert done.stdout == f"/first.so:{value}{':' if preloaded else ''}{preloaded}|a:b,c d"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0000123, "12.3 µs"),
        (0.184, "184 ms"),
        (1.234, "1.23 s"),
        (119, "119 s"),
        (571, "9.5 min"),
        (600, "10 min"),
    ],
)
def test_times_have_three_digits_that_matter(seconds: float, told: str) -> None:
    assert words.span(seconds) == told


@pytest.mark.parametrize(
    ("value", "told"), [(0.904, "0.90"), (1.8449, "1.84"), (14.92, "14.9"), (214.4, "214"), (math.inf, "any number")]
)
def test_factors_have_three_digits_that_matter(value: float, told: str) -> None:
    assert words.factor(value) == told


def test_one_pair_alone_is_told_to_be_that() -> None:
    text = shown(changed(proven.answer("gained"), gain=gain([1.8])))
    assert "1.80 times as fast (one pair alone), faster in 1 of 1 pairs" in text


def test_words_of_others_are_shown_as_they_are_and_without_control_codes() -> None:
    rest = [proven.tried("[bold]x[/]", "\x1b[31mred", "failed", why="[/] why\x07")]
    text = shown(changed(proven.answer("nothing"), tried=rest))
    assert "[bold]x[/] red" in text
    assert "failed: [/] why" in text
    assert "\x1b" not in text


@given(WORDS, WORDS, st.floats(0, 1), st.floats(1e-9, 1e6), st.sampled_from(["utf-8", "ascii"]))
def test_whatever_was_found_can_be_shown(name: str, why: str, part: float, seconds: float, encoding: str) -> None:
    found = gain([1 + part, 1.5])
    member = Member(setting=name, label=why, safety="rounding", variables={"X": why}, gain=found)
    rest = [proven.tried(name, why, "failed", [part + 1e-9], why)]
    proof = proven.proof_of(found, members=[member], tried=rest, step=seconds, bounds={"data": part}, before=why, beyond=[why])
    text = shown(proven.report_of(proof, "done"), encoding)
    assert "\x1b" not in text
    assert "times as fast" in text


def test_what_fresh_pairs_did_not_prove_is_told_and_is_no_gain() -> None:
    found = gain([5.9, 2.2, 2.2, 0.6, 0.1])
    text = shown(changed(proven.answer("nothing"), gain=found, pairs=proven.pairs([5.9, 2.2, 2.2, 0.6, 0.1], 0.3)))
    assert f"what looked best, in fresh pairs  1.11 ({words.interval(found)}), faster in 3 of 5\n" in text
    assert "times as fast (" not in text


def test_a_figure_that_is_not_told_is_that_of_its_ratios() -> None:
    rest = [msgspec.structs.replace(proven.tried("threads", "1", "slower", [0.5, 0.72]), gain=None)]
    assert "threads 1   0.60   0 of 2  slower\n" in shown(changed(proven.answer("nothing"), tried=rest))


def test_a_proof_may_be_empty() -> None:
    proof = proven.proof_of(None)
    bare = Proof(
        **{name: getattr(proof, name) for name in ("at", "key", "command", "folder", "noise", "provable", "steps", "step")}
    )
    assert "nothing beat the noise" in shown(Report(command="optimize", proof=bare))
