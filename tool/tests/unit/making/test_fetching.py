"""What an error of pip means that fetches wheels."""

from __future__ import annotations

import pytest

from torch_starter.core.processes import Done
from torch_starter.making.fetching import Wheel, problem

BATCH = [Wheel("xxhash", "3.0", "xxhash-3.0-py3-none-any.whl", "https://wheels.lab.net/xxhash-3.0-py3-none-any.whl", "0" * 64, 1)]
MISMATCH = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
ASKED = "https://wheels.lab.net/xxhash-3.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (MISMATCH, "lock.hash"),
        (f"ERROR: HTTP error 401 while getting {ASKED}", "index.refused"),
        ("ERROR: Could not install xxhash: [Errno 28] No space left on device", "disk.full"),
        (f"ERROR: HTTP error 503 while getting {ASKED}", "bundle.fetch"),
    ],
)
def test_it_is_told_by_what_pip_says_and_not_by_a_name(said: str, code: str) -> None:
    found = problem(Done(("pip",), 1, "", said, 0.1), BATCH)
    assert (found.code, "xxhash 3.0" in found.message) == (code, True)
