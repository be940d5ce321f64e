"""`benchmark` from end to end, on what needs no torch: the limits of the processors, by the native program."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from real._sandbox import Sandbox

LIMITS = ("benchmark", "--only", "limits", "--budget", "0.05")


@pytest.fixture(scope="module")
def measured(template: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Sandbox, dict[str, Any]]:
    """A small project in which a run was kept, and what was said then."""
    here = template.copy(tmp_path_factory.mktemp("measured") / "copy")
    return here, here.json(*LIMITS, "--save", "first")


def kept(sandbox: Sandbox) -> Path:
    return sandbox.root / ".torch-starter" / "tests" / "benchmarks.jsonl"


def test_each_figure_has_its_samples_by_process_and_is_kept(measured: tuple[Sandbox, dict[str, Any]]) -> None:
    sandbox, report = measured
    assert report["exit_code"] == 0
    assert {each["params"]["what"] for each in report["measurements"]} == {"flops", "bf16", "stream", "clock"}
    for each in report["measurements"]:
        assert len(each["samples"]) == sum(each["processes"])
        assert len(each["processes"]) == 2
        low, high = each["interval"]
        assert 0 < low <= each["median"] <= high
    (line,) = kept(sandbox).read_text().splitlines()
    assert json.loads(line)["name"] == "first"
    assert json.loads(line)["machine"] == report["facts"]["run"]["machine"]


def test_a_run_is_held_against_one_before(measured: tuple[Sandbox, dict[str, Any]], tmp_path: Path) -> None:
    """The first is made ten times as fast: what was quiet enough to be compared is slower now, and says by how much."""
    sandbox = measured[0].copy(tmp_path / "copy")
    run = json.loads(kept(sandbox).read_text())
    for each in run["measurements"]:
        each["samples"] = [10 * sample for sample in each["samples"]]
    kept(sandbox).write_text(json.dumps({**run, "name": "fast"}) + "\n")
    report = sandbox.json(*LIMITS, "--against", "fast")
    found = [each for each in report["findings"] if each["id"].startswith("against.")]
    assert len(found) == len(report["measurements"])
    for each, measurement in zip(found, report["measurements"], strict=True):
        if measurement["bounded"] or run["measurements"][found.index(each)]["bounded"]:
            assert each["verdict"] == "skip"
            assert "busy" in each["seen"]
        else:
            assert each["verdict"] == "fail"
            assert each["gain"] == pytest.approx(0.1, rel=0.5)
    assert report["exit_code"] == (1 if any(each["verdict"] == "fail" for each in found) else 0)
    assert len(kept(sandbox).read_text().splitlines()) == 2


def test_what_was_measured_before_is_told(measured: tuple[Sandbox, dict[str, Any]]) -> None:
    report = measured[0].json("benchmark", "--history")
    assert report["exit_code"] == 0
    assert {past["figure"] for past in report["history"]} >= {"limits what=clock"}
    code, out, _ = measured[0].run("benchmark", "--history")
    assert code == 0
    assert "clock" in out


def test_ctrl_c_keeps_what_was_measured(ready: Sandbox) -> None:
    process = ready.start("benchmark", "--only", "limits", "--suite", "full", "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if re.match(r"measuring: \d", line):
            break
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    report = json.loads(out)
    assert (process.returncode, report["problem"]["code"]) == (130, "interrupted"), err
    assert report["measurements"]
    assert len(json.loads(kept(ready).read_text())["measurements"]) == len(report["measurements"])


def test_without_a_compiler_the_reason_is_said(ready: Sandbox) -> None:
    report = ready.json(*LIMITS, CC="no-such-compiler")
    (finding,) = report["findings"]
    assert (report["exit_code"], finding["verdict"]) == (0, "skip")
    assert "C compiler" in finding["seen"]
    assert not kept(ready).exists()


def test_what_needs_torch_says_so_where_it_is_missing(ready: Sandbox) -> None:
    report = ready.json("benchmark", "--only", "matmul", CC="no-such-compiler")
    assert {each["id"]: each["seen"] for each in report["findings"]}["matmul"] == "torch is not installed"


@pytest.mark.parametrize(
    ("words", "code", "problem", "said"),
    [
        (("--only", "matmull"), 2, "benchmark.unknown", "did you mean matmul?"),
        (("--suite", "quik"), 2, "benchmark.suite", "no suite 'quik'"),
        (("--budget", "soon"), 2, "budget", "no number of minutes"),
        (("--against", "nothing"), 2, "benchmark.no-run", "none was kept"),
        (("--against", "pyproject.toml"), 3, "benchmark.file", "is no answer of benchmark"),
        (("--history",), 3, "benchmark.no-history", "nothing was measured"),
        (("--html", "no/such/folder/page.html"), 2, "html.path", "not there"),
        (("--markdown", "no/such/folder/page.md"), 2, "markdown.path", "not there"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_answered_before_anything_is_measured(
    ready: Sandbox, words: tuple[str, ...], code: int, problem: str, said: str
) -> None:
    report = ready.json("benchmark", *words)
    assert (report["exit_code"], report["problem"]["code"]) == (code, problem)
    assert said in report["problem"]["message"]
    assert not kept(ready).exists()
