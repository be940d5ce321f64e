"""`lock-update` on a small project: what is proven comes in, what is not does not."""

from __future__ import annotations

import json
import os
import signal

from real._sandbox import Sandbox, not_well


def test_a_newer_package_that_works_comes_in(ready: Sandbox) -> None:
    ready.package("alpha", "2.0", "x = 2\n")
    report = ready.json("lock-update")
    assert report["exit_code"] == 0, report
    assert ("alpha", "1.0", "2.0") in [(each["name"], each["was"], each["now"]) for each in report["changes"]]
    assert ready.python("import alpha; print(alpha.x)") == "2"
    lock = (ready.root / "locks" / "cpu.txt").read_text()
    assert "alpha==2.0" in lock
    assert "://" not in lock, "no address of an index"


def test_a_newer_package_that_does_not_work_stays_out(ready: Sandbox) -> None:
    before = (ready.current, (ready.root / "locks" / "cpu.txt").read_text())
    ready.package("alpha", "2.0", "raise RuntimeError('broken')\n")
    report = ready.json("lock-update")
    assert (report["exit_code"], list(not_well(report)), report["changes"]) == (0, [], [])
    assert (ready.current, (ready.root / "locks" / "cpu.txt").read_text()) == before
    assert 'bound = "<2.0"' in (ready.root / "locks" / "holds.toml").read_text()
    assert ready.environments == [ready.current], "the trials are removed"


def test_a_hold_that_nothing_asks_for_does_not_stay(ready: Sandbox) -> None:
    ready.package("alpha", "2.0")
    hold = '[[hold]]\npackage = "alpha"\nbound = "<2"\ncheck = "imports.alpha"\nevidence = "broken"\ndate = "2026-01-01"\n'
    (ready.root / "locks" / "holds.toml").write_text(hold)
    report = ready.json("lock-update")
    assert (report["exit_code"], report["changes"][0]["now"]) == (0, "2.0")
    assert "alpha<2 is held no more: imports.alpha passes without." in report["notes"]
    assert "[[hold]]" not in (ready.root / "locks" / "holds.toml").read_text()


def test_a_dry_run_changes_nothing(ready: Sandbox) -> None:
    before = (ready.current, (ready.root / "locks" / "cpu.txt").read_text())
    ready.package("alpha", "2.0")
    report = ready.json("lock-update", "--dry-run")
    assert [each["now"] for each in report["changes"]] == ["2.0"]
    assert (ready.current, (ready.root / "locks" / "cpu.txt").read_text()) == before


def test_a_new_dependency_comes_in_this_way(ready: Sandbox) -> None:
    ready.package("beta")
    text = (ready.root / "pyproject.toml").read_text()
    (ready.root / "pyproject.toml").write_text(text.replace('"alpha"', '"alpha", "beta"'))
    assert ready.run("lock-update")[0] == 0
    assert ready.python("import beta; print(beta.x)") == "1"


def test_ranges_that_nothing_meets_are_said(ready: Sandbox) -> None:
    text = (ready.root / "pyproject.toml").read_text()
    (ready.root / "pyproject.toml").write_text(text.replace('"alpha"', '"alpha>9"'))
    problem = ready.json("lock-update")["problem"]
    assert problem["code"] == "lock.no-solution"
    assert "alpha" in problem["message"]


def test_the_speed_before_and_after_is_compared(ready: Sandbox) -> None:
    """Both environments are measured; without torch in them by what needs none."""
    ready.package("alpha", "2.0")
    report = ready.json("lock-update", "--benchmark")
    compared = [each for each in report["findings"] if each["id"].startswith("against.limits,")]
    assert len(compared) >= 4
    assert ("alpha", "1.0", "2.0") in [(each["name"], each["was"], each["now"]) for each in report["changes"]]
    runs = [json.loads(line) for line in (ready.root / ".torch-starter/tests/benchmarks.jsonl").read_text().splitlines()]
    assert [(run["name"], run["snapshot"]["packages"]["alpha"]) for run in runs] == [
        ("before-update", "1.0"),
        ("after-update", "2.0"),
    ]


def test_ctrl_c_while_speed_is_measured_says_that_the_switch_is_done(ready: Sandbox) -> None:
    ready.package("alpha", "2.0", "x = 2\n")
    process = ready.start("lock-update", "--benchmark", "--json")
    assert process.stderr is not None
    assert any(line.startswith("measuring") for line in process.stderr)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    report = json.loads(out)
    assert (process.returncode, report["problem"]["code"]) == (130, "interrupted"), err
    assert "is current already" in report["problem"]["message"]
    assert ready.python("import alpha; print(alpha.x)") == "2"


def test_speed_is_not_compared_where_nothing_changes(ready: Sandbox) -> None:
    report = ready.json("lock-update", "--benchmark")
    assert not [each for each in report["findings"] if each["id"].startswith("against.")]
