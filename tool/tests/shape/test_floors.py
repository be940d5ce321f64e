"""A module imports lower floors or its own folder, never sideways."""

from __future__ import annotations

import ast
import sys
import tomllib

from shape.source import MODULES, OURS, PACKAGE, PROBES, TOOL, Module

FLOORS = {
    "core": 0,
    "facts": 1,
    "probes": 1,
    "samples": 1,
    "harness": 1,
    "parsers": 1,
    "scanning": 1,
    "audits": 1,
    "checks": 2,
    "benchmarks": 2,
    "settings": 2,
    "profilers": 2,
    "launchers": 2,
    "artifacts": 2,
    "faults": 2,
    "making": 2,
    "blame": 2,
    "search": 2,
    "rules": 2,
    "containers": 2,
    "tuning": 2,
    "advice": 2,
    "looking": 2,
    "bundles": 2,
    "caches": 2,
    "cleaning": 2,
    "quality": 2,
    "notebooks": 2,
    "verbs": 3,
    "show": 3,
    "": 4,  # cli.py, testing.py and __main__.py
}
LIBRARIES = {"nvidia-ml-py": "pynvml", "pyyaml": "yaml"}  # where the module is not called as its distribution
HEAVY = {"torch", "torchvision", "torchaudio", "numpy", "pandas", "scipy", "transformers"}


def folder_of(imported: str) -> str:
    """The folder of an imported module of ours. The package itself holds the version alone, which is of the lowest floor."""
    parts = imported.split(".")
    if len(parts) == 1:
        return "core"
    return parts[1] if parts[1] in FLOORS else ""


def ours(module: Module) -> set[str]:
    return {name for name in module.imports() if name.split(".")[0] == PACKAGE}


def folders_seen_by(module: Module) -> set[str]:
    return {folder_of(name) for name in ours(module)}


def third_party(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {PACKAGE}


def test_the_reader_of_imports_sees_those_inside_functions_too() -> None:
    seen = next(module for module in MODULES if module.name == "cli").imports()
    assert {"click", "torch_starter.core.kinds", "torch_starter.show.terminal", "signal"} <= seen


def test_every_folder_stands_on_a_floor() -> None:
    assert {module.folder for module in MODULES if module.name != "__init__"} <= FLOORS.keys()


def test_a_module_imports_lower_floors_or_its_own_folder() -> None:
    assert not [
        f"{module.name} imports {name}"
        for module in MODULES
        for name in ours(module)
        if folder_of(name) != module.folder and FLOORS[folder_of(name)] >= FLOORS.get(module.folder, 0)
    ]


def test_no_import_is_relative() -> None:
    """A relative one would escape the test of floors."""
    froms = [(module, node) for module in MODULES for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)]
    assert not [f"{module.name}:{node.lineno}" for module, node in froms if node.level]


def test_verbs_never_see_how_an_answer_looks() -> None:
    assert not [module.name for module in MODULES if module.folder == "verbs" and "show" in folders_seen_by(module)]


def test_show_sees_only_the_core() -> None:
    assert not [module.name for module in MODULES if module.folder == "show" and folders_seen_by(module) - {"core", "show"}]


def test_probe_files_import_the_standard_library_and_their_siblings_alone() -> None:
    assert not {module.name: third_party(module.top_imports()) for module in PROBES if third_party(module.top_imports())}
    assert not [module.name for module in PROBES if folders_seen_by(module) - {module.folder}]


def test_the_tool_imports_only_what_it_declares() -> None:
    declared = tomllib.loads((TOOL / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {line.split(">")[0].split("<")[0].strip() for line in declared}
    imported = set().union(*(third_party(module.imports()) for module in OURS))
    assert "click" in imported
    assert imported <= {LIBRARIES.get(name, name) for name in names}


def test_the_tool_never_imports_torch() -> None:
    assert not {module.name for module in OURS if third_party(module.imports()) & HEAVY}


def test_the_tool_is_not_locked_to_torch() -> None:
    locked = {line.split("==")[0] for line in (TOOL / "lock.txt").read_text().splitlines() if "==" in line}
    assert "msgspec" in locked
    assert not locked & HEAVY
