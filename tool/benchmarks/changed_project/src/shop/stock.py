"""What is there: a generator, an exception, something imported only when it is needed."""

from collections.abc import Iterator
from pathlib import Path


class Empty(Exception):
    """Nothing is left."""


class Stock:
    """Things and how many of them."""

    def __init__(self, things: dict[str, int]) -> None:
        self.things = dict(things)

    def take(self, name: str, count: int = 1) -> int:
        left = self.things.get(name, 0)
        if count > left:
            raise Empty(name)
        self.things[name] = left - count
        return left - count

    def low(self, least: int = 3) -> Iterator[str]:
        for name, count in sorted(self.things.items()):
            if count < least:
                yield name

    def worth(self, prices: dict[str, float]) -> float:
        from shop.prices import total

        return total([prices[name] * count for name, count in self.things.items() if name in prices])


def lists(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.json"))
