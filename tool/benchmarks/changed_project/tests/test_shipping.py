import pytest
from shop.shipping import ZONES, cost, days, label


@pytest.mark.parametrize("distance", sorted(ZONES))
def test_each_zone_has_its_cost(distance: int) -> None:
    assert cost(1.0, distance) == {"near": 3.0, "far": 6.0}[ZONES[distance]]


def test_the_zones() -> None:
    assert ZONES == {10: "near", 100: "far"}


def test_near_is_fast() -> None:
    assert days(10) == 1


def test_far_is_slow() -> None:
    assert days(1000) == 3


def test_a_label_is_tidy() -> None:
    assert label(" ada lovelace", "1 Main St ") == "Ada Lovelace\n1 Main St"
