"""What explain reads, and what it says at the end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from torch_starter.core.evidence import Distribution
from torch_starter.core.problems import WrongUsage
from torch_starter.core.report import Finding, Report, Verdict
from torch_starter.core.signatures import Match, Signature, matches
from torch_starter.testing import NoProcesses, evidence
from torch_starter.verbs import explain
from torch_starter.verbs._judge import all_checks
from unit.answering import asking

KNOWN = Signature("no-space", "No space", "the disk is full", ("system.disk",), "free some space", "the manual")
FULL = "OSError: [Errno 28] No space left on device"


def test_files_are_read_one_after_the_other_from_where_the_command_was_typed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")
    (tmp_path / "b.txt").write_bytes(b"second \xff")
    ask = asking(tmp_path, NoProcesses(), "a.txt", str(tmp_path / "b.txt"), text="from the pipe")
    assert [text for _, text in explain.texts_of(ask)] == ["first", "second \N{REPLACEMENT CHARACTER}"]
    assert [name for name, _ in explain.texts_of(ask)] == ["a.txt", str(tmp_path / "b.txt")]


def test_without_files_it_is_what_comes_in(tmp_path: Path) -> None:
    assert explain.texts_of(asking(tmp_path, NoProcesses(), text="Killed\n")) == [("", "Killed\n")]


@pytest.mark.parametrize("name", ["gone.txt", "folder"])
def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WrongUsage, match=f"{name} cannot be read"):
        explain.texts_of(asking(tmp_path, NoProcesses(), name, text="Killed"))


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_no_text_is_wrong_usage(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUsage, match="no text"):
        explain.texts_of(asking(tmp_path, NoProcesses(), text=text))
    (tmp_path / "empty").write_text(text)
    with pytest.raises(WrongUsage, match="no text"):
        explain.texts_of(asking(tmp_path, NoProcesses(), "empty", text="Killed"))


def test_a_match_says_where_what_and_what_mends_it() -> None:
    said = explain.in_words("", Match(KNOWN, 7, FULL))
    assert explain.in_words("a.txt", Match(KNOWN, 7, FULL))[0] == f"a.txt:7: {FULL}"
    assert said == [f"line 7: {FULL}", "  no-space: the disk is full (the manual)", "  usually mended by: free some space"]


@pytest.mark.parametrize(("length", "ends"), [(explain.WIDTH, "x"), (explain.WIDTH + 1, "x...")])
def test_a_long_line_is_cut(length: int, ends: str) -> None:
    line = explain.in_words("", Match(KNOWN, 1, "x" * length))[0]
    assert line == "line 1: " + "x" * (explain.WIDTH - 1) + ends


@pytest.mark.parametrize(
    ("verdicts", "named", "nothing"),
    [
        (("fail", "ok", "crash", "warn"), {"a.0", "a.2", "a.3"}, False),
        (("ok", "unknown"), set(), True),
        ((), set(), False),
    ],
)
def test_the_conclusion_names_what_is_red(verdicts: tuple[Verdict, ...], named: set[str], nothing: bool) -> None:
    found = [Finding(id=f"a.{number}", verdict=verdict, title="t") for number, verdict in enumerate(verdicts)]
    said = explain.conclusion(Report(command="explain", findings=found))
    assert set(re.findall(r"a\.\d", said)) == named
    assert ("nothing here" in said) == nothing


def test_what_could_not_be_looked_at_is_no_all_clear() -> None:
    skipped = Finding(id="gpu.driver", verdict="skip", title="t", seen="no NVIDIA driver is loaded")
    well = Finding(id="system.shm", verdict="ok", title="t")
    for findings, words in (([skipped], "nothing could be looked at here"), ([well, skipped], "the rest was not")):
        said = explain.conclusion(Report(command="explain", findings=findings))
        assert words in said
        assert "no NVIDIA driver is loaded" in said


@pytest.mark.parametrize(("module", "said"), [("einops", "in none of the 1 packages"), ("torch", "is here, in torch 2.14.1")])
def test_of_a_missing_module_it_says_whether_a_package_here_has_it(module: str, said: str) -> None:
    (match,) = matches(f"ModuleNotFoundError: No module named '{module}.x'")
    given = evidence(installed={"torch": Distribution("2.14.1", modules=("torch",))})
    assert said in " ".join(explain.missing_module(match, given))


def test_every_known_failure_has_checks_that_look_for_its_cause() -> None:
    (match,) = matches(FULL)
    assert "system.disk" in [check.id for check in explain.concerned(match.signature.checks, all_checks())]


def test_of_a_text_that_nobody_knows_it_says_so_and_looks_at_nothing(tmp_path: Path) -> None:
    report = explain.run(asking(tmp_path, NoProcesses(), text="all went well"))
    (found,) = report.findings
    assert (found.verdict, report.exit_code) == ("unknown", 3)
    assert found.remedy


def test_where_there_is_no_environment_the_text_is_explained_all_the_same(tmp_path: Path) -> None:
    report = explain.run(asking(tmp_path, NoProcesses(), text=f"Traceback\n{FULL}\n"))
    assert report.notes[0] == f"line 2: {FULL}"
    assert any("no environment yet" in note for note in report.notes)
    assert (report.findings, report.exit_code) == ([], 0)
