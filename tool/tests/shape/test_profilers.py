"""Each profiler is a file of its name, and says all that one has to know of it."""

from __future__ import annotations

import importlib

import pytest
from packaging.requirements import Requirement

from shape.source import MODULES
from shape.test_floors import ours
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Profiler

PROFILERS = collect("profilers", Profiler)
FOLDER = [module for module in MODULES if module.folder == "profilers" and not module.name.endswith("__init__")]
SENTENCES = ("name", "about", "without", "source")
each = pytest.mark.parametrize("profiler", PROFILERS, ids=lambda profiler: profiler.name)


def test_there_are_some() -> None:
    assert {"memray", "py-spy", "torch.profiler"} <= {profiler.name for profiler in PROFILERS}


@each
def test_a_profiler_says_what_it_is_in_a_file_of_its_name(profiler: Profiler) -> None:
    name = profiler.name.replace("-", "_").replace(".", "_")
    assert importlib.import_module(f"torch_starter.profilers.{name}").PROFILER is profiler
    assert not [field for field in SENTENCES if not getattr(profiler, field).strip()]
    assert profiler.about.endswith(".")
    assert profiler.without[0].islower() or profiler.without.startswith("Python")
    assert not profiler.without.endswith(".")  # the reason is put behind it


@each
def test_what_is_put_beside_an_environment_is_held_to_versions_that_are_known(profiler: Profiler) -> None:
    if profiler.requirement:
        found = Requirement(profiler.requirement)
        assert found.name == profiler.name
        assert {each.operator for each in found.specifier} == {">=", "<"}
    assert profiler.module or profiler.requirement


def test_a_profiler_is_data() -> None:
    """It imports the core alone, and calls nothing but its kind."""
    assert {name.split(".")[1] for module in FOLDER for name in ours(module)} == {"core"}
    assert not [module.name for module in FOLDER if set(module.calls()) - {"Profiler"}]
