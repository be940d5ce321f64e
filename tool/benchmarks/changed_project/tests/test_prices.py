from pathlib import Path

import pytest
from shop.prices import Price, Reduced, shown, table, total, with_tax


@pytest.mark.parametrize(("net", "gross"), [(1.0, 1.2), (2.5, 3.0), (0.0, 0.0)])
def test_tax_comes_on_top(net: float, gross: float) -> None:
    assert with_tax(net) == gross


def test_the_total_of_small_ones() -> None:
    assert total([1.0, 2.5]) == pytest.approx(4.2)


def test_the_total_of_large_ones() -> None:
    assert total([1.0], "large") == pytest.approx(12)


def test_nothing_costs_nothing() -> None:
    assert total([]) == 0


def test_a_table_is_read(data: Path) -> None:
    assert table(data / "fruit.json") == {"apple": 1.2, "pear": 3.0}


def test_a_price_is_shown_with_its_currency() -> None:
    assert shown(1.5) == "1.50 EUR"


def test_a_price_has_its_tax() -> None:
    assert Price(10).gross == 12


def test_a_reduced_price_is_half() -> None:
    assert Reduced(10).gross == 6
    assert Reduced(10).saved() == 6
