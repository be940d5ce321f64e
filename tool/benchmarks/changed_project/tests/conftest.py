"""Where the data is, and how long each test takes: as long as a real one, where WORK is given."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data() -> Path:
    return Path(__file__).parent.parent / "data"


@pytest.fixture(autouse=True)
def work() -> Iterator[None]:
    rounds = int(os.environ.get("WORK", "0"))
    assert sum(number % 7 for number in range(rounds)) >= 0
    yield
