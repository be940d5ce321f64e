"""What is tried of threads, and why not."""

from __future__ import annotations

import pytest

from torch_starter.core.tuning import Subject
from torch_starter.core.variables import THREADS
from torch_starter.settings.affinity import SETTING as AFFINITY
from torch_starter.settings.interop_threads import SETTING as INTEROP
from torch_starter.settings.numa_node import SETTING as NODE
from torch_starter.settings.numa_node import ranges
from torch_starter.settings.threads import SETTING as COUNT
from torch_starter.settings.wait_policy import SETTING as WAIT
from unit.settings.subjects import PLACE, WORKING, absent, subject, told, values


def counts(of: Subject) -> list[str]:
    return [each.label for each in COUNT.available(of)]


def test_whole_cores_are_the_first_guess_and_what_is_in_effect_is_none() -> None:
    assert counts(subject()) == ["4", "1"]
    assert counts(subject(told(effect={"threads": "4"}))) == ["8", "1"]
    assert counts(subject(told(effect={"threads": "1"}))) == ["4", "8"]


def test_where_operations_are_small_one_thread_is() -> None:
    assert counts(subject(bounds={"launch": 0.6, "compute": 0.5})) == ["1", "4"]
    assert counts(subject(bounds={"launch": 0.4, "compute": 0.5})) == ["4", "1"]


def test_each_of_several_processes_has_its_share() -> None:
    assert counts(subject(told(world=4))) == ["1", "2"]
    assert counts(subject(told(world=16))) == ["1"]


def test_all_libraries_are_told_the_same_number() -> None:
    value = values(COUNT, subject())["4"]
    assert value.variables == dict.fromkeys(THREADS, "4")
    assert not value.turns


def test_where_the_script_sets_it_itself_its_call_is_turned_too() -> None:
    value = values(COUNT, subject(told(threads_set=[PLACE])))["4"]
    assert value.turns == {"threads": 4}
    assert value.variables == dict.fromkeys(THREADS, "4")


def test_with_one_cpu_there_is_nothing_to_try() -> None:
    alone = subject(told(effect={"threads": "1"}), cpus=(0,), cores=1)
    assert "one CPU" in absent(COUNT, alone)
    assert "one CPU" in absent(AFFINITY, alone)
    assert "one thread" in absent(WAIT, alone)


def test_threads_wait_passively_or_as_they_would_by_themselves() -> None:
    assert values(WAIT, subject())["passive"].variables == {"OMP_WAIT_POLICY": "PASSIVE"}
    again = values(WAIT, subject(told(effect={"wait policy": "passive"})))
    assert {label: each.variables for label, each in again.items()} == {
        "spins": {"OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": "300000"}
    }


@pytest.mark.parametrize("variable", ["GOMP_SPINCOUNT", "KMP_BLOCKTIME"])
def test_what_would_win_over_the_policy_is_set_with_it(variable: str) -> None:
    value = values(WAIT, subject(variables={variable: "1000"}))["passive"]
    assert value.variables == {"OMP_WAIT_POLICY": "PASSIVE", variable: "0"}


def test_other_runtimes_read_a_variable_of_their_own() -> None:
    value = values(WAIT, subject(told(effect={"openmp": "libiomp5.so"})))["passive"]
    assert value.variables == {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}


def test_what_cannot_be_read_back_is_not_tried() -> None:
    assert "read back" in absent(WAIT, subject(told(effect={"wait policy": ""})))
    assert "read back" in absent(AFFINITY, subject(told(effect={"openmp binding": ""})))


def test_threads_are_bound_where_nothing_else_is_started() -> None:
    assert values(AFFINITY, subject())["close"].variables == {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores"}
    assert "workers" in absent(AFFINITY, subject(told(loaders=[WORKING])))
    assert "processes" in absent(AFFINITY, subject(told(world=2)))
    assert "already" in absent(AFFINITY, subject(told(effect={"openmp binding": "close", "openmp places": "4"})))


def test_a_binding_without_places_binds_nothing() -> None:
    assert AFFINITY.read({"openmp binding": "close", "openmp places": "0"}) == "no"
    assert AFFINITY.read({"openmp binding": "close", "openmp places": "2"}) == "close"


def test_the_largest_node_of_memory_is_tried() -> None:
    nodes = ((0, 1), (2, 3, 4, 6))
    assert values(NODE, subject(nodes=nodes))["CPUs 2-4,6"].turns == {"affinity": [2, 3, 4, 6]}
    assert "one node" in absent(NODE, subject())
    assert "processes" in absent(NODE, subject(told(world=2), nodes=nodes))
    assert "already" in absent(NODE, subject(told(effect={"affinity": "2-4,6"}), nodes=nodes))


@pytest.mark.parametrize(("numbers", "text"), [([], ""), ([3], "3"), ([0, 1, 2], "0-2"), ([0, 2, 3, 8], "0,2-3,8")])
def test_processors_are_written_as_the_kernel_does(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


def test_one_operation_at_a_time_where_there_may_be_more() -> None:
    assert values(INTEROP, subject())["1"].turns == {"interop_threads": 1}
    assert "one already" in absent(INTEROP, subject(told(effect={"interop threads": "1"})))
    assert "beside each other" in absent(INTEROP, subject(told(effect={"interop pool": "not started"})))
