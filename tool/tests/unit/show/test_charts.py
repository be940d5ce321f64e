"""Pictures as data: where points and lines lie."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import torch_starter
from torch_starter.core.report import Limit, Past
from torch_starter.show.benchmark_page import pictures
from torch_starter.show.benchmarks import sparks
from torch_starter.show.charts import Chart, Json, limit_bars, rows
from torch_starter.show.past_charts import more_than_once, past_charts, runs
from torch_starter.show.roofline import rooflines
from torch_starter.show.terminal import console
from unit.show import reports
from unit.show.reports import of_benchmark

STYLE = (Path(torch_starter.__file__).parent / "show" / "page.css").read_text()


def all_charts() -> list[Chart]:
    report = reports.benchmarked()
    return [*pictures(report.measurements), *past_charts(more_than_once(report.history))]


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def test_every_colour_is_one_of_the_style_in_the_light_and_in_the_dark() -> None:
    named = {text for each in all_charts() for text in texts(each.figure) if text.startswith("--")}
    assert {"--bar", "--ink", "--c1", "--band"} <= named
    assert not {text for each in all_charts() for text in texts(each.figure) if re.match(r"#[0-9a-f]{3}|rgb\(", text)}
    light, dark = (set(re.findall(r"(--[a-z0-9-]+):", part)) for part in STYLE.split("@media")[:2])
    assert named <= light
    assert named <= dark


def test_a_bar_is_as_long_as_the_share_of_its_limit() -> None:
    faster = of_benchmark("a", "GB/s", [[30.0], [30.0]], {}, limit=Limit(40.0, "measured"))
    shorter = of_benchmark("b", "ms", [[20.0], [20.0]], {}, limit=Limit(5.0, "derived"), better="lower")
    chart = limit_bars([faster, shorter, of_benchmark("c", "ms", [[1.0]], {})])
    assert chart is not None
    assert [trace["x"] for trace in chart.figure["data"]] == [[100, 100], [75.0, 25.0]]
    assert limit_bars([of_benchmark("c", "ms", [[1.0]], {})]) is None


def test_a_bar_that_is_beyond_its_limit_is_seen_whole() -> None:
    chart = limit_bars([of_benchmark("a", "GB/s", [[60.0]], {}, limit=Limit(40.0, "measured"))])
    assert chart is not None
    assert chart.figure["layout"]["xaxis"]["range"][1] > 150


def test_figures_lie_below_the_name_of_their_benchmark_from_the_top_down() -> None:
    figures = [of_benchmark(name, "GB/s", [[1.0]], {"what": what}) for name, what in (("a", "x"), ("b", "x"), ("a", "y"))]
    lying = rows(figures)
    assert [(each.name, each.params["what"]) for each in lying.measurements] == [("a", "x"), ("a", "y"), ("b", "x")]
    places = [lying.heads["a"], *lying.at[:2], lying.heads["b"], lying.at[2]]
    assert places == sorted(places, reverse=True)
    assert -lying.depth < min(places) < max(places) < 0


def test_a_name_stands_once_and_figures_without_parameters_have_it_again() -> None:
    told = rows([of_benchmark("a", "GB/s", [[1.0]], {"what": "<i>"}), of_benchmark("b", "GB/s", [[1.0]], {})]).words(
        ["", ""], ["", ""]
    )
    assert [each["text"] for each in told if each["text"]] == ["<b>a</b>", "<b>b</b>", "&lt;i>", "b"]


def roofline() -> Json:
    return rooflines(reports.benchmarked().measurements)[0].figure


def test_a_roof_bends_where_memory_is_as_fast_as_computing() -> None:
    *roofs, points = roofline()["data"]
    assert len(roofs) == 2
    for roof in roofs:
        (left, ridge, right), (low, top, end) = roof["x"], roof["y"]
        assert low / left == pytest.approx(top / ridge)  # the bandwidth
        assert top == end
        assert left < ridge < right
    assert len(points["x"]) == 4


def test_points_lie_within_the_picture_and_bytes_are_told_as_operations() -> None:
    points = roofline()["data"][-1]
    assert points["y"][-1] == pytest.approx(36.0 / 6)  # of the triad: 36 GB/s, an operation for 6 bytes
    assert points["marker"]["symbol"] == ["circle-open", "circle", "circle", "circle"]


def test_a_gpu_has_roofs_of_its_own_in_the_same_unit() -> None:
    gpu = rooflines(reports.benchmarked().measurements)[1]
    roof, points = gpu.figure["data"]
    assert gpu.id == "roofline-cuda-0"
    assert roof["y"][1:] == [989_000.0, 989_000.0]
    assert points["y"] == [pytest.approx(640_000.0)]


def test_where_no_limit_was_measured_there_is_no_roofline() -> None:
    assert rooflines([each for each in reports.benchmarked().measurements if each.name == "matmul"][:1]) == []
    assert rooflines([]) == []


def test_history_is_drawn_in_its_order_with_bounds_hollow() -> None:
    (chart,) = past_charts(more_than_once(reports.benchmarked().history))
    low, high, course = chart.figure["data"]
    assert course["y"] == [150.0, 151.0, 120.0, 178.0]
    assert course["marker"]["symbol"] == ["circle", "circle", "circle-open", "circle"]
    assert all(one < value < other for one, value, other in zip(low["y"], course["y"], high["y"], strict=True))
    assert course["hovertext"][0].startswith("before, 2026-01-01 10:00")


def test_only_what_is_wanted_is_drawn() -> None:
    pasts = [Past("2026-01-01", "", key, "GB/s", 1.0, 1.0, 1.0) for key in ("a", "b", "a", "b")]
    pasts.append(Past("2026-01-01", "", "c", "GB/s", 1.0, 1.0, 1.0))
    assert [each.title for each in past_charts(more_than_once(pasts, {"b", "c"}))] == ["b"]
    assert [each.title for each in past_charts(more_than_once(pasts))] == ["a", "b"]
    assert more_than_once(pasts, set()) == {}


@pytest.mark.parametrize(
    ("keys", "told"), [("aa", "1 figure, 2 runs"), ("aabb", "2 figures, 2 runs"), ("aaabbcccc", "3 figures, 2 to 4 runs")]
)
def test_how_many_runs_there_are_is_told(keys: str, told: str) -> None:
    assert runs(more_than_once(Past("2026-01-01", "", key, "GB/s", 1.0, 1.0, 1.0) for key in keys)) == told


@pytest.mark.parametrize(
    ("values", "told"), [([1.0, 2.0, 3.0], "▁▅█"), ([3.0, 3.0], "▅▅"), ([100.0, 101.0], "▄▅"), ([0.0], "▅"), ([5.0, 1.0], "█▁")]
)
def test_a_line_of_signs_does_not_blow_up_small_changes(values: list[float], told: str) -> None:
    assert sparks(values, console(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))) == told
