"""How far the tests are is read from what pytest prints."""

from __future__ import annotations

from torch_starter.verbs._testing import Counter

PRINTED = """collecting ... collected 3 items / 1 deselected / 2 selected

tests/test_a.py::test_one PASSED    [ 50%]
tests/test_a.py::test_two[1%] FAILED [100%]
E   assert [1, 2] == [99%
======== 1 failed, 1 passed in 0.1s ========"""


class Seen:
    """A stage that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, float | None]] = []

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        self.told.append((done, total))


def test_each_test_that_ended_counts() -> None:
    seen = Seen()
    counter = Counter(seen)
    for line in ("an own line", *PRINTED.splitlines()):
        counter(line)
    assert list(dict.fromkeys(seen.told)) == [(0, None), (0, 3), (1, 3), (2, 3)]
