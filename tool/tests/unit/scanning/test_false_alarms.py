"""What is no secret is not told: in this repository, and in the source of packages that speak of tokens all day."""

from __future__ import annotations

from pathlib import Path

import _pytest
import hypothesis
import pytest
import rich

from torch_starter.scanning import content, tree
from torch_starter.scanning.allowed import Allowed
from unit.machines import local

REPOSITORY = Path(__file__).parents[4]
NONE = Allowed()


def test_there_is_none_in_this_repository() -> None:
    found = tree.search(local(), REPOSITORY, NONE)
    assert found.looked > 1000
    assert [f"{leak.file}:{leak.line} {leak.kind}" for leak in found.found] == []


@pytest.mark.parametrize("package", [hypothesis, _pytest, rich], ids=lambda package: package.__name__)
def test_there_are_few_in_installed_packages(package: object) -> None:
    folder = Path(str(getattr(package, "__file__"))).parent  # noqa: B009
    texts = {name: text for name in tree.walked(folder) if (text := tree.read(folder / name)) is not None}
    assert len(texts) > 50
    assert [f"{name}:{leak.line} {leak.kind}" for name, text in texts.items() for leak in content.leaks(text, name, NONE)] == []
