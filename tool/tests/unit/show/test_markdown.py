"""An answer as Markdown."""

from __future__ import annotations

import re

from golden import golden
from torch_starter.core.report import Finding, Report
from torch_starter.show.markdown import text
from unit.show import reports


def test_a_reader_of_markdown_sees() -> None:
    found = re.sub(r"torch-starter [0-9.]+", "torch-starter VERSION", text(reports.benchmarked()))
    assert found == golden("benchmark.md", found)


def test_every_row_has_as_many_cells_as_the_head() -> None:
    rows = [line for line in text(reports.benchmarked()).splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {6}
    assert len(rows) == 2 + len(reports.benchmarked().measurements)


def test_earlier_runs_are_a_table_of_their_own() -> None:
    assert "| matmul float32, 2 threads | 4 | 178 GFLOP/s | 120 GFLOP/s | 178 GFLOP/s |" in text(reports.remembered())


def test_words_are_no_markup() -> None:
    measurement = reports.of_benchmark("a|b", "GB/s", [[1.0]], {"what": "<img src=x>\n# head"})
    findings = [Finding(id="x", verdict="fail", title="t", seen="<b>\n## wrong")]
    found = text(Report(command="benchmark", measured=True, measurements=[measurement], findings=findings))
    assert "| a\\|b &lt;img src=x> # head |" in found
    assert "- ✗ x: &lt;b> ## wrong" in found
    assert len([line for line in found.splitlines() if line.startswith("#")]) == 1


def test_what_a_comparison_says_is_in_it() -> None:
    report = Report(command="benchmark", notes=["Against before: 1 worse."])
    assert text(report).endswith("\nAgainst before: 1 worse.\n")
