"""Where an answer goes: to the terminal, to scripts, to a page, to an issue."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from shape.source import ROOT
from torch_starter.cli import answer
from torch_starter.core.ask import Ask
from torch_starter.core.kinds import Verb
from torch_starter.core.problems import CouldNotLook, Interrupted
from torch_starter.core.report import Finding, Report
from unit.show import reports


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the command is typed."""
    shutil.copy(ROOT / "torch-starter.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.delenv("LC_ALL", raising=False)
    return tmp_path


class Judging:
    """A verb that answers with a report, and knows how often it was asked."""

    def __init__(self, report: Report | Exception | KeyboardInterrupt) -> None:
        self.report = report
        self.asked = 0

    def run(self, ask: Ask) -> Report:
        self.asked += 1
        if isinstance(self.report, Report):
            return self.report
        raise self.report

    def __call__(self, as_json: bool = False, **options: Any) -> int:
        verb = Verb(name="verify-setup", summary="s", example="./dev.sh verify-setup", run=self.run)
        return answer(verb, options, (), as_json)


def test_a_page_is_written_beside_the_usual_answer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Judging(reports.judged())(html="answer.html") == 1
    assert "2 things are wrong." in (project / "answer.html").read_text()
    out, err = capsys.readouterr()
    assert "✗ packages" in out
    assert f"Written: {project / 'answer.html'}" in out
    assert err == ""


@pytest.mark.parametrize("name", ["none/answer.html", "."])
def test_where_no_page_can_be_nothing_is_asked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    judging = Judging(reports.judged())
    assert judging(html=name) == 2
    assert judging.asked == 0
    assert "what to do: give a file in a folder of yours" in capsys.readouterr().err


def test_what_stops_a_verb_is_a_page_too(project: Path) -> None:
    assert Judging(CouldNotLook("lock.x", "cannot be locked", "clone to a local disk"))(html="answer.html") == 3
    assert "cannot be locked" in (project / "answer.html").read_text()


def test_who_interrupts_keeps_the_last_page(project: Path) -> None:
    page = '<meta name="generator" content="torch-starter 0.1.0">the last one'
    (project / "answer.html").write_text(page)
    assert Judging(KeyboardInterrupt())(html="answer.html") == Interrupted.exit_code
    assert (project / "answer.html").read_text() == page


def test_a_file_that_is_no_page_of_ours_is_not_written_over(project: Path) -> None:
    (project / "notes.txt").write_text("my own words")
    judging = Judging(reports.judged())
    assert judging(html="notes.txt") == 2
    assert judging.asked == 0
    assert (project / "notes.txt").read_text() == "my own words"


def test_a_page_that_cannot_be_made_loses_no_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = reports.well()
    report.facts = {"x": {"y": object()}}  # which no page and no document can hold
    assert Judging(report)(html="answer.html") == 70
    err = capsys.readouterr().err
    assert "✓ system" in err
    assert "a mistake of torch-starter itself: TypeError" in err
    (log,) = re.findall(r"report it with (\S+\.log)", err)
    assert "Traceback" in Path(log).read_text()
    Path(log).unlink()


def test_a_folder_that_is_gone_is_no_mistake_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    judging = Judging(reports.well())
    assert judging() == 2
    assert judging.asked == 0
    assert "the folder you are in does not exist any more" in capsys.readouterr().err


def test_a_text_for_an_issue_takes_the_place_of_the_usual_answer(capsys: pytest.CaptureFixture[str]) -> None:
    home = str(Path.home())
    report = Report(command="verify-setup", findings=[Finding(id="a.b", verdict="fail", title="t", seen=f"{home}/x is broken")])
    assert Judging(report)(report=True) == 1
    out, err = capsys.readouterr()
    assert out.startswith("### verify-setup: one thing is wrong\n")
    assert "seen    ~/x is broken" in out
    assert err == ""


def test_scripts_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert Judging(reports.judged())(as_json=True, report=True) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "fail"


def test_who_asks_for_ascii_gets_nothing_else(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert Judging(reports.judged())() == 1
    out = capsys.readouterr().out
    assert out.isascii()
    assert "FAIL    packages" in out
