"""A lock with and without the comment at its head."""

from __future__ import annotations

import pytest

from torch_starter.making.lock_label import body, comment, told


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_lock_says_the_same_whatever_its_lines_end_with(end: str) -> None:
    text = (comment(["Proven.", "aarch64: not run."]) + "a==1 \\\n    --hash=sha256:0\n").replace("\n", end)
    assert told(text) == "Proven. aarch64: not run."
    assert body(text) == "a==1 \\\n    --hash=sha256:0\n"
