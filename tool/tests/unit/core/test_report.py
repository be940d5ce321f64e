from __future__ import annotations

import json
import statistics

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.report import Change, Finding, Limit, Measurement, Place, Report, Status, Stop, Verdict
from torch_starter.show.json_text import text

VERDICTS: tuple[Verdict, ...] = ("ok", "warn", "fail", "crash", "skip", "unknown")
ENVELOPE = {
    "schema",
    "tool",
    "command",
    "status",
    "exit_code",
    "started_at",
    "seconds",
    "facts",
    "findings",
    "measurements",
    "changes",
}
FINDING = {"id", "group", "verdict", "title", "seen", "wanted", "remedy", "place", "gain", "fixable", "seconds"}
CHANGE = {"kind", "name", "was", "now", "why", "gain", "interval"}


def with_verdicts(*verdicts: Verdict) -> Report:
    return Report(command="x", findings=[Finding(id=f"g.{v}", verdict=v, title="t") for v in verdicts])


@pytest.mark.parametrize(
    ("verdicts", "code", "status"),
    [
        ((), 0, "ok"),
        (("ok", "skip"), 0, "ok"),
        (("ok", "warn"), 0, "warn"),
        (("ok", "fail"), 1, "fail"),
        (("crash",), 1, "fail"),
        (("ok", "unknown"), 3, "unknown"),
        (("warn", "unknown"), 3, "unknown"),
        (("unknown", "fail"), 1, "fail"),
        (("unknown", "crash", "warn"), 1, "fail"),
    ],
)
def test_the_verdicts_decide_the_exit_code(verdicts: tuple[Verdict, ...], code: int, status: Status) -> None:
    report = with_verdicts(*verdicts)
    assert (report.exit_code, report.status) == (code, status)


@given(st.lists(st.sampled_from(VERDICTS)))
def test_unknown_is_never_well_and_found_wrong_outranks_it(verdicts: list[Verdict]) -> None:
    code = with_verdicts(*verdicts).exit_code
    assert code == (1 if {"fail", "crash"} & set(verdicts) else 3 if "unknown" in verdicts else 0)


def test_what_stopped_us_decides_alone() -> None:
    report = with_verdicts("fail")
    report.stop, report.stop_exit_code = Stop("disk.full", "no space left", "free some"), 5
    assert (report.exit_code, report.status) == (5, "error")


@pytest.mark.parametrize(("code", "status"), [(0, "ok"), (1, "error"), (42, "error"), (-15, "error")])
def test_the_status_of_a_command_that_we_passed_through_is_ours(code: int, status: Status) -> None:
    report = Report(command="run", passed_through=code)
    assert (report.exit_code, report.status) == (code, status)


def test_the_json_form_is_the_documented_envelope() -> None:
    report = with_verdicts("ok", "fail")
    report.measurements = [Measurement(name="matmul", unit="GFLOP/s", samples=(1.0, 2.0), limit=Limit(3.0, "derived"))]
    report.changes = [Change(kind="file", name="a", was="", now="b")]
    document = json.loads(text(report))
    assert document.keys() >= ENVELOPE | {"problem"}
    assert (document["schema"], document["problem"]) == (1, None)
    assert document["findings"][0].keys() == FINDING
    assert document["findings"][0]["group"] == "g"
    assert document["measurements"][0]["samples"] == [1.0, 2.0]
    assert document["changes"][0].keys() == CHANGE


def test_a_measurement_of_pairs_has_their_mean_and_where_one_more_lies() -> None:
    ratios = (1.7, 1.8, 1.95, 1.75)
    report = Report(command="x", measurements=[Measurement(name="step", unit="times", samples=ratios, paired=True)])
    (told,) = json.loads(text(report))["measurements"]
    assert told["median"] == pytest.approx(statistics.geometric_mean(ratios))
    assert told["interval"][0] < min(ratios) < max(ratios) < told["interval"][1]
    assert (told["paired"], told["samples"]) == (True, list(ratios))


def test_one_pair_alone_is_valid_json_and_has_no_bound() -> None:
    report = Report(command="x", measurements=[Measurement(name="step", unit="times", samples=(1.7,), paired=True)])
    assert json.loads(text(report))["measurements"][0]["interval"] == [0.0, None]


def test_a_change_tells_what_it_is_worth() -> None:
    change = Change(kind="setting", name="wait policy", was="", now="PASSIVE", gain=1.6, interval=(1.5, 1.7))
    document = json.loads(text(Report(command="x", changes=[change])))
    assert document["changes"][0].keys() == CHANGE
    assert (document["changes"][0]["gain"], document["changes"][0]["interval"]) == (1.6, [1.5, 1.7])
    assert document["proof"] is None


def test_a_problem_has_a_code_a_message_and_a_remedy() -> None:
    stopped = Report(command="x", stop=Stop("a.b", "message", "remedy"), stop_exit_code=2)
    assert json.loads(text(stopped))["problem"] == {"code": "a.b", "message": "message", "remedy": "remedy"}


@pytest.mark.parametrize(("place", "told"), [(Place("train.py", 12), "train.py:12"), (Place("train.py"), "train.py")])
def test_a_place_is_told_as_editors_read_it(place: Place, told: str) -> None:
    assert str(place) == told


@given(st.builds(Finding, seen=..., remedy=..., place=..., gain=st.none() | st.floats(0, 100), seconds=st.floats(0, 1e6)))
def test_any_finding_is_one_json_object_that_comes_back(finding: Finding) -> None:
    document = json.loads(text(Report(command="x", findings=[finding])))
    assert msgspec.convert(document["findings"][0], Finding) == finding
