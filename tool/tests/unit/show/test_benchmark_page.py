"""The page of benchmarks: what is let in, what is drawn, and that no words get out of its data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden import golden
from torch_starter.core.report import Past, Report
from torch_starter.show.html import page
from unit.show import reports
from unit.show.pages import Page

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["</script><script>x</script>", "<!--", "<b>", '"', "\u2028", "]]>", "{{ 1 }}", "<img src=x onerror=x>"]
)


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_its_policy_lets_in_these_scripts_and_styles_and_nothing_from_elsewhere() -> None:
    shown = Page(page(reports.benchmarked()))
    (policy,) = [meta["content"] for meta in shown.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    _, *scripts = shown.scripts
    assert len(scripts) == 2
    assert rules == {
        "default-src": "'none'",
        "script-src": " ".join(map(digest, scripts)),
        "style-src-attr": "'unsafe-inline'",
        "style-src-elem": f"{digest('')} {digest(shown.style)}",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not shown.values("src") + shown.of("link") + shown.of("iframe")


def test_a_person_who_sees_no_pictures_reads_the_numbers() -> None:
    text = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", Page(page(reports.benchmarked())).lines)
    assert text == golden("benchmark-page.txt", text)


def drawn(report: Report) -> dict[str, dict[str, object]]:
    """The figures in a page, by the places that they are drawn in."""
    shown = Page(page(report))
    figures = {each["id"]: each["figure"] for each in json.loads(shown.scripts[0])}
    assert set(figures) <= {each.get("id") for each in shown.of("div")}
    return figures


def test_there_is_a_picture_of_everything() -> None:
    assert list(drawn(reports.benchmarked())) == ["roofline-cpu", "roofline-cuda-0", "limits", "samples", "past-0"]
    assert list(drawn(reports.remembered())) == ["past-0", "past-1"]


def test_every_picture_is_told_to_who_cannot_see_it() -> None:
    shown = Page(page(reports.benchmarked()))
    charts = [each for each in shown.of("div") if "chart" in each.get("class", "").split()]
    assert len(charts) == 5
    assert all(each["role"] == "img" and len(each["aria-label"]) > 20 for each in charts)


def test_a_run_that_measured_nothing_has_no_script() -> None:
    shown = Page(page(Report(command="benchmark", measured=True)))
    assert shown.scripts == []
    assert shown.of("script") == []


def test_one_earlier_run_is_no_history() -> None:
    report = Report(command="benchmark", history=reports.benchmarked().history[:1], conclusion="1 run")
    shown = Page(page(report))
    assert shown.of("script") == []
    assert "Run after run" not in shown.text


def test_numbers_and_runs_are_closed_at_first_and_runs_alone_are_open() -> None:
    parts = [each for each in Page(page(reports.benchmarked())).of("details") if each.get("class") == "part"]
    assert ["open" in each for each in parts] == [False, False]
    (alone,) = Page(page(reports.remembered())).of("details")
    assert "open" in alone


def test_only_figures_of_this_run_are_shown_run_after_run() -> None:
    report = reports.benchmarked()
    report.history += [Past(f"2026-01-0{day}", "", "gone what=x", "s", 1.0, 1.0, 1.0) for day in (1, 2)]
    report.history.append(Past("2026-01-01", "", report.measurements[-1].key, "ms/image", 1.0, 1.0, 1.0))
    shown = Page(page(report))
    assert "2 figures, 2 to 5 runs" in shown.text
    assert "gone" not in shown.text


def test_packages_of_the_run_are_left_to_the_json_report() -> None:
    text = Page(page(reports.benchmarked())).text
    assert "in effect" in text
    assert "packages" not in text


def test_plotly_itself_is_not_imported() -> None:
    page(reports.benchmarked())
    assert "plotly" not in sys.modules


@settings(max_examples=15)  # a page is several megabytes
@given(WORDS, WORDS, WORDS)
def test_no_words_leave_the_data(name: str, value: str, run: str) -> None:
    measurement = reports.of_benchmark(name or "x", "GB/s", [[1.0, 2.0]], {"what": value})
    past = [Past(f"2026-01-0{day}T00:00:00Z", run, f"a b={value}", "GB/s", 1.0, 1.0, 1.0) for day in (1, 2)]
    shown = Page(page(Report(command="benchmark", measured=True, measurements=[measurement], history=past, conclusion="x")))
    assert (shown.wrong, shown.open) == ([], [])
    assert len(shown.of("script")) == 3
    assert json.loads(shown.scripts[0])[0]["id"] == "samples"
    assert not shown.of("img")
    words = json.dumps([each["figure"] for each in json.loads(shown.scripts[0])])
    assert not re.search(r"<(?!/?b>|br>)", words)


@pytest.mark.parametrize("name", ["benchmark", "remembered"])
def test_the_page_is_a_few_megabytes(name: str) -> None:
    report = reports.benchmarked() if name == "benchmark" else reports.remembered()
    assert 1_000_000 < len(page(report)) < 8_000_000
