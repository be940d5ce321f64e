"""Every setting that this machine can show takes effect in a real training, and is read back there; without it, it is not.

What is said to be the same, bit for bit, is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from real._trial import Script, script
from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Told, Value
from torch_starter.facts.allocators import Allocators
from torch_starter.facts.numa import Numa
from torch_starter.settings.allocator import SETTING as ALLOCATOR
from torch_starter.settings.allocator import jemalloc
from torch_starter.tuning.losses import drift
from unit.machines import local

TRAINING = """
import torch
from torch.utils.data import DataLoader, TensorDataset
@torch.jit.script
def beside(x: torch.Tensor):
    return torch.jit.wait(torch.jit.fork(torch.relu, x))
def main():
    torch.set_num_threads(torch.get_num_threads())
    data = DataLoader(TensorDataset(torch.randn(96, 3, 64, 64)), batch_size=16, shuffle=True WORKERS)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(),
                                torch.nn.Linear(8, 4))
    optimizer = torch.optim.AdamW(model.parameters())
    while True:
        for batch, in data:
            loss = model(batch).square().mean() + 0 * beside(torch.zeros(()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
main()
"""
TRIED = [each for each in collect("settings", Setting) if each.safety != "semantics"]
OF_WORKERS = {"prefetch", "persistent-workers", "sharing"}
WARM = 9  # steps: into a second epoch


@dataclass(frozen=True)
class Known:
    """A script as it is, and what settings are planned from."""

    script: Script
    subject: Subject

    @property
    def told(self) -> Told:
        return self.subject.told


def known(current: Path, folder: Path, workers: str) -> Known:
    made = script(current, folder, TRAINING.replace(" WORKERS", workers))
    told, _ = made.run(Value(""), warm=WARM)
    numa, allocators = Numa.gather(local()), Allocators.gather(local())
    subject = Subject(
        told,
        cpus=numa.usable,
        cores=numa.cores,
        nodes=numa.nodes,
        libraries=allocators.libraries,
        huge_pages=allocators.huge_pages,
        torch=told.version,
    )
    return Known(made, subject)


@pytest.fixture(scope="module")
def alone(current: Path, tmp_path_factory: pytest.TempPathFactory) -> Known:
    return known(current, tmp_path_factory.mktemp("alone"), "")


@pytest.fixture(scope="module")
def working(current: Path, tmp_path_factory: pytest.TempPathFactory) -> Known:
    return known(current, tmp_path_factory.mktemp("working"), ", num_workers=1")


@pytest.mark.parametrize("setting", TRIED, ids=lambda setting: setting.name)
def test_it_takes_effect_and_results_are_as_it_says(setting: Setting, alone: Known, working: Known) -> None:
    of = working if setting.name in OF_WORKERS else alone
    try:
        values = list(setting.available(of.subject))
    except Absent as reason:
        pytest.skip(str(reason))
    assert values
    for value in values:
        assert setting.read(of.told.effect) != value.label
        told, printed = of.script.run(value, warm=WARM)
        assert setting.read(told.effect) == value.label, (told.turns, told.effect, printed)
        assert not any(told.turns.values())
        assert not drift(of.told, told, 0.0, [setting.safety])
        assert len(told.losses) == len(of.told.losses) > 8


def test_what_is_read_back_is_whole(alone: Known) -> None:
    assert "not read back" not in alone.told.effect
    assert "not read back" not in alone.script.run(Value("", turns={"threads": 1}))[0].effect


def test_a_library_that_is_not_there_is_not_in_effect(alone: Known, tmp_path: Path) -> None:
    told, printed = alone.script.run(Value("tcmalloc", {"+LD_PRELOAD": str(tmp_path / "libtcmalloc_minimal.so.4")}))
    assert "cannot be preloaded" in printed
    assert ALLOCATOR.read(told.effect) == ALLOCATOR.read(alone.told.effect)


def test_options_that_an_allocator_does_not_take_are_not_in_effect(alone: Known) -> None:
    if "jemalloc" not in alone.subject.libraries:
        pytest.skip("jemalloc is not installed")
    value = jemalloc(alone.subject.libraries["jemalloc"])
    wrong = Value("", {**value.variables, "MALLOC_CONF": value.variables["MALLOC_CONF"].replace("-1", "none")})
    assert ALLOCATOR.read(alone.script.run(wrong)[0].effect) == "jemalloc, other options"


def test_a_compiler_that_is_not_there_compiles_nothing_and_breaks_nothing(alone: Known, tmp_path: Path) -> None:
    broken = {"CXX": str(tmp_path / "g++"), "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}
    told, _ = alone.script.run(Value("", turns={"compile": "default"}), broken)
    assert told.effect["compile"].startswith("no: ")
    assert told.ended == "enough"


def test_several_at_once_are_all_read_back(alone: Known) -> None:
    turns = {
        "threads": 1,
        "loader": {"num_workers": 1, "persistent_workers": True, "prefetch_factor": 3},
        "optimizer": "foreach",
        "channels_last": True,
        "compile": "default",
        "autocast": "bfloat16",
        "sharing": "file_system",
    }
    told, printed = alone.script.run(Value("", turns=turns))
    assert told.turns == dict.fromkeys(turns, ""), printed
    wanted = {
        "threads": "1",
        "loader workers": "1",
        "loader persistent": "yes",
        "loader prefetch": "3",
        "optimizer": "foreach",
        "memory format": "channels_last",
        "compile": "default",
        "autocast": "bfloat16",
        "sharing": "file_system",
    }
    assert {name: told.effect[name] for name in wanted} == wanted
