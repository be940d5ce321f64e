"""The commands that look at a user's own code, with the programs of the real environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from real._place import Place
from real._sandbox import REPOSITORY

GOOD = 'def double(number: int) -> int:\n    """Twice."""\n    return 2 * number\n'
TEST = "from good import double\n\n\ndef test_double() -> None:\n    assert double(2) == 4\n"
HANGS = "import pathlib, threading\n\ndef test_it():\n    pathlib.Path('begun').touch()\n    threading.Event().wait()\n"
FAST = "--only", "lint,types,tests,shell,dockerfile"


def write(place: Place, files: dict[str, str]) -> Place:
    for name, text in files.items():
        path = place.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return place


def verdicts(report: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in report["findings"]:
        found.setdefault(each["id"], []).append(each["verdict"])
    return found


@pytest.fixture
def well(place: Place) -> Place:
    """A project whose code is as it should be."""
    return write(place, {"src/good.py": GOOD, "tests/test_good.py": TEST, "run.sh": '#!/bin/sh\necho "$1"\n'})


def test_a_project_that_is_well_is_told_in_a_line_each(well: Place) -> None:
    code, out, err = well.run("all-checks", *FAST)
    assert code == 0, out + err
    names = [line.split()[1] for line in out.splitlines() if line.startswith("✓")]
    assert names == ["lint", "types", "tests", "coverage", "shell"]
    assert "dockerfile: there is no Dockerfile" in out
    assert max(map(len, out.splitlines())) <= 80


def test_what_is_wrong_is_told_at_length_and_nothing_else(well: Place) -> None:
    write(
        well, {"src/bad.py": 'import os\nx: int = "one"\n', "tests/test_bad.py": "def test_bad() -> None:\n    assert 1 == 2\n"}
    )
    code, out, _ = well.run("all-checks", *FAST)
    assert code == 1
    for words in ("src/bad.py:1", "F401", "src/bad.py:2", "[assignment]", "tests/test_bad.py:2", "assert 1 == 2"):
        assert words in out, words
    assert out.count("run.sh") == 1, "what is well is told in a line"
    report = well.answer("all-checks", "--json", *FAST)
    assert verdicts(report)["tests.pytest"] == ["fail"]
    assert report["exit_code"] == 1


def test_fix_mends_what_a_program_can_and_a_dry_run_nothing(well: Place) -> None:
    bad = write(well, {"src/bad.py": "import os\nx  =  1\n"}).root / "src/bad.py"
    report = well.answer("lint", "--fix", "--dry-run", "--json")
    assert [(each["name"], each["now"]) for each in report["changes"]] == [("src/bad.py", "would be mended")]
    assert bad.read_text() == "import os\nx  =  1\n"
    report = well.answer("all-checks", "--fix", "--only", "lint", "--json")
    assert [(each["name"], each["now"]) for each in report["changes"]] == [("src/bad.py", "mended")]
    assert report["exit_code"] == 0
    assert bad.read_text() == "x = 1\n"


def test_what_cannot_be_looked_at_is_shown_and_counts_only_where_that_is_asked(well: Place) -> None:
    (well.root / ".venv").unlink()
    code, out, _ = well.run("all-checks", "--only", "lint,types,tests,shell")
    assert code == 0
    assert "Not looked at, and not counted as wrong: lint, tests, types." in out
    assert well.run("all-checks", "--strict", "--only", "lint,types,tests,shell")[0] == 3
    assert well.run("lint")[0] == 3
    code, _, err = well.run("test")
    assert (code, "./dev.sh setup" in err) == (3, True)


def test_a_project_without_any_code_is_no_reason_to_fail(place: Place) -> None:
    code, out, _ = place.run("all-checks", "--strict", *FAST)
    assert code == 0
    assert "nothing of it applies here" in out
    assert place.run("test", "tests/test_nothing.py")[0] == 2
    assert place.run("test", "--changed")[0] == 2
    assert place.run("lint", "nowhere")[0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test", "nosuch"), "there is no nosuch in the project"),
        (("test", "tests", "-k", "nosuch"), "none of 1 tests is chosen by -k nosuch"),
        (("test", "tests", "--frob"), "pytest cannot do what is asked"),
        (("coverage", "src"), "there is no test in src"),
        (("lint", ".."), "there is no .. in the project"),
        (("lint", "--fix", "/"), "there is no / in the project"),
        (("all-checks", "--only", "typos"), "did you mean types?"),
        (("audit", "--advisory-db", "nosuch.zip"), "nosuch.zip"),
        (("audit", "--sbom", "nowhere/sbom.json"), "there is no folder"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_a_reason(well: Place, words: tuple[str, ...], said: str) -> None:
    code, out, err = well.run(*words)
    assert (code, said in " ".join(err.split())) == (2, True), out + err


def test_wrong_advisories_hide_nothing_else_of_an_audit(well: Place) -> None:
    write(well, {"src/loads.py": "import pickle\n\n\ndef load(path):\n    return pickle.load(open(path, 'rb'))\n"})
    spec = (well.root / "torch-starter.toml").read_text()
    (well.root / "torch-starter.toml").unlink()
    (well.root / "torch-starter.toml").write_text(spec.replace('advisories = ""', 'advisories = "nosuch.zip"'))
    found = verdicts(well.answer("all-checks", "--only", "audit", "--json"))
    assert found["audit.weights"] == ["fail"]
    assert found["audit.vulnerabilities"] == ["unknown"]


def test_coverage_names_the_lines_that_no_test_runs(well: Place) -> None:
    write(well, {"src/other.py": "def never() -> int:\n    return 1\n"})
    code, out, err = well.run("coverage")
    assert code == 0, out + err
    assert "src/other.py" in out
    assert "src/good.py" in out
    report = well.answer("coverage", "--json")
    shares = {each["params"].get("file"): each["median"] for each in report["measurements"]}
    assert shares["src/good.py"] == 100
    assert shares["src/other.py"] < 100


def test_a_test_that_fails_is_one_finding_with_its_place(well: Place) -> None:
    write(well, {"tests/test_bad.py": "def test_bad() -> None:\n    assert 1 == 2\n"})
    code, out, _ = well.run("test", "tests")
    assert code == 1
    assert "1 failed, 1 passed" in out
    report = well.answer("test", "--json", "tests/test_bad.py")
    assert [(each["id"], each["place"]["line"]) for each in report["findings"]] == [("tests.pytest", 2)]


def test_ctrl_c_ends_all_of_them(well: Place) -> None:
    write(well, {"tests/test_hangs.py": HANGS})
    process = well.start("all-checks", "--only", "tests,lint")
    end = time.monotonic() + 60
    while not (well.root / "begun").exists():
        assert time.monotonic() < end
        threading.Event().wait(0.02)
    started = psutil.Process(process.pid).children(recursive=True)
    assert started
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert not psutil.wait_procs(started, timeout=10)[1]


def test_changed_runs_what_an_edit_reaches_and_says_how_many_it_left_out(well: Place) -> None:
    more = "def test_more() -> None:\n    assert 1 + 1 == 2\n"
    write(well, {"tests/test_more.py": more})
    code, out, err = well.run("test", "--changed")
    assert code == 0, out + err
    assert "nothing is known from a run before" in out
    assert "2 left out" in well.run("test", "--changed")[1]
    write(well, {"src/good.py": GOOD.replace("2 * number", "3 * number")})
    code, out, _ = well.run("test", "--changed")
    assert code == 1
    assert "1 failed, 1 left out" in out
    code, out, _ = well.run("test", "--changed")
    assert code == 1, "what failed is run again"
    assert well.run("test", "--changed", "tool/tests/unit")[0] == 2


def test_changed_forgets_nothing_that_a_run_of_other_tests_left_undone(well: Place) -> None:
    more = "def test_more() -> None:\n    assert 1 + 1 == 2\n"
    write(well, {"tests/test_good.py": f"{TEST}\n\ndef test_beside() -> None:\n    assert True\n", "tests/test_more.py": more})
    assert well.run("test", "--changed")[0] == 0
    write(well, {"src/good.py": GOOD.replace("2 * number", "3 * number")})
    assert well.run("test", "--changed", "tests/test_more.py")[0] == 0
    code, out, _ = well.run("test", "--changed")
    assert (code, "1 failed" in out) == (1, True), out


def test_no_random_mutation_fails_a_test_that_was_left_out(current: Path) -> None:
    """The benchmark does it more often, and measures."""
    script = REPOSITORY / "tool" / "benchmarks" / "test_changed.py"
    argv = [sys.executable, str(script), "--no-speed", "--light", "--mutations", "3", "--seed", "1"]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ}, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "missed: 0" in done.stdout
