"""Functions and files stay small."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import pytest

from shape.source import MODULES, TEST_MODULES, Function, Module

both = pytest.mark.parametrize("modules", [MODULES, TEST_MODULES], ids=["src", "tests"])


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def p95(values: Sequence[int]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@both
def test_no_function_is_over_40_lines(modules: list[Module]) -> None:
    sizes = {f"{module.name}.{function.name}": lines_of(function) for module in modules for function in module.functions()}
    assert not {name: size for name, size in sizes.items() if size > 40}


@both
def test_functions_are_mostly_under_25_lines(modules: list[Module]) -> None:
    assert p95([lines_of(function) for module in modules for function in module.functions()]) <= 25


@both
def test_no_file_is_over_300_lines(modules: list[Module]) -> None:
    assert not {module.name: size for module in modules if (size := len(module.text.splitlines())) > 300}


@both
def test_files_are_mostly_under_200_lines(modules: list[Module]) -> None:
    assert p95([len(module.text.splitlines()) for module in modules]) <= 200
