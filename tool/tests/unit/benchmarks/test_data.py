"""What is planned of disks, loaders, start-up, torch.compile and collectives, and what their figures say together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from torch_starter.benchmarks import collectives, compile, disk, loader, start_up
from torch_starter.core.bed import Bed, Storage
from torch_starter.core.facts import Absent
from torch_starter.core.figures import key
from torch_starter.core.kinds import Figure
from torch_starter.core.report import Limit, Measurement
from torch_starter.facts.compiler import Compiler
from torch_starter.testing import evidence, machine_with

BED = Bed(evidence=evidence(), threads=8, folders={"cache": Path("/c"), "data": Path("/d")})
GPUS = {"cuda:0": "NVIDIA H200", "cuda:1": "NVIDIA H200"}


def with_compiler(cxx: str, cc: str) -> Bed:
    return replace(BED, evidence=evidence(machine=machine_with(Compiler(cxx="g++", cxx_version=cxx, cc="gcc", cc_version=cc))))


def images(what: str, value: float, workers: str = "0", limit: float = 0.0) -> Measurement:
    params = {"what": what, "workers": workers}
    return Measurement(
        name="loader", unit="images/s", samples=(value,), params=params, limit=Limit(limit, "derived") if limit else None
    )


def by_what(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.params["what"]: figure for figure in figures}


def test_folders_on_one_device_are_measured_once() -> None:
    one = replace(BED, storage={"cache": Storage("ext4", 5), "data": Storage("ext4", 5)})
    assert {figure.params["folder"] for figure in disk.figures(one)} == {"cache and data"}
    assert {figure.arguments["folder"] for figure in disk.figures(one)} == {"/c"}
    two = replace(BED, storage={"cache": Storage("nfs4", 6), "data": Storage("ext4", 5)})
    assert {(figure.params["folder"], figure.params["filesystem"]) for figure in disk.figures(two)} == {
        ("cache", "nfs4"),
        ("data", "ext4"),
    }


def test_folders_of_which_no_device_is_told_are_each_measured() -> None:
    assert {figure.params["folder"] for figure in disk.figures(BED)} == {"cache", "data"}


def test_a_disk_is_held_against_its_link_where_that_is_told() -> None:
    one = replace(BED, folders={"data": Path("/d")}, storage={"data": Storage("ext4", 5, 600.0)})
    figures = by_what(list(disk.figures(one)))
    assert figures["read"].limit({}) == Limit(600.0, "derived")
    assert figures["random 4 KiB"].limit({}) is None
    assert {figure.limit({}) for figure in disk.figures(BED)} == {None}


def test_no_disk_is_measured_without_a_folder() -> None:
    with pytest.raises(Absent, match="no folder"):
        list(disk.figures(replace(BED, folders={})))


@pytest.mark.parametrize(("kind", "word"), [("tmpfs", "memory"), ("nfs4", "network"), ("overlay", "container")])
def test_what_is_no_plain_disk_is_said(kind: str, word: str) -> None:
    told = Measurement(name="disk", unit="MB/s", samples=(1.0,), params={"folder": "data", "filesystem": kind})
    assert [word in note for note in disk.notes([told, told])] == [True]
    assert not list(
        disk.notes([Measurement(name="disk", unit="MB/s", samples=(1.0,), params={**told.params, "filesystem": "xfs"})])
    )


def test_workers_are_as_many_as_processors_and_in_the_full_suite_also_none_and_some() -> None:
    assert loader.counts(replace(BED, quick=True)) == [8]
    assert loader.counts(BED) == [0, 1, 2, 4, 8]
    assert loader.counts(replace(BED, threads=6)) == [0, 1, 2, 4, 6]
    assert loader.counts(replace(BED, threads=1)) == [0, 1]


@pytest.mark.parametrize(
    ("installed", "decoder"), [({"pillow": "12", "torchvision": "1"}, "PIL"), ({"torchvision": "1"}, "torchvision"), ({}, "raw")]
)
def test_images_are_decoded_by_what_is_installed(installed: dict[str, str], decoder: str) -> None:
    figures = list(loader.figures(replace(BED, evidence=evidence(installed=installed))))
    assert {figure.arguments["decoder"] for figure in figures} == {decoder}


def test_a_loader_is_held_against_the_cpu_time_of_its_images() -> None:
    figures = list(loader.figures(BED))
    delivered = next(f for f in figures if f.params["what"] == "delivered" and f.params["workers"] == "8")
    cost = next(f for f in figures if f.params["what"] == "CPU time" and f.params["workers"] == "8")
    assert delivered.limit({key("loader", cost.params): 2.0}) == Limit(4000.0, "derived")
    assert delivered.limit({}) is None


def test_what_holds_a_loader_back_is_named() -> None:
    slow = images("delivered", 90.0, limit=800.0)
    most = images("delivered", 300.0, workers="8", limit=400.0)
    first, second = loader.notes([slow, most, images("compute", 900.0), images("disk", 5000.0)])
    assert "the processors: 400 images/s at most; the model's step 900 and the disk 5000" in first
    assert "8 workers" in second
    assert "the disk: 50 images/s" in next(iter(loader.notes([most, images("disk", 50.0)])))
    assert "the model's step: 60 images/s" in next(iter(loader.notes([most, images("compute", 60.0)])))
    assert not list(loader.notes([images("disk", 50.0)]))


def test_the_first_operation_of_a_gpu_is_measured_where_there_is_one() -> None:
    assert "first GPU operation" not in by_what(list(start_up.figures(BED)))
    on_gpu = by_what(list(start_up.figures(replace(BED, devices=GPUS))))
    assert on_gpu["first GPU operation"].arguments == {"device": "cuda:0"}
    assert all(figure.fresh for figure in on_gpu.values())


def test_torch_compile_needs_a_compiler() -> None:
    with pytest.raises(Absent, match=r"C\+\+"):
        list(compile.figures(with_compiler("", "")))
    assert len(list(compile.figures(with_compiler("12.2", "12.2")))) == 4


def test_a_gpu_is_compiled_for_where_triton_has_a_compiler() -> None:
    both = {figure.params["device"] for figure in compile.figures(replace(with_compiler("12.2", "12.2"), devices=GPUS))}
    assert both == {"cpu", "cuda:0"}
    assert {figure.params["device"] for figure in compile.figures(replace(with_compiler("12.2", ""), devices=GPUS))} == {"cpu"}


@pytest.mark.parametrize(
    ("what", "ranks", "wanted"),
    [("all-reduce", 2, 1.0), ("all-reduce", 8, 1.75), ("all-gather", 4, 0.75), ("reduce-scatter", 2, 0.5), ("broadcast", 8, 1.0)],
)
def test_bandwidths_are_those_of_nccl_tests(what: str, ranks: int, wanted: float) -> None:
    """doc/PERFORMANCE.md: the factors from the bandwidth of an operation to that of the bus."""
    assert collectives.factor(what, ranks) == wanted


def test_ranks_on_one_host_are_held_against_its_memory() -> None:
    medians = {"limits threads=8 what=stream": 40.0}
    figures = {(f.params["what"], f.params["kind"]): f for f in collectives.figures(BED)}
    assert figures["all-reduce", "busbw"].limit(medians) == Limit(10.0, "derived")  # two ranks, each byte read and written
    assert figures["all-gather", "algbw"].limit(medians) == Limit(20.0, "derived")
    assert figures["broadcast", "busbw"].limit(medians) == Limit(20.0, "derived")
    assert figures["all-reduce", "latency"].limit(medians) is None


def test_gpus_are_joined_where_there_are_two() -> None:
    assert {f.params["backend"] for f in collectives.figures(replace(BED, devices={"cuda:0": "NVIDIA H200"}))} == {"gloo"}
    nccl = [f for f in collectives.figures(replace(BED, devices=GPUS)) if f.params["backend"] == "nccl"]
    assert {f.arguments["ranks"] for f in nccl} == {2}
    assert {f.limit({"limits threads=8 what=stream": 40.0}) for f in nccl} == {None}
