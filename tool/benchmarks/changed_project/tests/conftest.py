"""Where the data is, and how long each test takes: as long as a real one, where WORK is given."""

import hashlib
import os
from pathlib import Path

import pytest


@pytest.fixture
def data() -> Path:
    return Path(__file__).parent.parent / "data"


@pytest.fixture(autouse=True)
def work() -> None:
    rounds = int(os.environ.get("WORK", "1"))
    assert len(hashlib.pbkdf2_hmac("sha256", b"as long", b"as a real one", rounds)) == 32
