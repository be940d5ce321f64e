from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.problems import WrongUsage
from torch_starter.show.page_file import page_path, write_page
from unit.show import reports


def test_a_page_is_written_and_the_report_says_where(tmp_path: Path) -> None:
    report, path = reports.well(), tmp_path / "answer.html"
    assert page_path(path) == path
    write_page(report, path)
    assert path.read_text().startswith("<!doctype html>")
    assert report.notes == [f"Written: {path}"]
    assert [each.name for each in tmp_path.iterdir()] == ["answer.html"]
    assert report.exit_code == 0


def test_without_the_option_there_is_none() -> None:
    assert page_path(None) is None


def test_where_no_page_can_be_it_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="is a folder") as folder:
        page_path(tmp_path)
    with pytest.raises(WrongUsage, match="is not there") as missing:
        page_path(tmp_path / "none" / "answer.html")
    assert (folder.value.code, missing.value.code, missing.value.exit_code) == ("html.path", "html.path", 2)


def test_what_the_disk_refuses_stops_with_the_findings_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = reports.well()
    write_page(report, tmp_path / "file" / "answer.html")
    assert report.stop is not None
    assert (report.stop.code, report.exit_code) == ("disk.error", 5)
    assert report.findings == reports.well().findings
