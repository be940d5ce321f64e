"""The page of benchmarks in a real browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser

from real._browser import CHROMIUM, OVERFLOW, Opened, started, written
from torch_starter.core.report import Past, Report
from torch_starter.show.benchmarks import LIMITS
from unit.show import reports

PICTURES = 4  # of the report: two rooflines, bars, samples
COPIES = 7  # of the figures, for as many as the full suite has
HEIGHTS = "all => all.map(each => each.getBoundingClientRect().height)"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from started()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page"), reports.benchmarked())


def large() -> Report:
    """As many figures as the full suite has, each with earlier runs; one has as many words as its longest."""
    report = reports.benchmarked()
    limits = [each for each in report.measurements if each.name == LIMITS]
    others = [each for each in report.measurements if each.name != LIMITS]
    copies = [msgspec.structs.replace(each, name=f"{each.name}-{copy}") for copy in range(COPIES) for each in others]
    report.measurements = limits + copies
    told = [(each.key, each.unit, each.median) for each in report.measurements]
    report.history = [
        Past(f"2026-01-0{day}", "", key, unit, value, value, value) for day in (1, 2, 3) for key, unit, value in told
    ]
    return report


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("large"), large())


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_drawn_without_a_word_and_without_the_network(browser: Browser, file: Path, scheme: str, width: int) -> None:
    opened = Opened(browser, file, scheme, width)
    assert opened.said == []
    assert opened.asked == [file.as_uri()]
    drawn = opened.page.locator(".chart > .plot-container .svg-container > svg.main-svg:first-child")
    assert drawn.count() == PICTURES
    assert all(part["height"] > 100 for part in [each.bounding_box() or {"height": 0.0} for each in drawn.all()])
    assert opened.page.locator("#limits .bars .point").count() == 2 * 7
    assert opened.page.locator("#samples .scatter").count() > 5
    assert opened.page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("width", [1200, 390])
def test_no_words_above_bars_and_points_lie_on_others(browser: Browser, file: Path, width: int) -> None:
    opened = Opened(browser, file, "light", width)
    boxes = opened.page.eval_on_selector_all(
        ":is(#limits, #samples) .annotation text",
        "all => all.map(each => each.getBoundingClientRect()).map(({left, right, top, bottom}) => [left, right, top, bottom])",
    )
    assert len(boxes) == 2 * (7 + 8) + 3 + 4
    assert all(left >= 0 and right <= width for left, right, _, _ in boxes)
    pairs = itertools.combinations(boxes, 2)
    assert not [(one, two) for one, two in pairs if one[0] < two[1] and two[0] < one[1] and one[2] < two[3] and two[2] < one[3]]


@pytest.mark.parametrize(("width", "lines"), [(1200, 1), (390, 2)])
def test_a_large_run_is_short_at_first_and_has_all_that_is_opened(
    browser: Browser, large_file: Path, width: int, lines: int
) -> None:
    opened = Opened(browser, large_file, "light", width)
    rows = opened.page.locator(".numbers tbody tr:not(.head)")
    assert [each.is_visible() for each in (rows.first, opened.page.locator("#past-0"))] == [False, False]
    assert opened.page.locator(".small-chart svg").count() == 0
    assert opened.page.evaluate(OVERFLOW) <= 0
    opened.open()
    assert rows.last.is_visible()
    assert rows.count() == 7 + 8 * COPIES
    assert opened.page.locator(".small-chart > .plot-container").count() == 8 * COPIES
    pairs = "all => all.map(each => [each.querySelector('svg.main-svg'), each].map(one => one.getBoundingClientRect().width))"
    assert all(svg == pytest.approx(place, abs=1) for svg, place in opened.page.eval_on_selector_all(".small-chart", pairs))
    assert opened.page.evaluate(OVERFLOW) <= 0
    assert opened.said == []
    line = opened.page.eval_on_selector(".numbers", "each => parseFloat(getComputedStyle(each).lineHeight)")
    assert max(opened.page.eval_on_selector_all(".numbers tbody tr:not(.head)", HEIGHTS)) < (lines + 0.7) * line


@pytest.mark.parametrize("width", [641, 929])
def test_numbers_do_not_overflow_where_columns_begin_to_be_shown(browser: Browser, large_file: Path, width: int) -> None:
    opened = Opened(browser, large_file, "light", width)
    opened.open()
    assert opened.page.evaluate(OVERFLOW) <= 0


def test_what_is_closed_is_printed_and_closed_afterwards(browser: Browser, file: Path) -> None:
    opened = Opened(browser, file, "light", 1200)
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened.page.wait_for_selector("#past-0 svg.main-svg", state="attached")
    assert opened.page.locator("details.part[open]").count() == 2
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.page.locator("details.part[open]").count() == 0
    assert opened.said == []


def test_the_two_schemes_look_different_and_a_change_is_followed(browser: Browser, file: Path) -> None:
    light, dark = (Opened(browser, file, scheme, 1200) for scheme in ("light", "dark"))
    was = light.colour("#limits")
    assert was != dark.colour("#limits")
    light.page.emulate_media(color_scheme="dark")
    light.page.wait_for_function(
        "was => getComputedStyle(document.querySelector('#limits .annotation text')).fill !== was", arg=was
    )
    assert light.colour("#limits") == dark.colour("#limits")
    assert light.said == []


def test_it_is_printed_on_white(browser: Browser, file: Path, tmp_path: Path) -> None:
    opened = Opened(browser, file, "dark", 1200)
    before = opened.colour("#limits")
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened.page.wait_for_function(
        "was => getComputedStyle(document.querySelector('#limits .annotation text')).fill !== was", arg=before
    )
    assert opened.colour("#limits") == "rgb(0, 0, 0)"
    widths = opened.page.eval_on_selector_all(".chart svg.main-svg", "all => all.map(each => each.getBoundingClientRect().width)")
    assert max(widths) <= 700


def test_earlier_runs_alone_are_drawn_too(browser: Browser, tmp_path: Path) -> None:
    opened = Opened(browser, written(tmp_path, reports.remembered()), "light", 1200)
    assert opened.said == []
    assert opened.page.locator(".chart svg.main-svg").count() > 0


def test_without_scripts_the_numbers_are_there(browser: Browser, file: Path) -> None:
    shown = browser.new_context(java_script_enabled=False).new_page()
    shown.goto(file.as_uri())
    assert shown.locator("noscript").is_visible()
    assert "180 GFLOP/s" not in shown.inner_text("main")
    shown.locator("summary", has_text="The numbers").click()
    assert "180 GFLOP/s" in shown.inner_text("main")
