"""The pages of `profile` and `memory-profile` in a real browser: drawn, searched, zoomed, read by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from real._browser import CHROMIUM, OVERFLOW, Opened, started, written
from unit.show import _profiled
from unit.show.test_profile import ALL

OPENS = 1000  # milliseconds at most
WIDTH = "each => each.getBoundingClientRect().width"
CUT = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
COLOUR = "each => getComputedStyle(each).fill"
LOADED = "() => { const [one] = performance.getEntriesByType('navigation'); return one.loadEventEnd - one.startTime; }"
LYING = """all => all.map(each => each.getBoundingClientRect()).map(({left, right, top, bottom}) => [left, right, top, bottom])"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from started()


@pytest.fixture(scope="module", params=ALL)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def file(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp(name), ALL[name]())


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Opened:
    """The page of a training on a GPU."""
    return Opened(browser, written(tmp_path, _profiled.gpu()), "light", 1200)


def boxes(opened: Opened, picture: str = "#flame") -> int:
    return opened.page.locator(f"{picture} .box").count()


def told(opened: Opened, picture: str = "flame") -> str:
    return opened.page.inner_text(f"#{picture}-told")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 700), ("dark", 390)])
def test_all_is_drawn_whole_without_a_word_and_without_the_network(browser: Browser, file: Path, scheme: str, width: int) -> None:
    opened = Opened(browser, file, scheme, width)
    assert (opened.said, opened.asked) == ([], [file.as_uri()])
    assert opened.page.locator(".chart .boxes > svg").count() == opened.page.locator(".chart").count() > 0
    assert opened.page.eval_on_selector_all(".tiles div", CUT) == 0
    assert opened.page.evaluate(OVERFLOW) <= 0
    opened.open()
    assert opened.page.evaluate(OVERFLOW) <= 0
    assert opened.said == []


def test_a_large_page_is_small_enough_and_opens_fast(browser: Browser, tmp_path: Path) -> None:
    file = written(tmp_path, _profiled.full())
    assert file.stat().st_size < 3_000_000
    times = [float(Opened(browser, file, "light", 1200).page.evaluate(LOADED)) for _ in range(3)]
    assert min(times) < OPENS


def test_a_search_marks_what_it_finds_and_says_how_much_that_holds(opened: Opened) -> None:
    opened.page.fill("#flame-search", "conv")
    assert opened.page.locator("#flame .box.hit").count() > 0
    assert opened.page.locator("#flame .box.miss").count() > 0
    assert opened.page.inner_text("#flame output") == "1 function, 20 % of all"
    opened.page.press("#flame-search", "Enter")
    assert told(opened).startswith("Conv2d.forward, torch/nn/modules/conv.py: ")
    opened.page.fill("#flame-search", "no such function")
    assert opened.page.inner_text("#flame output") == "0 functions, 0.0 % of all"
    opened.page.fill("#flame-search", "")
    assert opened.page.locator("#flame .box.hit, #flame .box.miss").count() == 0
    assert opened.said == []


def test_a_click_shows_a_box_in_full_width_and_the_button_shows_all(opened: Opened) -> None:
    box = opened.page.locator("#flame .box", has_text="train train.py:41").first
    before, whole = box.locator("rect").evaluate(WIDTH), opened.page.eval_on_selector("#flame .boxes svg", WIDTH)
    box.click()
    after = opened.page.locator("#flame .box", has_text="train train.py:41").first.locator("rect").evaluate(WIDTH)
    assert before < 0.5 * whole < 0.95 * whole < after
    assert "train, train.py:41" in told(opened)
    opened.page.locator("#flame button", has_text="All of it").click()
    assert opened.page.locator("#flame .box", has_text="train train.py:41").first.locator("rect").evaluate(WIDTH) == before


def test_a_flame_graph_is_read_by_keys_alone(opened: Opened) -> None:
    opened.page.focus("#flame .boxes")
    many = boxes(opened)
    for _ in range(4):
        opened.page.keyboard.press("ArrowDown")
    assert told(opened).startswith("train, train.py:44: ")
    opened.page.keyboard.press("ArrowRight")
    assert told(opened).startswith("train, train.py:41: ")
    opened.page.keyboard.press("Enter")
    assert boxes(opened) < many
    opened.page.keyboard.press("ArrowUp")
    assert told(opened).startswith("main, train.py:81: ")
    for _ in range(6):
        opened.page.keyboard.press("Escape")
    assert boxes(opened) == many
    assert opened.page.locator("#flame .boxes:focus").count() == 1


def test_a_timeline_is_zoomed_by_keys_buttons_and_by_dragging(opened: Opened) -> None:
    few = boxes(opened, "#timeline")
    opened.page.focus("#timeline .boxes")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Enter")
    assert "(steps): " in told(opened, "timeline")
    assert boxes(opened, "#timeline") < few
    opened.page.keyboard.press("Escape")
    assert boxes(opened, "#timeline") == few
    opened.page.locator("#timeline button", has_text="Zoom in").click()
    assert boxes(opened, "#timeline") < few
    opened.page.locator("#timeline button", has_text="All of it").click()
    place = opened.page.locator("#timeline .boxes").bounding_box()
    assert place is not None
    opened.page.mouse.move(place["x"] + 100, place["y"] + 60)
    opened.page.mouse.down()
    opened.page.mouse.move(place["x"] + 260, place["y"] + 60)
    opened.page.mouse.up()
    assert boxes(opened, "#timeline") < few
    assert opened.said == []


def test_the_two_schemes_look_different_and_a_change_is_followed(browser: Browser, opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    dark = Opened(browser, written(tmp_path / "other", _profiled.gpu()), "dark", 1200)
    wanted = "#flame .box.own rect"
    light, there = (each.page.locator(wanted).first.evaluate(COLOUR) for each in (opened, dark))
    assert light != there
    opened.page.emulate_media(color_scheme="dark")
    assert opened.page.locator(wanted).first.evaluate(COLOUR) == there


def test_it_is_printed_on_white(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.page.locator("#flame .box text").first.evaluate(COLOUR) == "rgb(0, 0, 0)"
    assert opened.page.eval_on_selector("#flame .boxes > svg", "each => each.viewBox.baseVal.width") == 660
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.said == []


def test_without_scripts_the_numbers_are_there(browser: Browser, tmp_path: Path) -> None:
    shown = browser.new_context(java_script_enabled=False).new_page()
    shown.goto(written(tmp_path, _profiled.gpu()).as_uri())
    assert shown.locator("noscript").is_visible()
    assert not shown.locator("#flame .tools").is_visible()
    assert not shown.locator("#flame .boxes").is_visible()
    shown.locator("summary", has_text="The same as a table").first.click()
    assert "_engine_run_backward" in shown.inner_text("main")


@pytest.mark.parametrize("width", [1200, 390])
def test_no_words_on_a_course_lie_on_others_or_are_cut(browser: Browser, tmp_path: Path, width: int) -> None:
    opened = Opened(browser, written(tmp_path, ALL["memory-leak"]()), "light", width)
    found = opened.page.eval_on_selector_all("#course .mark-words", LYING)
    assert len(found) == 6
    assert all(left >= 0 and right <= width for left, right, _, _ in found)
    pairs = [(one, two) for number, one in enumerate(found) for two in found[number + 1 :]]
    assert not [(one, two) for one, two in pairs if one[0] < two[1] and two[0] < one[1] and one[2] < two[3] and two[2] < one[3]]
