"""Advice on lines of the script's own: what Python does, and which functions of torch it calls how often."""

from __future__ import annotations

import pytest

from torch_starter.core.place import Place
from torch_starter.core.profile import Op
from unit.advice.made import BACK, FORTH, MAIN, TORCH, Word, advised, beside, call, in_c, only, process, stacks

NOTE: Word = ("Hard.note", "train.py", 26)
ITEM = in_c("Tensor.item")
SUM: Word = ("<genexpr>", "train.py", 23)
PENALTY: Word = ("penalty", "train.py", 23)


def test_a_healthy_training_is_told_nothing() -> None:
    assert advised(process()) == []


def test_values_that_are_read_one_by_one() -> None:
    reads = call("item", 26, 4096, 0.002, reads=True)
    seen = beside(
        ((MAIN, NOTE, ITEM), 0.3), ((MAIN, NOTE), 0.2), ((MAIN, ("Hard.note", "train.py", 25), in_c("Tensor.unbind")), 0.1)
    )
    finding = only(process(stacks=seen, calls=(reads, call("unbind", 25))))
    assert (finding.id, str(finding.place)) == ("profile.reads", "train.py:26")
    assert finding.gain == pytest.approx(1 / (1 - 0.9 * 0.6))
    assert "4096 times" in finding.seen


def test_a_loss_that_is_read_is_none_of_them() -> None:
    seen = beside(((MAIN, NOTE, ITEM), 0.5))
    assert advised(process(stacks=seen, calls=(call("item", 26, 1, 0.05, reads=True),))) == []


def test_what_looking_costs_is_taken_off_python_s_work() -> None:
    seen = beside(((MAIN, PENALTY, SUM), 0.6))
    assert only(process(stacks=seen)).gain == pytest.approx(1 / (1 - 0.8 * 0.6))
    assert only(process(stacks=seen, looking=1.5)).gain == pytest.approx(1 / (1 - 0.8 * (0.6 * 1.5 - 0.5)))


def test_a_loop_in_python_is_told_by_the_function_that_it_is_in() -> None:
    seen = beside(
        ((MAIN, PENALTY, SUM), 0.3), ((MAIN, PENALTY, SUM, in_c("abs")), 0.2), ((MAIN, PENALTY, in_c("Tensor.tolist")), 0.1)
    )
    finding = only(process(stacks=seen, calls=(call("tolist", 23, 4, 0.001, reads=True),)))
    assert (finding.id, str(finding.place)) == ("profile.python", "train.py:23")
    assert finding.title == "penalty is busy in Python itself"
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * 0.5))


def test_what_torch_computes_at_a_line_is_not_python() -> None:
    assert advised(process(stacks=beside(((MAIN, in_c("Tensor.matmul")), 0.6)))) == []
    unnamed = beside(((MAIN, in_c("gelu")), 0.6))
    assert advised(process(stacks=unnamed, calls=(call("gelu", 30, 1, 0.06),))) == []


def test_where_functions_of_c_are_not_seen_calls_tell() -> None:
    blind = stacks(((MAIN, PENALTY), 0.6), (FORTH[:2], 0.2), ((BACK[0],), 0.2))
    calls = (call("sum", 23, 4, 0.02), call("backward", 32, 1, 0.02))
    finding = only(process(stacks=blind, calls=calls))
    assert finding.id == "profile.python"
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * 0.4))


def test_small_operations_in_a_loop() -> None:
    loop = call("mul", 20, 255, 0.0005)
    near: Word = ("near", "train.py", 20)
    seen = beside(((MAIN, near, in_c("Tensor.mul")), 0.3), ((MAIN, near), 0.1))
    finding = advised(process(stacks=seen, calls=(loop, call("linear", 31, 2, 0.01))))[0]
    assert (finding.id, str(finding.place)) == ("profile.tiny", "train.py:20")
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * min(0.98, 0.4 + 0.5 * 255 / 257)))


def test_loops_over_layers_in_a_package_are_not_the_line_s_own() -> None:
    many = call("linear", 31, 200, 0.005)
    assert advised(process(stacks=beside((FORTH, 0.8)), calls=(many,))) == []


def test_large_operations_in_a_loop_are_no_small_ones() -> None:
    seen = beside(((MAIN, in_c("Tensor.mul")), 0.9))
    assert advised(process(stacks=seen, calls=(call("mul", 30, 100, 0.08),))) == []


def test_many_small_operations_are_told_at_the_model() -> None:
    ops = (Op(name="aten::mul", count=2000, seconds=0.01, part="forward"), Op(name="aten::view", count=9000, seconds=0.01))
    finding = only(process(ops=ops))
    assert (finding.id, str(finding.place)) == ("profile.launches", "train.py:31")
    assert finding.gain == pytest.approx(1 / (1 - 0.4 * (0.1 + 2000 * 4e-6 / 0.1)))
    assert advised(process(ops=ops, effect={"compile": "default"})) == []


def test_copies_are_told_with_their_size() -> None:
    copy: tuple[Word, ...] = (MAIN, ("copied", "train.py", 19), in_c("Tensor.clone"))
    calls = (
        call("clone", 19, 4, 0.03, bytes=32 << 20, copies=True),
        call("to", 19, 4, 0.01, bytes=32 << 20, copies=True),
        call("contiguous", 7, copies=True),
    )
    finding = only(process(calls=calls, stacks=beside((copy, 0.5))))
    assert (finding.id, str(finding.place)) == ("profile.copies", "train.py:19")
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * 0.4))
    assert "64.0 MiB" in finding.seen
    assert "clone" in finding.title
    assert only(process(calls=calls, stacks=beside((copy, 0.2)))).gain == pytest.approx(1 / (1 - 0.8 * 0.2))
    assert advised(process(calls=calls)) == []


def test_files_that_are_written_with_each_step() -> None:
    save: tuple[Word, ...] = (MAIN, ("save", "train.py", 21), ("save", TORCH + "serialization.py", 9), in_c("write"))
    finding = only(process(stacks=beside((save, 0.4))))
    assert (finding.id, str(finding.place)) == ("profile.saving", "train.py:21")
    assert finding.gain == pytest.approx(1 / (1 - 0.9 * 0.4))


def test_validation_is_known_by_the_name_of_its_function() -> None:
    path: tuple[Word, ...] = (MAIN, ("validate", "train.py", 50), FORTH[1], FORTH[2])
    finding = only(process(stacks=beside((path, 0.7))))
    assert (finding.id, str(finding.place)) == ("profile.validation", "train.py:30")
    assert finding.gain == pytest.approx(1 / (1 - 0.6 * 0.7))
    assert advised(process(stacks=beside((path, 0.2)))) == []
    other: tuple[Word, ...] = (MAIN, ("retrieval", "train.py", 50), FORTH[1], FORTH[2])
    assert advised(process(stacks=beside((other, 0.7)))) == []


def test_the_search_for_anomalies_costs_what_is_seen_of_it() -> None:
    trace: tuple[Word, ...] = (MAIN, ("format_stack", "/lib/traceback.py", 1), ("extract", "/lib/traceback.py", 2))
    ops = (
        Op(name="aten::isnan", count=20, seconds=0.01, part="backward"),
        Op(name="aten::isnan", count=1, seconds=0.5, part="forward"),
    )
    finding = only(process(stacks=beside((trace, 0.3)), ops=ops, anomaly=Place("train.py", 3)))
    assert (finding.id, str(finding.place)) == ("profile.anomaly", "train.py:3")
    assert finding.gain == pytest.approx(1 / (1 - 0.95 * 0.4))
    assert advised(process(stacks=beside((trace, 0.3)), ops=ops)) == []


def test_numbers_of_8_bytes_are_told_where_they_are_made() -> None:
    calls = (
        call("as_tensor", 30, 1, 0.001, bytes=1 << 20, dtypes=("float64",)),
        call("linear", 31, 2, 0.03, bytes=1 << 19, dtypes=("float64",)),
        call("backward", 32, 1, 0.05),
    )
    finding = only(process(calls=calls))
    assert (finding.id, str(finding.place)) == ("profile.float64", "train.py:30")
    assert finding.gain == pytest.approx(1 / (1 - 0.45 * 0.95))
    assert advised(process(calls=(call("mean", 30, dtypes=("float64",), bytes=8.0),))) == []
