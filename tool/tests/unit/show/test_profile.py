"""What `profile` and `memory-profile` found, as a user sees it at a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from golden import golden
from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Memory, Owner, Process, Profile, Stack, Stacks
from torch_starter.core.report import Finding, Report, Stop
from torch_starter.show import _profile_words as words
from torch_starter.show._profile_lines import MOST_LINES
from torch_starter.show.terminal import console, show
from unit.show import _memories, _memories_gpu, _profiled, _profiles, _seen

ALL: dict[str, Callable[[], Report]] = {
    **{f"profile-{name}": made for name, made in _profiled.ALL.items()},
    "memory-leak": _memories.leaking,
    "memory-gpu-full": _memories_gpu.full_gpu,
    "memory-small": _memories.small,
}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
every = pytest.mark.parametrize("name", ALL)


def shown(report: Report, encoding: str = "utf-8", width: int | None = None) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    show(report, console(stream, width))
    stream.flush()
    return raw.getvalue().decode(encoding)


def as_kept(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@every
def test_a_user_sees(name: str) -> None:
    text = as_kept(shown(ALL[name]()))
    assert text == golden(f"{name}.txt", text)


@pytest.mark.parametrize("name", ["profile-gpu", "memory-leak"])
def test_a_user_whose_output_knows_only_ascii_sees_words_for_signs(name: str) -> None:
    text = shown(ALL[name](), "ascii")
    assert text.isascii()
    assert "?" not in text
    assert as_kept(text) == golden(f"{name}-ascii.txt", as_kept(text))


@pytest.mark.parametrize("width", [60, 80])
@every
def test_nothing_is_wider_than_the_terminal_but_what_the_command_notes(name: str, width: int) -> None:
    report = ALL[name]()
    lines = [line for line in shown(report, width=width).splitlines() if line not in report.notes]
    assert [line for line in lines if cell_len(line) > width] == []


@every
def test_an_answer_is_not_longer_than_a_screen(name: str) -> None:
    assert len(shown(ALL[name]()).splitlines()) <= MOST_LINES


def test_findings_come_by_their_gain_and_what_is_wrong_first() -> None:
    wrong = Finding(id="profile.ended", verdict="fail", title="it failed", seen="one\ntwo")
    report = _profiles.report(
        _profiles.profile(_profiles.process(_profiles.DATA_BOUND)), _profiles.UNFUSED, _profiles.WAITS, wrong
    )
    text = shown(report)
    assert text.index("it failed") < text.index("two") < text.index("1.9x  steps wait") < text.index("1.06x  the optimizer")
    assert text.endswith("3 findings in 34.2 s: expected to be 1.9x as fast with the first\n")


def test_what_was_seen_is_told_beside_what_stopped_it() -> None:
    report = _profiled.gpu()
    report.stop = Stop(
        "profile.command", "train.py: CUDA error; what was seen until then is told", "see it: ./dev.sh run -- train.py"
    )
    lines = shown(report).splitlines()
    assert lines[-2:] == [
        "stopped: train.py: CUDA error; what was seen until then is told",
        "what to do: see it: ./dev.sh run -- train.py",
    ]
    assert len(lines) <= MOST_LINES
    assert any("1.3x  the GPU waits for Python" in line for line in lines)


def test_a_mean_that_is_far_from_the_median_is_told() -> None:
    steps = (*_seen.steps({"forward": 0.01}, (("bare", 9),)), *_seen.steps({"forward": 0.5}, (("bare", 1),)))
    assert "a step takes 10.1 ms, 58.1 ms on average" in shown(
        _profiles.report(_profiles.profile(_profiles.process({}, steps=steps)))
    )


def test_what_is_left_out_is_counted() -> None:
    report = _profiled.gpu()
    text = shown(msgspec.structs.replace(report, findings=report.findings * 4))
    assert "more: --html FILE\n" in text
    assert len(text.splitlines()) <= MOST_LINES


@pytest.mark.parametrize(("value", "told"), [(1.06, "1.06x"), (1.9, "1.9x"), (12.3, "12x"), (None, "")])
def test_a_gain_has_as_many_digits_as_it_is_sure(value: float | None, told: str) -> None:
    assert words.gain(Finding(id="profile.x", verdict="warn", title="x", gain=value)) == told


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("/home/u/p/train.py", "train.py"),
        ("/home/u/p/.venv/lib/python3.12/site-packages/torch/optim/adam.py", "torch/optim/adam.py"),
        ("/usr/lib/python3.12/queue.py", "queue.py"),
        ("/other/train.py", "/other/train.py"),
    ],
)
def test_files_are_named_within_what_they_belong_to(file: str, told: str) -> None:
    assert words.bare_path(words.bare_path(file, "/home/u/p"), "/home/u/p") == told


@pytest.mark.parametrize(("room", "told"), [(30, "a/long/folder/train.py:12"), (14, "…/train.py:12"), (8, "…n.py:12")])
def test_a_path_without_room_keeps_its_end(room: int, told: str) -> None:
    assert words.within("a/long/folder/train.py:12", room) == told


def test_a_profile_may_be_empty() -> None:
    assert "nothing of it was seen" in shown(Report(command="profile", profile=Profile()))
    assert "at its peak 0 B" in shown(Report(command="memory-profile", profile=Profile(of="memory")))


@given(
    WORDS,
    WORDS,
    st.floats(1, 1e6),
    st.integers(0, 2**60),
    st.sampled_from(["utf-8", "ascii"]),
    st.sampled_from(["time", "memory"]),
)
def test_whatever_was_found_can_be_shown(name: str, why: str, gain: float, size: int, encoding: str, of: str) -> None:
    frame = Frame(name, why, size % 1000, own=bool(size % 2))
    seen = Stacks(frames=(frame,), stacks=(Stack((0,), gain), Stack((), 1.0)))
    owner = Owner(place=Place(why, size), bytes=size, frames=(frame,))
    memory = Memory(phases={name: size}, roles={why: size}, owners=(owner,), activations=(owner,), peak=size, grows=size)
    told = Process(
        process=1, ended="error", error=why, stacks=seen, start=seen, memory=memory, imports={name: gain}, sampler=name
    )
    profile = Profile(
        of="time" if of == "time" else "memory", script=why, command=(name,), processes=(told,), folder=why, files={name: why}
    )
    advised = Finding(id="profile.x", verdict="warn", title=name, seen=why, remedy=why, gain=gain, place=Place(why, 3))
    text = shown(Report(command="profile", profile=profile, findings=[advised]), encoding)
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []
