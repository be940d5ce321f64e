"""The page of a proof in a real browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from real._browser import CHROMIUM, OVERFLOW, Opened, started, written
from unit.show import proven

PICTURES = {"gained": 5, "nothing": 2, "failing": 1, "gpu": 4, "for-all": 3}
CUT = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
BOXES = """all => all.filter(each => each.getClientRects().length).map(each => each.getBoundingClientRect())
    .map(({left, right, top, bottom}) => [left, right, top, bottom])"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from started()


@pytest.fixture(scope="module", params=proven.ALL)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def file(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp(name), proven.ALL[name]())


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("light", 700), ("dark", 390)])
def test_all_is_drawn_whole_without_a_word_and_without_the_network(
    browser: Browser, name: str, file: Path, scheme: str, width: int
) -> None:
    opened = Opened(browser, file, scheme, width)
    assert (opened.said, opened.asked) == ([], [file.as_uri()])
    drawn = opened.page.locator(".chart > .plot-container .svg-container > svg.main-svg:first-child")
    assert drawn.count() == PICTURES[name]
    assert opened.page.eval_on_selector_all(".tiles div", CUT) == 0
    assert opened.page.evaluate(OVERFLOW) <= 0
    opened.open()
    assert opened.page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("width", [1200, 390])
def test_no_words_in_pictures_lie_on_others_or_are_cut(browser: Browser, file: Path, width: int) -> None:
    opened = Opened(browser, file, "light", width)
    boxes = opened.page.eval_on_selector_all(":is(#worth, #tried, #bounds) :is(.annotation, .xtick) text", BOXES)
    boxes += opened.page.eval_on_selector_all(":is(#pairs, #gain) .annotation text", BOXES)
    assert len(boxes) > 5
    assert all(left >= 0 and right <= width for left, right, _, _ in boxes)
    pairs = itertools.combinations(boxes, 2)
    assert not [(one, two) for one, two in pairs if one[0] < two[1] and two[0] < one[1] and one[2] < two[3] and two[2] < one[3]]


def test_the_two_schemes_look_different(browser: Browser, tmp_path: Path) -> None:
    file = written(tmp_path, proven.answer("gained"))
    light, dark = (Opened(browser, file, scheme, 1200).colour("#tried") for scheme in ("light", "dark"))
    assert light != dark


def test_what_is_to_be_copied_is_marked_as_a_whole_by_a_click(browser: Browser, tmp_path: Path) -> None:
    opened = Opened(browser, written(tmp_path, proven.answer("gained")), "light", 1200)
    opened.page.locator("pre.command", has_text="export MALLOC_CONF").click()
    marked = str(opened.page.evaluate("getSelection().toString()"))
    assert [line.split("=")[0] for line in marked.strip().splitlines()] == [
        "export LD_PRELOAD",
        "export MALLOC_CONF",
        "export OMP_WAIT_POLICY",
    ]
