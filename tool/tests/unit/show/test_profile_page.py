"""The page of a profile: what is drawn, what is told without pictures, and that no words get out of its data."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.place import Place
from torch_starter.core.profile import Event, Frame, Memory, Owner, Stack, Stacks
from torch_starter.core.report import Finding, Report
from torch_starter.show.html import page
from unit.show import _memories, _profiled, _profiles
from unit.show.pages import Page
from unit.show.test_html import contrast
from unit.show.test_profile import ALL

MOST_BYTES = 3_000_000
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["</script><script>x</script>", "<!--", "<b>", '"', "\u2028", "\u202ex", "]]>", "{{ 1 }}", "<img src=x onerror=x>"]
)
PICTURES = {
    "profile-data": ["flame", "flame-start", "timeline"],
    "profile-gpu": ["flame", "flame-workers", "flame-start", "timeline"],
    "profile-torchrun": ["flame", "flame-rank-1", "flame-start", "timeline"],
    "profile-no-steps": ["flame"],
    "profile-attached": ["flame"],
    "memory-leak": ["flame"],
    "memory-gpu-full": ["flame", "flame-gpu"],
    "memory-small": ["flame"],
}
every = pytest.mark.parametrize("name", ALL)


def taken_apart(report: Report) -> Page:
    return Page(page(report))


def pictures(shown: Page) -> list[dict[str, Any]]:
    """The data of the pictures in a page."""
    return list(json.loads(shown.scripts[0])) if shown.scripts else []


@every
def test_a_person_who_sees_no_pictures_reads_the_numbers(name: str) -> None:
    text = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", taken_apart(ALL[name]()).lines)
    if name != "profile-full":  # which is long, and has no other words
        assert text == golden(f"{name}-page.txt", text)
    assert "Files for other programs" in text or name in ("profile-hang", "memory-small")


@pytest.mark.parametrize("name", PICTURES)
def test_there_is_a_picture_of_everything_and_each_is_told(name: str) -> None:
    shown = taken_apart(ALL[name]())
    assert sorted(each["id"] for each in pictures(shown)) == sorted(PICTURES[name])
    charts = [each["id"] for each in shown.of("figure") if "chart" in each["class"].split()]
    assert sorted(charts) == sorted(PICTURES[name])
    spoken = [each["aria-label"] for _, each in shown.tags if each.get("role") in ("img", "application")]
    assert all(len(words) > 5 for words in spoken)


@every
def test_a_page_is_small_however_much_was_seen(name: str) -> None:
    assert len(page(ALL[name]()).encode()) < MOST_BYTES


@every
def test_no_style_is_set_by_an_attribute_and_no_script_but_ours_is_let_in(name: str) -> None:
    shown = taken_apart(ALL[name]())
    assert shown.values("style") == []
    (policy,) = [meta["content"] for meta in shown.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.count("sha256-") == (2 if PICTURES.get(name, ["flame"]) else 1)
    assert "unsafe" not in policy


def test_what_to_change_is_on_top_the_largest_gain_first() -> None:
    shown = taken_apart(_profiled.gpu())
    assert [each["class"] for each in shown.of("article")] == ["card advice"] * 6
    assert (
        shown.text.index("1.4x as fast, expected")
        < shown.text.index("1.3x as fast")
        < shown.text.index("Where a step's time goes")
    )
    assert "models/net.py:58" in shown.text
    assert "A value is read in each step." in shown.text
    assert "All findings" not in shown.text


def test_steps_are_columns_of_their_parts_with_the_kind_below() -> None:
    shown = taken_apart(_profiled.data_bound())
    kinds = [each["class"] for each in shown.of("rect") if each.get("class", "").startswith("m-")]
    assert kinds.count("m-bare") == 24 + 1
    assert kinds.count("m-traced") == 5 + 1
    heights = [float(each["height"].rstrip("%")) for each in shown.of("rect") if each["class"] == "p-data" and "y" in each]
    assert len(heights) == 62
    assert all(0 < height <= 100 for height in heights)


@pytest.mark.parametrize("name", ["memory-leak", "memory-gpu-full"])
def test_courses_lie_within_their_pictures(name: str) -> None:
    points = [each["points"] for _, each in taken_apart(ALL[name]()).tags if "points" in each]
    assert points
    places = [float(number) for words in points for pair in words.split() for number in pair.split(",")]
    assert all(0 <= place <= 100 for place in places)


def test_every_word_in_a_picture_stands_out_from_its_box() -> None:
    style = taken_apart(_profiled.gpu()).style
    light = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", "".join(part.split("@media")[0] for part in style.split(":root"))))
    both = re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style)
    dark = {}
    for name, colour in both:
        if light.get(name) != colour or name not in light:
            dark[name] = colour
    for theme in ({**dict(reversed(both)), **light}, {**light, **dark}):
        grounds = [f"f-{name}" for name in ("own", "torch", "native", "package", "others", "copy")]
        assert not {name: theme[name] for name in grounds if contrast(theme["ink"], theme[name]) < 4.5}
        parts = [f"p-{name}" for name in ("data", "transfer", "forward", "backward", "optimizer", "python")]
        assert not {name: theme[name] for name in parts if contrast("#14161a", theme[name]) < 4.5}


@settings(max_examples=25)
@given(WORDS, WORDS, WORDS, st.sampled_from(["time", "memory"]))
def test_no_words_leave_the_data(name: str, file: str, why: str, of: str) -> None:
    frame = Frame(name, file, 3, own=True)
    seen = Stacks(frames=(frame,), stacks=(Stack((0,), 1.0),))
    owner = Owner(place=Place(file, 1), bytes=5, frames=(frame, frame))
    told = _profiles.process(
        _profiles.DATA_BOUND,
        stacks=seen,
        events=(Event("operation", name, 0.0, 1.0), Event(why or "x", file, 0.0, 1.0)),
        imports={name: 1.0},
        memory=Memory(owners=(owner,), phases={name: 3}, roles={why: 3}),
        notes=(why,),
    )
    advised = Finding(id="profile.x", verdict="warn", title=name, seen=why, remedy=file, gain=1.5, place=Place(file, 3))
    profile = _profiles.profile(told, of=of, files={name: why}, folder=file, command=(name, why))
    shown = taken_apart(_profiles.report(profile, advised))
    assert (shown.wrong, shown.open) == ([], [])
    assert len(shown.of("script")) == 2
    assert not shown.of("img")
    assert not {key for _, attributes in shown.tags for key in attributes if key.startswith("on")}
    assert not re.search("[\u202a-\u202e\u2028]", "".join(shown.scripts[:1]))


def test_an_empty_profile_has_a_page() -> None:
    for made in (
        _memories.small(),
        Report(command="profile", profile=_profiles.profile()),
        Report(command="x", profile=_profiles.profile(of="memory")),
    ):
        shown = taken_apart(made)
        assert (shown.wrong, shown.open) == ([], [])
