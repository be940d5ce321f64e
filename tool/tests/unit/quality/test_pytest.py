"""What a run of pytest told, as findings; and how much of the code was run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.problems import Interrupted, WrongSpec
from torch_starter.quality import _coverage, _pytest, tests
from torch_starter.quality._pytest import Ended, Run, Stuck, Told
from unit.quality.coded import code, look, told

PASSED = Ended("tests/test_a.py::test_one", "passed", 0.1, ("tests/test_a.py", 1))
FAILED = Ended("tests/test_a.py::test_two", "failed", 0.2, ("/elsewhere/a.py", 7), "assert 1 == 2")


def test_each_failure_is_told_with_its_place_and_words(tmp_path: Path) -> None:
    found = list(_pytest.findings(code(tmp_path, {}), Told((PASSED, FAILED))))
    assert [(each.verdict, each.seen) for each in found] == [("fail", "tests/test_a.py::test_two: assert 1 == 2")]
    assert str(found[0].place).endswith("elsewhere/a.py:7")


def test_a_file_that_cannot_be_read_fails_even_if_all_others_pass(tmp_path: Path) -> None:
    found = list(
        _pytest.findings(code(tmp_path, {}), Told((PASSED,), (Stuck("tests/b.py", ("tests/b.py", None), "no module x"),)))
    )
    assert told(found) == [("tests.pytest", "fail", "tests/b.py")]


def test_no_test_at_all_is_not_ok(tmp_path: Path) -> None:
    assert [each.verdict for each in _pytest.findings(code(tmp_path, {}), Told())] == ["warn"]
    assert [each.verdict for each in _pytest.findings(code(tmp_path, {}), Told(left_out=3))] == ["ok"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (Told((PASSED, FAILED)), "1 failed, 1 passed"),
        (Told((PASSED,), left_out=9), "1 passed, 9 left out: nothing that they run has changed"),
        (Told(), "there is no test in tests/"),
    ],
)
def test_it_is_counted_in_words(run: Told, words: str) -> None:
    assert _pytest.counted(run) == words


@pytest.mark.parametrize(("status", "why"), [(3, "internal error"), (4, "wrong way"), (-9, "ended with -9"), (None, "None")])
def test_a_run_that_came_to_no_end_is_unknown(tmp_path: Path, status: int | None, why: str) -> None:
    with pytest.raises(Unknown, match=why):
        _pytest.read(code(tmp_path, {}), Run((), {}, tmp_path / "told.json"), status, "it said so")


def test_without_tests_nothing_applies(tmp_path: Path) -> None:
    with pytest.raises(Absent, match="no tests/ yet"):
        look(tests.QUALITY, code(tmp_path, {"src/a.py": ""}))


def test_pytest_tells_how_each_test_ended(tmp_path: Path) -> None:
    text = (
        "import pytest\ndef test_a():\n    pass\ndef test_b():\n    assert 1 == 2\n@pytest.mark.skip\ndef test_c():\n    pass\n"
    )
    found = look(tests.QUALITY, code(tmp_path, {"tests/test_x.py": text}))
    assert told(found) == [("tests.pytest", "fail", "tests/test_x.py:5")]
    assert "test_b: assert 1 == 2" in found[0].seen


def test_what_cannot_be_imported_is_told(tmp_path: Path) -> None:
    found = look(tests.QUALITY, code(tmp_path, {"tests/test_x.py": "import missing_module\n"}))
    assert told(found) == [("tests.pytest", "fail", "tests/test_x.py")]
    assert "missing_module" in found[0].seen


def test_a_process_that_ends_in_the_middle_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="pytest told nothing"):
        look(tests.QUALITY, code(tmp_path, {"tests/test_x.py": "import os\ndef test_a():\n    os._exit(0)\n"}))


STOPS = "import pytest\ndef test_a():\n    pass\ndef test_b():\n    pytest.exit({})\ndef test_c():\n    assert 1 == 2\n"
ENDS = "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"tests/test_x.py": STOPS.format("'no GPU'")}, "pytest stopped: no GPU"),
        ({"tests/test_x.py": STOPS.format("'no GPU', returncode=0")}, "pytest stopped: no GPU"),
        ({"tests/test_x.py": "def test_a():\n    pass\n", "tests/conftest.py": ENDS}, "no test failed, and pytest ended with 1"),
    ],
)
def test_a_run_that_was_stopped_is_unknown(files: dict[str, str], why: str, tmp_path: Path) -> None:
    with pytest.raises(Unknown, match=why):
        look(tests.QUALITY, code(tmp_path, files))


def test_one_that_was_interrupted_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        look(tests.QUALITY, code(tmp_path, {"tests/test_x.py": "def test_a():\n    raise KeyboardInterrupt\n"}))


def test_words_that_are_no_text_are_told(tmp_path: Path) -> None:
    found = look(tests.QUALITY, code(tmp_path, {"tests/test_x.py": "def test_a():\n    raise ValueError(chr(0xD800) + 'odd')\n"}))
    assert (told(found)[0][1], "odd" in found[0].seen) == ("fail", True)


def covered(tmp_path: Path) -> _coverage.Covered:
    one = {"summary": {"num_statements": 4, "covered_lines": 1, "percent_covered": 25.0}, "missing_lines": [2, 3, 9]}
    two = {"summary": {"num_statements": 4, "covered_lines": 4, "percent_covered": 100.0}, "missing_lines": []}
    totals = {"num_statements": 8, "covered_lines": 5, "percent_covered": 62.5}
    (tmp_path / "coverage.json").write_text(json.dumps({"files": {"src/b.py": two, "src/a.py": one}, "totals": totals}))
    return _coverage.read(code(tmp_path, {}), tmp_path)


def test_the_least_covered_file_comes_first(tmp_path: Path) -> None:
    assert list(_coverage.table(covered(tmp_path))) == [("src/a.py", 4, 25.0, "2-3, 9"), ("src/b.py", 4, 100.0, "")]


@pytest.mark.parametrize(
    ("least", "verdict"),
    [("", "ok"), ("62", "ok"), ("63", "fail"), ("62.4\nprecision = 1", "ok"), ("62.6\nprecision = 1", "fail")],
)
def test_the_share_is_held_against_what_the_project_asks_for(tmp_path: Path, least: str, verdict: str) -> None:
    settings = f"[tool.coverage.report]\nfail_under = {least}\n" if least else ""
    found = list(_coverage.findings(code(tmp_path, {"pyproject.toml": settings}), covered(tmp_path)))
    assert [(each.id, each.verdict) for each in found] == [("coverage.lines", verdict)]


@pytest.mark.parametrize(
    ("share", "digits", "words"),
    [(62.5, 0, "62"), (99.7, 0, "99"), (99.97, 1, "99.9"), (100.0, 0, "100"), (0.2, 0, "1"), (0.0, 0, "0")],
)
def test_a_share_is_never_told_as_all_or_nothing_that_is_not(share: float, digits: int, words: str) -> None:
    assert _coverage.told(share, digits) == words


def test_a_share_that_is_no_number_is_refused(tmp_path: Path) -> None:
    wrong = code(tmp_path, {"pyproject.toml": "[tool.coverage.report]\nfail_under = 'x'\n"})
    with pytest.raises(WrongSpec, match="no number"):
        _coverage.settings(wrong)


def test_all_is_asked_for(tmp_path: Path) -> None:
    most = _coverage.Covered({}, _coverage.Summary(1000, 998, 99.8))
    asked = code(tmp_path, {"pyproject.toml": "[tool.coverage.report]\nfail_under = 100\n"})
    assert [each.verdict for each in _coverage.findings(asked, most)] == ["fail"]


def test_what_was_not_measured_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="measured nothing"):
        _coverage.read(code(tmp_path, {}), tmp_path)


@pytest.mark.parametrize(
    ("lines", "words"),
    [((), ""), ((3,), "3"), ((1, 2, 3, 7), "1-3, 7"), (tuple(range(1, 20, 2)), "1, 3, 5, 7, 9, 11, 4 more")],
)
def test_lines_are_told_in_stretches(lines: tuple[int, ...], words: str) -> None:
    assert _coverage.stretches(lines) == words
