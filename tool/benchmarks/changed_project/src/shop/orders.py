"""Orders: what goes through several hands."""

import functools
from dataclasses import dataclass, field


@dataclass
class Order:
    """Things that somebody wants."""

    lines: dict[str, int] = field(default_factory=dict)
    paid: bool = False

    def add(self, name: str, count: int = 1) -> "Order":
        self.lines[name] = self.lines.get(name, 0) + count
        return self

    def pay(self) -> None:
        if not self.lines:
            raise ValueError("nothing to pay")
        self.paid = True


def merged(first: Order, second: Order) -> Order:
    order = Order(dict(first.lines))
    for name, count in second.lines.items():
        order.add(name, count)
    return order


def largest(orders: list[Order]) -> Order:
    return max(orders, key=lambda order: sum(order.lines.values()))


@functools.cache
def discounts() -> dict[str, float]:
    return {"apple": step(1), "pear": step(2)}


def step(number: int) -> float:
    return number / 10
