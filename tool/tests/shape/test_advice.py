"""Each advice is a file of its name that says why it costs, how it is seen and what mends it; and is pure."""

from __future__ import annotations

import importlib
import re

import pytest

from shape.source import MODULES, TOOL
from shape.test_floors import ours
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Advice

ADVICE = collect("advice", Advice)
SENTENCES = ("title", "about", "found", "mend", "source")
FOLDER = [module for module in MODULES if module.folder == "advice"]
WORDS = {"time": "profile", "memory": "memory"}
PLANTED = TOOL / "benchmarks" / "planted"
each = pytest.mark.parametrize("advice", ADVICE, ids=lambda advice: advice.id)


@each
def test_advice_says_what_it_is_in_a_file_of_its_name(advice: Advice) -> None:
    module = importlib.import_module(f"torch_starter.advice.{re.sub('[.-]', '_', advice.id)}")
    assert module.ADVICE is advice
    assert advice.id.split(".")[0] == WORDS[advice.of]
    assert not [name for name in SENTENCES if not getattr(advice, name).strip()]
    assert advice.about.endswith(".")
    assert advice.found.endswith(".")


def test_there_is_much_of_both_kinds() -> None:
    assert len([advice for advice in ADVICE if advice.of == "time"]) >= 18
    assert len([advice for advice in ADVICE if advice.of == "memory"]) >= 10
    assert len({advice.id for advice in ADVICE}) == len(ADVICE)


def test_advice_is_pure() -> None:
    """It reads what it is given: it imports the core and its neighbours alone."""
    folders = {name.split(".")[1] for module in FOLDER for name in ours(module)}
    assert folders == {"core", "advice"}
    outside = {"os", "pathlib", "subprocess", "platform", "sys", "time"}
    assert not [module.name for module in FOLDER if module.imports() & outside or "open" in module.calls()]


@each
def test_what_it_says_it_was_measured_with_is_there(advice: Advice) -> None:
    for name in re.findall(r"tool/(\S+\.py)", advice.source):
        assert (TOOL / name).is_file()


def test_each_planted_script_says_which_advice_names_its_fault_and_at_which_line() -> None:
    ids = {advice.id: WORDS for advice in ADVICE}
    for folder, word in WORDS.items():
        scripts = sorted((PLANTED / folder).glob("*.py"))
        assert len(scripts) >= 10
        for script in scripts:
            (fault,) = re.findall(r"# the fault: (\S+)$", script.read_text(), re.MULTILINE)
            assert fault in ids
            assert fault.startswith(word)


def test_healthy_scripts_have_none() -> None:
    healthy = list((PLANTED / "healthy").glob("*.py"))
    assert len(healthy) >= 3
    assert not [script.name for script in healthy if "the fault" in script.read_text()]
