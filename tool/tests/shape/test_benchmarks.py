"""Each benchmark is a file of its name, its sample beside it in samples/; whatever it plans can be taken and told apart."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from shape.source import MODULES, ROOT
from torch_starter.core.bed import Bed
from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent
from torch_starter.core.figures import key
from torch_starter.core.kinds import Benchmark, Figure
from torch_starter.facts.compiler import Compiler
from torch_starter.testing import evidence, machine_with

BENCHMARKS = collect("benchmarks", Benchmark)
BED = Bed(
    evidence=evidence(machine=machine_with(Compiler(cxx="g++", cxx_version="12.2", cc="gcc", cc_version="12.2"))),
    threads=2,
    devices={"cuda:0": "NVIDIA H200", "cuda:1": "NVIDIA H200"},
    native=Path("limits"),
    folders={"cache": Path("cache"), "data": Path("data")},
    examples=ROOT / "examples",
)


def planned(benchmark: Benchmark, bed: Bed = BED) -> list[Figure]:
    try:
        return list(benchmark.figures(bed))
    except Absent:
        return []


def functions() -> dict[str, ast.FunctionDef]:
    return {
        f"{module.path.stem}.{node.name}": node
        for module in MODULES
        if module.folder == "samples"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.name)
def test_a_benchmark_says_what_it_is_in_a_file_of_its_name(benchmark: Benchmark) -> None:
    module = importlib.import_module(f"torch_starter.benchmarks.{benchmark.name.replace('-', '_')}")
    assert module.BENCHMARK is benchmark
    assert benchmark.title
    assert benchmark.about.endswith(".")
    assert benchmark.version >= 1
    assert set(benchmark.needs) <= {each.name for each in BENCHMARKS}


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.name)
def test_its_figures_have_samples_that_take_what_they_are_given(benchmark: Benchmark) -> None:
    for figure in planned(benchmark):
        function = functions()[figure.sample]
        names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
        assert names[0] == "measure"
        assert set(figure.arguments) <= set(names[1:])
        assert all(isinstance(value, str) for value in figure.params.values())


def test_no_two_figures_are_called_alike() -> None:
    keys = [key(benchmark.name, figure.params) for benchmark in BENCHMARKS for figure in planned(benchmark)]
    assert len(keys) > 5
    assert sorted(set(keys)) == sorted(keys)
