"""Prices: constants of a module, functions that call others, a decorator, inheritance."""

import functools
import json
from collections.abc import Callable
from pathlib import Path

from shop import CURRENCY

TAX = 0.2
STEPS = {"small": 1, "large": 10}


def rounded(function: Callable[..., float]) -> Callable[..., float]:
    """To cents."""

    @functools.wraps(function)
    def inner(*arguments: float) -> float:
        return round(function(*arguments), 2)

    return inner


@rounded
def with_tax(price: float) -> float:
    return price * (1 + TAX)


def total(prices: list[float], size: str = "small") -> float:
    if not prices:
        return 0.0
    return sum(with_tax(price) for price in prices) * STEPS[size]


def table(path: Path) -> dict[str, float]:
    return {name: with_tax(price) for name, price in json.loads(path.read_text()).items()}


def shown(price: float) -> str:
    return f"{price:.2f} {CURRENCY}"


class Price:
    """What something costs."""

    factor = 1.0

    def __init__(self, net: float) -> None:
        self.net = net

    @property
    def gross(self) -> float:
        return with_tax(self.net) * self.factor


class Reduced(Price):
    """Half of it."""

    factor = 0.5

    def saved(self) -> float:
        return Price(self.net).gross - self.gross
