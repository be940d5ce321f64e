"""What is tried of DataLoaders, and why not."""

from __future__ import annotations

from typing import Any

import pytest

from torch_starter.core.tuning import Loader, Subject, Window
from torch_starter.settings.persistent_workers import SETTING as PERSISTENT
from torch_starter.settings.pinned_memory import SETTING as PINNED
from torch_starter.settings.prefetch import SETTING as PREFETCH
from torch_starter.settings.sharing import SETTING as SHARING
from torch_starter.settings.workers import SETTING as WORKERS
from unit.settings.subjects import WORKING, absent, on_gpu, subject, told, values

ITERABLE = Loader(iterable=True)


def waiting(share: float, workers: int = 0, cpus: int = 8, **more: Any) -> Subject:
    """A script that waits for data for a share of each step."""
    loaders = [Loader(workers=workers, prefetch=2 if workers else None)]
    of = told(loaders=loaders, window=Window(steps=10, wall=1.0, data=share), effect={"loader workers": str(workers)}, **more)
    return subject(of, cpus=tuple(range(cpus)))


@pytest.mark.parametrize(
    ("share", "workers", "cpus", "labels"),
    [
        (0.5, 0, 8, ["1", "2"]),
        (0.75, 0, 8, ["4", "8", "2"]),
        (0.99, 0, 8, ["8", "4"]),
        (0.1, 0, 8, ["1", "2"]),
        (0.5, 2, 8, ["4", "8", "0"]),
        (0.5, 0, 2, ["1", "2"]),
        (0.9, 0, 2, ["2", "1"]),
        (0.5, 0, 1, ["1"]),
    ],
)
def test_as_many_as_load_while_a_step_computes(share: float, workers: int, cpus: int, labels: list[str]) -> None:
    assert list(values(WORKERS, waiting(share, workers, cpus))) == labels


def test_workers_stay_and_load_ahead() -> None:
    value = values(WORKERS, waiting(0.5))["1"]
    assert value.turns == {"loader": {"num_workers": 1, "persistent_workers": True, "prefetch_factor": 4}}


def test_what_the_script_loads_ahead_is_not_made_less() -> None:
    of = subject(told(loaders=[Loader(workers=1, prefetch=16)], effect={"loader workers": "1"}))
    turns = {label: each.turns["loader"] for label, each in values(WORKERS, of).items()}
    assert turns["0"] == {"num_workers": 0}
    assert turns["4"] == {"num_workers": 4, "persistent_workers": True, "prefetch_factor": 16}


def test_where_nothing_was_measured_few_are_tried() -> None:
    assert list(values(WORKERS, subject(told(window=None)))) == ["1", "2"]


@pytest.mark.parametrize("setting", [WORKERS, PREFETCH, PERSISTENT, SHARING], ids=lambda setting: setting.name)
def test_without_a_loader_there_is_nothing_to_turn(setting: Any) -> None:
    assert "no DataLoader" in absent(setting, subject(told(loaders=[])))


def test_data_that_is_iterable_is_left_alone() -> None:
    assert "iterable" in absent(WORKERS, subject(told(loaders=[ITERABLE])))
    assert values(WORKERS, subject(told(loaders=[ITERABLE, Loader()])))


@pytest.mark.parametrize("setting", [PREFETCH, PERSISTENT, SHARING], ids=lambda setting: setting.name)
def test_what_is_of_workers_needs_some(setting: Any) -> None:
    assert "workers" in absent(setting, subject())
    assert values(setting, subject(told(loaders=[WORKING])))
    assert values(setting, subject(told(loaders=[Loader(iterable=True, workers=1)])))


def test_more_is_loaded_ahead_than_now() -> None:
    def labels(prefetch: int) -> list[str]:
        return list(values(PREFETCH, subject(told(loaders=[Loader(workers=1, prefetch=prefetch)]))))

    assert [labels(2), labels(4), labels(8)] == [["4", "8"], ["8"], ["16"]]


def test_workers_that_stay_already_do() -> None:
    assert "already" in absent(PERSISTENT, subject(told(loaders=[Loader(workers=1, persistent=True)])))


def test_tensors_are_handed_over_by_name() -> None:
    value = values(SHARING, subject(told(loaders=[WORKING])))["file_system"]
    assert value.turns == {"sharing": "file_system"}
    assert "already" in absent(SHARING, subject(told(loaders=[WORKING], effect={"sharing": "file_system"})))


def test_a_gpu_fetches_from_memory_that_does_not_move() -> None:
    assert values(PINNED, on_gpu())["yes"].turns == {"loader": {"pin_memory": True}}
    assert "no GPU" in absent(PINNED, subject())
    assert "already" in absent(PINNED, on_gpu(loaders=[Loader(pinned=True)]))
    assert "no DataLoader" in absent(PINNED, on_gpu(loaders=[]))
