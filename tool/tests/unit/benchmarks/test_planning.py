"""What is planned on machines with GPUs and without, and what is made of what their samples tell."""

from __future__ import annotations

import dataclasses

import pytest

from torch_starter.benchmarks import attention, convolution, launch, matmul, memory, precision, transfer
from torch_starter.benchmarks._gpus import kinds
from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent
from torch_starter.core.figures import key
from torch_starter.core.kinds import Benchmark
from torch_starter.core.probing import Answer
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.facts.memory import Memory
from torch_starter.testing import machine_with
from torch_starter.verbs import _measured, _takes
from unit.benchmarks.beds import bed, gpu_bed

ALL = [module.BENCHMARK for module in (attention, convolution, launch, matmul, memory, precision, transfer)]
GIB = 1 << 30
CALM = {"wall": 1.0, "cpu": 1.0, "others": 0.0, "waited": 0.0, "steal": 0.0, "throttled": 0, "busy": False}


def with_memory(free: int) -> list[int]:
    machine = machine_with(Memory(total=free, available=free, limit=None, shm=None))
    return [figure.arguments["size"] for figure in memory.figures(bed(machine=machine))]


@pytest.mark.parametrize("benchmark", ALL, ids=lambda benchmark: benchmark.name)
def test_each_gpu_is_measured_by_itself(benchmark: Benchmark) -> None:
    planned = list(benchmark.figures(gpu_bed()))
    by_device = {
        device: [{**figure.params, "device": ""} for figure in planned if figure.params.get("device") == device]
        for device in ("cuda:0", "cuda:1")
    }
    assert by_device["cuda:0"]
    assert by_device["cuda:0"] == by_device["cuda:1"]
    assert all(figure.params["device"] == figure.arguments["device"] for figure in planned if "device" in figure.params)


@pytest.mark.parametrize("benchmark", ALL, ids=lambda benchmark: benchmark.name)
def test_what_has_a_limit_on_an_h200_has_one_without_any_other_figure(benchmark: Benchmark) -> None:
    on_gpus = [figure for figure in benchmark.figures(gpu_bed()) if "device" in figure.params]
    told = [figure for figure in on_gpus if figure.params.get("what") not in ("clock", "link") and benchmark.name != "launch"]
    limits = {key(benchmark.name, figure.params): figure.limit({}) for figure in told}
    assert all(limit is not None and limit.value > 0 for limit in limits.values()), limits


@pytest.mark.parametrize("benchmark", ALL, ids=lambda benchmark: benchmark.name)
def test_a_clock_comes_from_a_call_that_is_taken_anyway(benchmark: Benchmark) -> None:
    planned = list(benchmark.figures(gpu_bed()))
    calls = [(figure.sample, figure.arguments) for figure in planned if figure.series not in ("clock", "link")]
    assert all((figure.sample, figure.arguments) in calls for figure in planned if figure.series in ("clock", "link"))


def test_a_machine_without_a_gpu_has_no_transfer() -> None:
    with pytest.raises(Absent, match="there is no GPU"):
        list(transfer.figures(bed()))


def test_the_quick_suite_copies_the_largest_size_alone() -> None:
    sizes = {figure.arguments["size"] for figure in transfer.figures(gpu_bed(quick=True))}
    assert sizes == {max(figure.arguments["size"] for figure in transfer.figures(gpu_bed()))}


def test_arrays_are_as_large_as_there_is_room_for() -> None:
    assert with_memory(64 * GIB) == [256 << 20] * 2
    assert with_memory(GIB) == [128 << 20] * 2
    with pytest.raises(Absent, match=r"0\.2 GiB of memory are free"):
        with_memory(GIB // 4)


def test_the_clock_that_was_reached_lowers_the_limit_of_a_measured_product() -> None:
    takes, _ = _takes.plan([matmul.BENCHMARK], gpu_bed(), _takes.QUICK)
    mine = [take for take in takes if take.first.params == {"dtype": "float16", "device": "cuda:1"}]
    assert [figure.series for _, figure in mine[0].figures] == ["product", "clock"]
    product = {"amount": 700e12, "loops": 1, "warm": [], "values": [CALM]}
    clock = {"amount": 1.0, "loops": 1, "warm": [], "values": [{**CALM, "value": 1647}]}
    mine[0].answers.append(Answer(mine[0].probe, "ok", {"product": product, "clock": clock}))
    told = {each.unit: each for each in _measured.measurements(mine)}
    assert told["MHz"].median == 1647
    assert told["TFLOP/s"].median == pytest.approx(700)
    assert told["TFLOP/s"].limit is not None
    assert told["TFLOP/s"].limit.value == pytest.approx(989.4 * 0.9)


@pytest.mark.parametrize("benchmark", ALL, ids=lambda benchmark: benchmark.name)
def test_the_quick_suite_measures_one_of_several_like_gpus(benchmark: Benchmark) -> None:
    planned = list(benchmark.figures(gpu_bed(quick=True)))
    assert {figure.params["device"] for figure in planned if "device" in figure.params} == {"cuda:0"}


def test_numbers_that_an_older_gpu_has_no_cores_for_are_left_out() -> None:
    assert list(kinds(bed_of("Tesla T4", "7.5"), "cuda:0")) == ["float16", "float32"]
    assert list(kinds(bed_of("NVIDIA L4", "8.9"), "cuda:0")) == ["bfloat16", "float16", "tf32", "float32"]
    assert list(kinds(bed_of("NVIDIA L4", "8.9", quick=True), "cuda:0")) == ["bfloat16", "float32"]
    assert [figure.params["dtype"] for figure in attention.figures(bed_of("Tesla T4", "7.5"))][1:] == ["float16"] * 2


def bed_of(name: str, capability: str, *, quick: bool = False) -> Bed:
    machine = machine_with(Gpu(driver="580.65", devices=(Device(name, capability, 16 * GIB),), source="NVML"))
    return dataclasses.replace(bed(quick=quick, machine=machine), devices={"cuda:0": name}, capabilities={"cuda:0": capability})
