import pytest
from shop.orders import Order, discounts, largest, merged


@pytest.fixture(scope="module")
def two() -> tuple[Order, Order]:
    return Order().add("apple", 2), merged(Order().add("apple"), Order().add("pear", 4))


def test_the_first_has_one_line(two: tuple[Order, Order]) -> None:
    assert two[0].lines == {"apple": 2}


def test_the_second_has_two(two: tuple[Order, Order]) -> None:
    assert two[1].lines == {"apple": 1, "pear": 4}


def test_the_larger_one_is_found(two: tuple[Order, Order]) -> None:
    assert largest(list(two)) is two[1]


def test_an_order_is_paid() -> None:
    order = Order().add("apple")
    order.pay()
    assert order.paid


def test_nothing_cannot_be_paid() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Order().pay()


def test_apples_are_cheaper() -> None:
    assert discounts()["apple"] == 0.1


def test_pears_even_more() -> None:
    assert discounts()["pear"] == 0.2
