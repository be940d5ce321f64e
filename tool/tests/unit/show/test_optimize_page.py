"""The page of a proof: what is drawn, what is told without pictures, and that no words get out of its data."""

from __future__ import annotations

import itertools
import json
import math
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.pairs import gain
from torch_starter.core.proof import Edit, Member
from torch_starter.core.report import Change, Report
from torch_starter.show._proof_words import patches
from torch_starter.show.forest_chart import TICKS, Row, marks, reach, tried, worth
from torch_starter.show.html import page
from torch_starter.show.pair_charts import bound_bars, ends, pair_charts
from unit.show import proven
from unit.show.pages import Page

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["</script><script>x</script>", "<!--", "<b>", '"', "\u2028", "]]>", "{{ 1 }}", "<img src=x onerror=x>"]
)
PICTURES = {
    "gained": ["pairs", "gain", "worth", "tried", "bounds"],
    "nothing": ["tried", "bounds"],
    "failing": ["tried"],
    "gpu": ["pairs", "gain", "tried", "bounds"],
    "for-all": ["pairs", "gain", "bounds"],
}


def drawn(report: Report) -> dict[str, dict[str, Any]]:
    """The figures in a page, by the places that they are drawn in."""
    shown = Page(page(report))
    figures = {each["id"]: each["figure"] for each in json.loads(shown.scripts[0])}
    assert set(figures) == {each["id"] for each in shown.of("div") if "chart" in each.get("class", "").split()}
    return figures


@pytest.mark.parametrize("name", proven.ALL)
def test_a_person_who_sees_no_pictures_reads_the_numbers(name: str) -> None:
    text = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", Page(page(proven.ALL[name]())).lines)
    assert text == golden(f"optimize-{name}-page.txt", text)


@pytest.mark.parametrize("name", proven.ALL)
def test_there_is_a_picture_of_everything_and_each_is_told(name: str) -> None:
    assert list(drawn(proven.ALL[name]())) == PICTURES[name]
    charts = [each for each in Page(page(proven.ALL[name]())).of("div") if "chart" in each.get("class", "").split()]
    assert all(each["role"] == "img" and len(each["aria-label"]) > 20 for each in charts)


def test_a_page_without_a_picture_has_no_script() -> None:
    shown = Page(page(proven.report_of(proven.proof_of(None, bounds={}), "nothing")))
    assert shown.of("script") == []
    assert "Nothing beat the noise." in shown.text


def test_the_patch_is_on_the_page_as_git_takes_it() -> None:
    report = proven.answer("gained")
    assert report.proof is not None
    text = page(report)
    (found,) = re.findall(r'<pre class="command patch"[^>]*><code>(.*?)</code>', text, re.DOTALL)
    assert "".join(Page(found).words) == patches(report.proof)


def test_settings_are_told_once_and_files_that_were_changed_too() -> None:
    report = proven.answer("gained")
    report.changes.append(Change(kind="file", name="profile.json", was="as before", now="with the profile"))
    shown = Page(page(report))
    assert "profile.json file" in shown.text
    assert "unset" not in shown.text
    assert "Measurements" not in shown.text


def test_all_runs_of_the_proof_are_there_and_closed_at_first() -> None:
    shown = Page(page(proven.answer("gained")))
    parts = [each for each in shown.of("details") if "inner" in each["class"].split()]
    assert ["open" in each for each in parts] == [False, False]
    assert shown.text.count("pair 9, with") == 2


def test_pairs_are_dots_joined_by_lines_on_the_same_heights_in_both_pictures() -> None:
    proof = proven.answer("gained").proof
    assert proof is not None
    steps, ratios = (chart.figure["data"] for chart in pair_charts(proof))
    lines, before, after = steps
    assert before["y"] == after["y"] == ratios[0]["y"] == list(range(-1, -10, -1))
    assert before["x"] == [1000 * pair.before.step for pair in proof.pairs]
    assert lines["x"] == [x for pair in zip(before["x"], after["x"], strict=True) for x in (*pair, None)]
    assert ratios[0]["x"] == [pair.before.step / pair.after.step for pair in proof.pairs]


def test_what_was_not_proven_is_drawn_in_another_colour_and_told() -> None:
    fresh = proven.pairs([5.9, 0.1], 0.3)
    told = [proven.proof_of(gain([5.9, 0.1]), pairs=fresh, members=members) for members in ([], proven.proof("gained").members)]
    colours = [{trace["marker"]["color"] for trace in pair_charts(each)[1].figure["data"]} for each in told]
    assert colours == [{"--bar"}, {"--c3"}]
    assert ["was not proven" in pair_charts(each)[0].note for each in told] == [True, False]


def test_what_is_on_a_scale_is_on_it_and_an_interval_without_end_is_cut() -> None:
    one = gain([14.0])
    low, high = ends([14.0], one)
    assert low < 1 < 14 < high < 30
    rows = [Row("x", 1.0, 0.001, math.inf, "", "", "", (0.5, 2.0)), Row("y", 1.1, 1.05, 1.15, "", "", "")]
    low, high = reach(rows)
    assert math.log(0.25) < low < math.log(0.5)
    assert math.log(2) < high < math.log(4)


@given(st.floats(-4, -0.001), st.floats(0.001, 6))
def test_marks_of_a_scale_are_on_it_and_do_not_lie_on_each_other(low: float, high: float) -> None:
    found = marks(low, high)
    assert 1 in found
    assert set(found) <= {1.0, *TICKS}
    places = [math.log(tick) for tick in found]
    assert low <= places[0] <= places[-1] <= high
    assert all(second - first > 0.05 * (high - low) for first, second in itertools.pairwise(places))


def test_one_member_is_worth_the_gain_and_needs_no_picture() -> None:
    proof = proven.answer("gpu").proof
    assert proof is not None
    assert worth(proof) is None
    assert worth(msgspec.structs.replace(proof, members=proven.proof("gained").members)) is not None


def test_what_has_no_ratios_is_in_no_picture() -> None:
    proof = proven.proof_of(None, tried=[proven.tried("compile", "default", "failed", why="x")], bounds={"data": 0.001})
    assert (tried(proof), bound_bars(proof)) == (None, None)


@settings(max_examples=15)  # a page is several megabytes
@given(WORDS, WORDS, WORDS)
def test_no_words_leave_the_data(name: str, label: str, why: str) -> None:
    edit = Edit(text=why, patch=f"--- a/{name}\n+{label}\n")
    member = Member(
        setting=name, label=label, safety="rounding", title=why, turns={name: why}, gain=gain([1.1, 1.2]), edits=[edit]
    )
    rest = [proven.tried(name, label, "slower", [0.9, 0.8, 0.7], why)]
    fresh = proven.pairs([1.2, 1.3], 0.1)
    proof = proven.proof_of(
        gain([1.2, 1.3]), members=[member, member], tried=rest, pairs=fresh, command=[name, why], beyond=[why]
    )
    shown = Page(page(proven.report_of(proof, why)))
    assert (shown.wrong, shown.open) == ([], [])
    assert len(shown.of("script")) == 3
    assert [each["id"] for each in json.loads(shown.scripts[0])] == ["pairs", "gain", "worth", "tried", "bounds"]
    assert not shown.of("img")
    words = json.dumps([each["figure"] for each in json.loads(shown.scripts[0])])
    assert not re.search(r"<(?!/?b>|br>)", words)
