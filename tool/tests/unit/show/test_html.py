from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.report import Finding, Measurement, Report, Verdict
from torch_starter.show._words import SIGNS
from torch_starter.show.html import page
from unit.show import proven, reports
from unit.show.pages import Page
from unit.show.test_profile import ALL

REPORTS: dict[str, Callable[[], Report]] = {
    "judged": reports.judged,
    "well": reports.well,
    "planned": reports.planned,
    "stopped": reports.stopped,
    "everything": reports.everything,
    "many": reports.many,
    "empty": lambda: Report(command="facts"),
    "benchmark": reports.benchmarked,
    "benchmark-history": reports.remembered,
    "benchmark-list": reports.choice,
    "optimize": proven.ALL["gained"],
    "optimize-nothing": proven.ALL["nothing"],
    **ALL,
}
DRAWN = ("optimize", "profile", "memory", "benchmark-history")  # by a script
STILL = [name for name in REPORTS if not name.startswith(DRAWN) and name != "benchmark"]
VERDICTS: list[Verdict] = ["ok", "warn", "fail", "crash", "skip", "unknown"]
WORDS = st.text(max_size=40) | st.sampled_from(
    ["<script>x</script>", '" onload="x', "</style>", "{{ 1 }}", "&amp;", "\x1b[31m", "\u202ex"]
)
every = pytest.mark.parametrize("name", REPORTS)


def taken_apart(report: Report) -> Page:
    return Page(page(report))


@every
def test_every_tag_is_closed_and_every_id_is_one_of_its_kind(name: str) -> None:
    shown = taken_apart(REPORTS[name]())
    assert (shown.wrong, shown.open) == ([], [])
    ids = shown.values("id")
    assert len(ids) == len(set(ids))
    named = [*shown.values("aria-labelledby"), *(link.removeprefix("#") for link in shown.values("href"))]
    assert set(named) <= set(ids)


@pytest.mark.parametrize("name", STILL)
def test_it_loads_nothing_and_runs_nothing(name: str) -> None:
    shown = taken_apart(REPORTS[name]())
    assert not shown.values("src") + shown.of("script") + shown.of("link") + shown.of("iframe") + shown.values("style")
    assert all(link.startswith("#") for link in shown.values("href"))
    assert "@import" not in shown.style
    assert "url(" not in shown.style
    (policy,) = [meta["content"] for meta in shown.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    known = base64.b64encode(hashlib.sha256(shown.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'"


@every
def test_it_can_be_read_aloud(name: str) -> None:
    shown = taken_apart(REPORTS[name]())
    assert shown.of("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in shown.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(header.get("scope") in ("row", "col", "rowgroup") for header in shown.of("th"))
    assert len(shown.of("thead")) == len(shown.of("table"))


def test_a_person_reads() -> None:
    text = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", taken_apart(reports.everything()).lines)
    assert text == golden("page.txt", text)


def test_what_is_not_well_comes_first_the_worst_before_the_rest() -> None:
    shown = taken_apart(reports.judged())
    assert [each["class"] for each in shown.of("article")] == ["card crash", "card fail", "card unknown", "card warn"]
    assert shown.text.index("What is not well") < shown.text.index("At a glance") < shown.text.index("All findings")
    assert "2 things are wrong." in shown.text


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_told_by_more_than_its_colour(verdict: Verdict) -> None:
    shown = taken_apart(Report(command="x", findings=[Finding(id="a.b", verdict=verdict, title="t")]))
    assert SIGNS[verdict] in shown.words
    assert verdict in shown.words


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (["ok", "skip"], "All is well."),
        (["ok", "warn"], "It works, with one warning."),
        (["warn", "warn"], "It works, with 2 warnings."),
        (["unknown", "warn"], "One thing could not be looked at."),
        (["unknown", "unknown"], "2 things could not be looked at."),
        (["fail", "unknown"], "One thing is wrong."),
        (["fail", "crash"], "2 things are wrong."),
        ([], "Done."),
    ],
)
def test_the_sentence_on_top(verdicts: list[Verdict], told: str) -> None:
    findings = [Finding(id=f"a.{place}", verdict=verdict, title="t") for place, verdict in enumerate(verdicts)]
    assert told in taken_apart(Report(command="x", findings=findings)).text


@given(
    st.sampled_from(VERDICTS), WORDS, WORDS, WORDS, WORDS, st.dictionaries(WORDS, WORDS | st.integers() | st.none(), max_size=3)
)
def test_no_words_become_a_part_of_the_page(
    verdict: Verdict, title: str, seen: str, remedy: str, note: str, facts: dict[str, object]
) -> None:
    def report(words: list[str], facts: dict[str, object]) -> Report:
        finding = Finding(id="a.b", verdict=verdict, title=words[0], seen=words[1], wanted=words[1], remedy=words[2])
        return Report(command="x", findings=[finding], notes=[words[3]], facts={"fact": facts}, started_at="now")

    text = page(report([title, seen, remedy, note], facts))
    shown, harmless = Page(text), Page(page(report(["t", "s" * len(seen), "r" * len(remedy), "n"], dict.fromkeys(facts))))
    assert {tag for tag, _ in shown.tags} <= {tag for tag, _ in harmless.tags} | {
        "pre",
        "code",
        "dl",
        "dt",
        "dd",
        "div",
        "span",
        "th",
        "td",
    }
    assert (shown.wrong, shown.open) == ([], [])
    assert not {name for _, attributes in shown.tags for name in attributes if name.startswith("on")}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert text.encode()


def test_words_that_look_like_a_page_are_shown_as_they_are() -> None:
    hostile = "<script>alert(1)</script> & \"quotes\" 'too' {{ 7 * 7 }}"
    report = Report(command="x", findings=[Finding(id="a.b", verdict="fail", title=hostile, seen=hostile, remedy=hostile)])
    assert taken_apart(report).text.count(hostile) == 4


def test_a_remedy_that_is_a_command_is_copied_by_one_click() -> None:
    report = Report(command="x", findings=[Finding(id="a.b", verdict="fail", title="t", remedy="unset X")])
    shown = taken_apart(report)
    assert [each["class"] for each in shown.of("pre")] == ["command"]
    assert "user-select: all" in shown.style


def test_the_slowest_are_drawn_and_all_others_are_one_bar() -> None:
    findings = [Finding(id=f"a.{number}", verdict="ok", title="t", seconds=20.0 - number) for number in range(12)]
    shown = taken_apart(Report(command="x", findings=findings, seconds=60.0))
    bars = [each["width"] for each in shown.of("rect") if each.get("class") != "rail"]
    assert len(bars) == 11
    assert (bars[0], bars[-1]) == ("100.0%", "95.0%")
    assert "174 s of work took 60 s" in shown.text


def test_nothing_is_drawn_where_nothing_took_time() -> None:
    assert "Where the seconds went" not in taken_apart(reports.well()).text


def test_samples_lie_within_their_picture() -> None:
    measurement = Measurement(name="m", unit="s", samples=(0.0, -1.0, 4.0))
    shown = taken_apart(Report(command="x", measurements=[measurement, Measurement(name="none", unit="s", samples=(0.0,))]))
    places = [float(each["cx"].rstrip("%")) for each in shown.of("circle")]
    assert len(places) == 4
    assert all(0 <= place <= 100 for place in places)


def test_every_word_stands_out_from_its_ground() -> None:
    """At least 4.5 to 1, as the Web Content Accessibility Guidelines ask for text, in the light and in the dark."""
    style = taken_apart(reports.well()).style
    light = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style.split("@media")[0]))
    dark = {**light, **dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style.split("@media")[1]))}
    assert dark["paper"] != light["paper"]
    pairs = [(word, ground) for word in ("ink", "soft", "ok", "warn", "fail", "unknown", "skip") for ground in ("paper", "card")]
    pairs += [("ink", "rail"), ("on-fail", "fail-square"), ("on-warn", "warn-square"), ("on-unknown", "unknown-square")]
    ratios = {
        (theme[word], word, ground): contrast(theme[word], theme[ground]) for theme in (light, dark) for word, ground in pairs
    }
    assert not {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5}


def contrast(one: str, other: str) -> float:
    """The ratio of the luminance of two colours, by the formula of the guidelines."""
    weights = (0.2126, 0.7152, 0.0722)

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        return sum(
            w * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for w, part in zip(weights, parts, strict=True)
        )

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
