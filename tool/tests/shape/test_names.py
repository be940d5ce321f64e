"""A file is named as its thing is named; whatever can be asked for says what it is."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re

import torch_starter.verbs
from shape.source import MODULES, PROBES, ROOT
from torch_starter.checks.imports import uses
from torch_starter.core import problems, requirements
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Check, Verb
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.testing import evidence, machine_with

CHECKS = collect("checks", Check)
VERBS = collect("verbs", Verb)
WITH_GPU = evidence(machine=machine_with(Gpu(driver="580.65.06", devices=(Device("H200", "9.0", 1),), source="NVML")))


def functions_of_probes() -> set[str]:
    return {
        f"{module.path.stem}.{node.name}"
        for module in PROBES
        if module.folder == "probes" and module.path.stem != "_run"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def probes_of_checks() -> set[str]:
    dynamic = {probe for check in CHECKS if check.dynamic_probes for probe in check.dynamic_probes(WITH_GPU)}
    return dynamic | {probe for check in CHECKS for probe in check.probes}


def texts_in_source() -> set[str]:
    nodes = (node for module in MODULES for node in ast.walk(module.tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_module_says_what_it_is() -> None:
    assert not [module.name for module in MODULES if module.text and not ast.get_docstring(module.tree)]


def test_every_public_class_says_what_it_is() -> None:
    classes = [(module, node) for module in MODULES for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    assert not [f"{m.name}.{node.name}" for m, node in classes if node.name[0] != "_" and not ast.get_docstring(node)]


def test_every_verb_lives_in_the_file_of_its_name() -> None:
    """A name of two words has a blank."""
    names = {re.sub("[ -]", "_", verb.name): verb for verb in VERBS}
    assert names.keys() == {info.name for info in pkgutil.iter_modules(torch_starter.verbs.__path__) if info.name[0] != "_"}
    for name, verb in names.items():
        assert importlib.import_module(f"torch_starter.verbs.{name}").VERB is verb


def test_every_verb_says_what_it_does() -> None:
    assert not [verb.name for verb in VERBS if not verb.summary or f"./dev.sh {verb.name}" not in verb.example]
    assert not [(verb.name, option.name) for verb in VERBS for option in verb.options if not option.help]


def test_no_verb_has_an_option_twice() -> None:
    """--json, --dry-run and --help are given to it."""
    names = {verb.name: ["json", "dry-run", "help", *(option.name for option in verb.options)] for verb in VERBS}
    assert not [name for name, options in names.items() if len(options) != len(set(options))]


def test_ids_of_checks_are_unique() -> None:
    ids = [check.id for check in CHECKS]
    assert len(ids) > 20
    assert sorted(set(ids)) == sorted(ids)


def test_every_check_has_an_id_a_title_and_a_reason() -> None:
    """An id is a group and a word, or a family's one word, whose findings add theirs."""
    word = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
    assert not [check.id for check in CHECKS if not re.fullmatch(rf"{word}(\.{word})?", check.id)]
    assert not [check.id for check in CHECKS if not (check.title and check.about)]


def test_every_probe_that_a_check_names_exists() -> None:
    assert probes_of_checks() | set(uses().values()) <= functions_of_probes()


def test_every_public_function_of_a_probe_file_is_asked_for() -> None:
    """By a check, or where evidence is gathered; those that use a dependency are found by their names."""
    wanted = requirements.parse((ROOT / "pyproject.toml").read_text())
    used = {probe for name, probe in uses().items() if name in wanted.direct(wanted.extras)}
    assert functions_of_probes() - probes_of_checks() - used - texts_in_source() == set()


def test_every_problem_has_an_exit_code_of_the_contract() -> None:
    kinds = [kind for kind in vars(problems).values() if isinstance(kind, type) and issubclass(kind, problems.Problem)]
    assert len(kinds) > 5
    assert {kind.exit_code for kind in kinds} <= {2, 3, 4, 5, 70, 130}
