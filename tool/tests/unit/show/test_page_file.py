from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.problems import WrongUsage
from torch_starter.show.page_file import PAGE, files_of, write
from unit.show import reports


def test_a_page_and_markdown_are_written_and_the_report_says_where(tmp_path: Path) -> None:
    report, page, markdown = reports.well(), tmp_path / "answer.html", tmp_path / "answer.md"
    files = files_of(page, markdown)
    assert [path for _, path in files] == [page, markdown]
    write(report, files)
    assert page.read_text().startswith("<!doctype html>")
    assert markdown.read_text().startswith("<!-- torch-starter")
    assert report.notes == [f"Written: {page}", f"Written: {markdown}"]
    assert "Written" not in markdown.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answer.html", "answer.md"]
    assert report.exit_code == 0


def test_without_the_options_there_is_none() -> None:
    assert files_of(None, None) == []


def test_what_we_wrote_is_written_anew_and_what_others_wrote_stays(tmp_path: Path) -> None:
    page, markdown = tmp_path / "answer.html", tmp_path / "answer.md"
    write(reports.well(), files_of(page, markdown))
    assert len(files_of(page, markdown)) == 2
    (tmp_path / "README.md").write_text("# Mine")
    with pytest.raises(WrongUsage, match="no Markdown of ours") as other:
        files_of(None, tmp_path / "README.md")
    assert other.value.code == "markdown.other"


@pytest.mark.parametrize("option", ["html", "markdown"])
def test_where_nothing_can_be_written_it_is_said_before_the_work(tmp_path: Path, option: str) -> None:
    def asked(path: Path) -> None:
        files_of(path if option == "html" else None, path if option == "markdown" else None)

    with pytest.raises(WrongUsage, match="is a folder") as folder:
        asked(tmp_path)
    with pytest.raises(WrongUsage, match="is not there") as missing:
        asked(tmp_path / "none" / "answer")
    assert (folder.value.code, missing.value.code, missing.value.exit_code) == (f"{option}.path", f"{option}.path", 2)


def test_what_the_disk_refuses_stops_with_the_findings_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = reports.well()
    write(report, [(PAGE, tmp_path / "file" / "answer.html")])
    assert report.stop is not None
    assert (report.stop.code, report.exit_code) == ("disk.error", 5)
    assert report.findings == reports.well().findings
