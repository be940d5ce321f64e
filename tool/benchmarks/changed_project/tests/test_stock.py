from pathlib import Path

import pytest
from shop.stock import Empty, Stock, lists


def test_what_is_taken_is_gone() -> None:
    stock = Stock({"nail": 5})
    assert stock.take("nail", 2) == 3
    assert stock.things == {"nail": 3}


def test_more_than_there_is_cannot_be_taken() -> None:
    with pytest.raises(Empty):
        Stock({"nail": 1}).take("nail", 2)


def test_what_is_low_is_told() -> None:
    assert list(Stock({"nail": 2, "apple": 1, "pear": 3}).low()) == ["apple", "nail"]


def test_what_it_is_worth() -> None:
    assert Stock({"nail": 10, "other": 1}).worth({"nail": 0.1}) == pytest.approx(1.2)


def test_the_lists_that_there_are(data: Path) -> None:
    assert lists(data) == ["fruit", "tools"]
