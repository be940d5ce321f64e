"""Pictures as data: where points and lines lie."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import torch_starter
from torch_starter.core.report import Limit, Measurement, Past
from torch_starter.show.benchmarks import sparks
from torch_starter.show.charts import Chart, Json, charts, limit_bars, samples
from torch_starter.show.past_charts import past_charts
from torch_starter.show.roofline import rooflines
from torch_starter.show.terminal import console
from unit.show import reports
from unit.show.reports import of_benchmark

STYLE = (Path(torch_starter.__file__).parent / "show" / "page.css").read_text()


def all_charts() -> list[Chart]:
    report = reports.benchmarked()
    return [*rooflines(report.measurements), *charts(report.measurements), *past_charts(report.history)]


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


def test_samples_lie_beside_their_median_those_of_a_process_together() -> None:
    chart = samples([of_benchmark("a", "GB/s", [[90.0, 110.0], [100.0, 100.0]], {})])
    assert chart is not None
    one, other = chart.figure["data"]
    assert (one["x"], other["x"]) == ([-10.0, 10.0], [0.0, 0.0])
    assert len(set(one["y"])) == 1
    assert one["y"][0] != other["y"][0]
    assert one["marker"]["color"] != other["marker"]["color"]


def test_the_band_is_the_noise() -> None:
    measurement = of_benchmark("a", "GB/s", [[100.0], [110.0], [105.0], [95.0]], {})
    chart = samples([measurement])
    assert chart is not None
    (band,) = chart.figure["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == (-100 * measurement.noise, 100 * measurement.noise)


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
    (chart,) = past_charts(reports.benchmarked().history)
    low, high, course = chart.figure["data"]
    assert course["y"] == [150.0, 151.0, 120.0, 178.0]
    assert course["marker"]["symbol"] == ["circle", "circle", "circle-open", "circle"]
    assert all(one < value < other for one, value, other in zip(low["y"], course["y"], high["y"], strict=True))
    assert course["hovertext"][0].startswith("before, 2026-01-01 10:00")


def test_only_what_is_wanted_is_drawn() -> None:
    pasts = [Past("2026-01-01", "", key, "GB/s", 1.0, 1.0, 1.0) for key in ("a", "b", "a", "b")]
    assert [each.title for each in past_charts(pasts, {"b"})] == ["b"]
    assert [each.title for each in past_charts(pasts)] == ["a", "b"]


@pytest.mark.parametrize(
    ("values", "told"), [([1.0, 2.0, 3.0], "▁▅█"), ([3.0, 3.0], "▅▅"), ([100.0, 101.0], "▄▅"), ([0.0], "▅"), ([5.0, 1.0], "█▁")]
)
def test_a_line_of_signs_does_not_blow_up_small_changes(values: list[float], told: str) -> None:
    assert sparks(values, console(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))) == told


def test_a_measurement_of_zero_is_no_picture() -> None:
    assert charts([Measurement(name="a", unit="x", samples=(0.0, 0.0), processes=(2,))]) == []
