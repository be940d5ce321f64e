"""What a project allows, and what it cannot mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.facts import Unknown
from torch_starter.core.files import LocalFiles
from torch_starter.scanning import allowed
from torch_starter.scanning.allowed import Allowed


@pytest.mark.parametrize(
    "text",
    [
        "[tool.torch-starter.secrets]\nallow = 1",
        "[tool.torch-starter]\nsecrets = 1",
        "[tool",
        '[tool.torch-starter.secrets]\nalow = ["x"]',
    ],
)
def test_a_list_that_cannot_be_understood_is_unknown(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(Unknown, match=r"pyproject\.toml"):
        allowed.read(LocalFiles(), tmp_path)


def test_the_list_holds_digests_and_paths(tmp_path: Path) -> None:
    assert allowed.read(LocalFiles(), tmp_path) == Allowed()
    (tmp_path / "pyproject.toml").write_text('[tool.torch-starter.secrets]\nallow = ["0123456789abcdef", "tests/data/*"]\n')
    assert allowed.read(LocalFiles(), tmp_path) == Allowed(frozenset(["0123456789abcdef"]), ("tests/data/*",))
