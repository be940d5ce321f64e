"""What is told beside the values of a GPU's series: its clock and link, and that others used it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from torch_starter.samples._gpu import Gpu, reasons
from torch_starter.samples._measure import BUSY, Measure


@dataclass
class Card:
    """A GPU that says what it is told to say."""

    says: dict[str, Any]
    others: float = 0.0
    orders: list[str] = field(default_factory=list)

    def work(self) -> None:
        self.orders.append("work")

    def look(self) -> dict[str, Any]:
        self.orders.append("look")
        return self.says


def measure(card: Card) -> Measure:
    return Measure(seconds=1e-5, values=2, warm=0.0, gpu=card)


def test_it_is_looked_at_once_for_a_series_while_it_works() -> None:
    card = Card({"clock": 1755, "link": 63.0, "held": ["power"]})
    taken = measure(card)
    series = taken.in_loops(card.work, 1.0)
    assert card.orders.count("look") == 1
    assert card.orders[-series["loops"] - 1 :] == ["work"] * series["loops"] + ["look"]
    assert all(value["gpu"] == card.says for value in series["values"])
    told = taken.of_gpu()
    assert {name: [value["value"] for value in each["values"]] for name, each in told.items()} == {
        "clock": [1755],
        "link": [63.0],
    }


def test_what_it_does_not_tell_is_no_series() -> None:
    card = Card({"held": []})
    taken = measure(card)
    taken.in_loops(card.work, 1.0)
    assert taken.of_gpu() == {}
    assert measure(card).of_gpu() == {}


def test_each_series_adds_to_the_clock() -> None:
    card = Card({"clock": 1980})
    taken = measure(card)
    taken.in_loops(card.work, 1.0)
    taken.in_loops(card.work, 1.0)
    assert len(taken.of_gpu()["clock"]["values"]) == 2


@pytest.mark.parametrize("way", ["in_loops", "single", "told"])
def test_a_gpu_that_others_use_makes_values_busy(way: str) -> None:
    taken = measure(Card({}, others=0.5))
    if way == "in_loops":
        values = taken.in_loops(lambda: None, 1.0)["values"]
    elif way == "single":
        values = taken.single(lambda: None)["values"]
    else:
        values = [taken.told(taken.meter())]
    assert all(value["others"] >= 0.5 > BUSY and value["busy"] for value in values)


def test_a_driver_that_is_not_there_tells_nothing() -> None:
    found = Gpu("GPU-of-nobody")
    assert found.others == 0.0
    assert found.look() == {}


def test_reasons_for_a_low_clock_are_told_in_words() -> None:
    assert list(reasons(0x00)) == []
    assert list(reasons(0x01)) == []  # it has nothing to do
    assert list(reasons(0x04 | 0x40)) == ["power", "heat (hardware)"]
