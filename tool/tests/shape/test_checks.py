"""What every check says of itself, what a quick one may start, and what --fix and --self-test rely on."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shape.source import PROBES, Module
from shape.test_names import CHECKS, WITH_GPU
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Check, Fault
from torch_starter.probes import science
from torch_starter.verbs._selection import concerns

ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
SENTENCES = ("about", "found", "mend", "source")
FILES = {module.path.stem: module for module in PROBES}
JUDGES = {
    check.id: check.judge.func if isinstance(check.judge, functools.partial) else check.judge  # a family shares one
    for check in CHECKS
}


def probes_of(check: Check) -> set[str]:
    """The names of the files of its probes."""
    dynamic = check.dynamic_probes(WITH_GPU) if check.dynamic_probes else ()
    return {probe.partition("@")[0].partition(".")[0] for probe in (*check.probes, *dynamic)} - {""}


def foreign_imports(module: Module) -> set[str]:
    """What a file imports, anywhere in it, that is not of the standard library."""
    return {name.split(".")[0] for name in module.imports()} - sys.stdlib_module_names


def reached(function: Callable[..., Any]) -> Iterator[ast.FunctionDef]:
    """A function of a check file and those that it calls, also from the helpers of checks."""
    waiting, seen = [inspect.unwrap(function)], set[str]()
    while waiting:
        found = waiting.pop()
        name = f"{found.__module__}.{found.__qualname__}"
        if name in seen or not found.__module__.startswith("torch_starter.checks"):
            continue
        seen.add(name)
        tree = ast.parse(textwrap.dedent(inspect.getsource(found))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        yield tree
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        waiting += [each for name in names if inspect.isfunction(each := found.__globals__.get(name))]


def may_be_fixable(function: Callable[..., Any]) -> bool:
    """Whether its source sets `fixable` to anything but False."""
    words = [word for tree in reached(function) for word in ast.walk(tree) if isinstance(word, ast.keyword)]
    values = [ast.unparse(word.value) for word in words if word.arg == "fixable"]
    return any(value != "False" for value in values)


@pytest.mark.parametrize("field", SENTENCES)
def test_every_check_says(field: str) -> None:
    assert not [check.id for check in CHECKS if not getattr(check, field).strip()]


def test_ids_can_be_typed() -> None:
    assert not [check.id for check in CHECKS if not ID.fullmatch(check.id)]


def test_what_a_check_says_is_one_short_text_each() -> None:
    long = [(check.id, field) for check in CHECKS for field in SENTENCES[1:] if len(getattr(check, field)) > 400]
    assert not long


def test_a_quick_check_starts_nothing_but_the_standard_library() -> None:
    quick = [check for check in CHECKS if check.level == "quick"]
    assert len(quick) > 20
    files = {file for check in quick for file in probes_of(check)}
    assert files, "some quick check has a probe, or this test looks at nothing"
    assert not [file for file in files if foreign_imports(FILES[file])]


def test_files_that_say_so_do_not_import_torch() -> None:
    assert science.WITHOUT_TORCH
    said = {file for file, module in FILES.items() if "WITHOUT_TORCH = True" in module.text}
    assert len(said) > 3
    assert not [file for file in said if any(name.startswith("torch") for name in foreign_imports(FILES[file]))]


def test_what_can_be_mended_is_by_a_repair_of_its_check() -> None:
    fixable = {check.id for check in CHECKS if may_be_fixable(JUDGES[check.id])}
    assert {"packages.files", "credentials.modes", "caches"} <= fixable
    assert {check.id for check in CHECKS if check.repairs} == fixable


def test_every_fault_expects_what_a_check_may_say() -> None:
    faults = collect("faults", Fault)
    assert len(faults) >= 30
    assert not [fault.id for fault in faults if not any(concerns(fault.expected, check) for check in CHECKS)]


FIELDS = [
    ("files", "evidence.files"),
    ("names", "evidence.known_names"),
    ("secrets", "evidence.secrets"),
    ("history", "evidence.secrets.history"),
]


@pytest.mark.parametrize(("word", "field"), FIELDS)
def test_a_check_that_reads_what_must_be_read_from_files_says_so(word: str, field: str) -> None:
    """Else it would see nothing where it alone is asked for."""
    for check in CHECKS:
        uses = any(field in ast.unparse(function) for function in reached(JUDGES[check.id]))
        assert (word in check.reads) == uses, check.id
