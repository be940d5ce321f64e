"""The benchmarks of trainings plan what the machine can train, and count what the model needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from torch_starter.benchmarks import _trainings, text, vision
from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent, Fact
from torch_starter.core.figures import key
from torch_starter.core.kinds import Figure
from torch_starter.core.report import Limit, Measurement
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.facts.memory import Memory
from torch_starter.samples.text import operations
from torch_starter.testing import evidence, machine_with

GIB = 2**30
MEMORY = Memory(total=64 * GIB, available=64 * GIB, limit=None, shm=None)
H100 = "NVIDIA H100 80GB HBM3"


def gpu(gib: int, used: int = 0) -> Gpu:
    return Gpu(driver="580", devices=(Device(H100, "9.0", gib * GIB, used=used * GIB),), source="nvml")


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    """Two processors, no GPU, and both examples."""
    for name in ("text.py", "vision.py"):
        (tmp_path / name).touch()
    return Bed(evidence=evidence(machine=machine_with(MEMORY)), threads=2, examples=tmp_path)


def with_facts(bed: Bed, *facts: Fact, threads: int = 2, devices: Mapping[str, str] | None = None, quick: bool = False) -> Bed:
    found = evidence(machine=machine_with(*facts))
    return replace(bed, evidence=found, threads=threads, devices=devices or {}, quick=quick)


def one(figures: list[Figure], what: str, **params: str) -> Figure:
    (found,) = [each for each in figures if {"what": what, **params}.items() <= each.params.items()]
    return found


@pytest.mark.parametrize(("benchmark", "name"), [(text, "text.py"), (vision, "vision.py")])
def test_a_project_without_the_example_is_told_so(bed: Bed, benchmark: ModuleType, name: str) -> None:
    (bed.examples / name).unlink()
    with pytest.raises(Absent, match=rf"^examples/{name} is not in this project$"):
        list(benchmark.figures(bed))


@pytest.mark.parametrize(
    ("threads", "gib", "quick", "size", "batch"),
    [
        (2, 64, True, "small", 4),
        (64, 64, True, "small", 32),
        (2, 64, False, "medium", 4),
        (64, 8, False, "medium", 32),
        (64, 64, False, "GPT-2-124M", 4),
    ],
)
def test_processors_train_what_they_can_in_time(bed: Bed, threads: int, gib: int, quick: bool, size: str, batch: int) -> None:
    memory = Memory(total=64 * GIB, available=gib * GIB, limit=None, shm=None)
    figure = one(list(text.figures(with_facts(bed, memory, threads=threads, quick=quick))), "tokens")
    assert (figure.params["size"], figure.arguments["batch"]) == (size, batch)
    assert figure.arguments["size"] == text.SIZES[size]
    assert figure.arguments["precision"] == "float32"


def test_where_memory_is_not_known_the_model_is_not_large(bed: Bed) -> None:
    figures = list(text.figures(with_facts(bed, threads=64)))
    assert {figure.params["size"] for figure in figures} == {"medium"}


@pytest.mark.parametrize(
    ("gib", "used", "size", "batch"), [(80, 0, "GPT-2-124M", 16), (80, 60, "GPT-2-124M", 4), (8, 0, "medium", 4)]
)
def test_a_gpu_trains_what_its_free_memory_holds(bed: Bed, gib: int, used: int, size: str, batch: int) -> None:
    figures = list(text.figures(with_facts(bed, gpu(gib, used), devices={"cuda:0": H100})))
    figure = one(figures, "operations", device="cuda:0")
    assert (figure.params["size"], figure.arguments["batch"]) == (size, batch)
    assert (figure.arguments["precision"], figure.unit) == ("bfloat16", "TFLOP/s")
    assert figure.limit({}) == Limit(989.4, "datasheet")


def test_the_quick_suite_trains_on_one_of_several_gpus(bed: Bed) -> None:
    two = {"cuda:0": H100, "cuda:1": H100}
    quick, full = (list(text.figures(with_facts(bed, gpu(80), devices=two, quick=quick))) for quick in (True, False))
    assert {figure.params.get("device") for figure in quick} == {None, "cuda:0"}
    assert {figure.params.get("device") for figure in full} == {None, "cuda:0", "cuda:1"}


def test_all_figures_of_a_training_are_read_from_the_same_processes(bed: Bed) -> None:
    figures = list(text.figures(bed))
    assert [figure.series for figure in figures] == ["tokens", "step", "loss", "operations"]
    assert len({(figure.sample, str(figure.arguments)) for figure in figures}) == 1


def test_operations_are_held_against_what_the_processors_do_at_most(bed: Bed) -> None:
    measured = {key("limits", {"what": "flops", "threads": "2"}): 300.0}
    assert one(list(text.figures(bed)), "operations").limit(measured) == Limit(300.0, "measured")


def test_a_loader_is_held_against_images_that_were_made_ahead(bed: Bed) -> None:
    figures = list(vision.figures(bed))
    ahead, loader = (one(figures, "images", data=data) for data in ("ahead", "loader"))
    assert ahead.limit({}) is None
    assert loader.limit({key("vision", ahead.params): 40.0}) == Limit(40.0, "measured")
    assert one(figures, "step", data="loader").limit({key("vision", ahead.params): 40.0}) is None


def test_images_are_loaded_by_workers_while_a_gpu_computes(bed: Bed) -> None:
    figures = list(vision.figures(with_facts(bed, MEMORY, gpu(80), threads=64, devices={"cuda:0": H100})))
    on_gpu = [one(figures, "images", device="cuda:0", data=data).arguments for data in ("ahead", "loader")]
    assert [(each["workers"], each["batch"], each["model"]["blocks"]) for each in on_gpu] == [
        (0, 256, [3, 4, 6, 3]),
        (8, 256, [3, 4, 6, 3]),
    ]
    on_processors = one(figures, "images", threads="64", data="loader").arguments
    assert (on_processors["workers"], on_processors["batch"]) == (0, 128)


def test_a_token_of_gpt_2_takes_what_the_formula_says() -> None:
    weights = 12 * 12 * 768**2 + 50304 * 768  # four of attention and eight of the network in each of 12 layers; the scores
    assert operations(weights, layers=12, context=1024, width=768) == pytest.approx(6 * 123.57e6 + 113.2e6, rel=1e-3)


def loss(*samples: float) -> Measurement:
    return Measurement(name="text", unit="nats", samples=samples, params={"what": "loss"}, processes=(1,) * len(samples))


def test_a_loss_that_differs_between_processes_is_noted() -> None:
    speed = Measurement(name="text", unit="tokens/s", samples=(1.0, 2.0), params={"what": "tokens"}, processes=(1, 1))
    assert list(_trainings.notes([loss(2.5, 2.5, 2.5), speed])) == []
    assert list(_trainings.notes([loss(2.5, 2.25, 2.5), speed])) == [
        "text what=loss: with the same seed the loss is 2.25 in one process and 2.5 in another"
    ]
