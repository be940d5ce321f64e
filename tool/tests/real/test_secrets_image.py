"""A secret in an image that a real engine has made is found in all that the image says of itself."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from real._box import NEEDED, answers, docker
from torch_starter.core.ask import Ask
from torch_starter.core.leaks import Leaks
from torch_starter.core.machine import local_machine
from torch_starter.core.project import Project
from torch_starter.testing import NoProgress
from torch_starter.verbs import _leaks
from unit.scanning.planted import planted

BASE = "ubuntu:24.04"
DOCKERFILE = "FROM {base}\nENV HF_TOKEN={one}\nLABEL made.by={two}\nRUN echo {three} >/dev/null\n"


@pytest.fixture
def image(tmp_path: Path) -> Iterator[str]:
    """A small image of the base that the project's own has, and a project whose container it is."""
    if not answers():
        assert NEEDED not in os.environ, "there is no container engine"
        pytest.skip("there is no container engine")
    name = f"leak-{uuid.uuid4().hex[:8]}"
    one, two, three = (planted(seed)[0].secret for seed in (1, 2, 3))
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(base=BASE, one=one, two=two, three=three))
    docker("build", "--quiet", "--tag", f"{name}:latest", tmp_path)
    (tmp_path / "compose.yaml").write_text(f"services:\n  dev:\n    image: {name}\n")
    yield name
    docker("image", "rm", "--force", f"{name}:latest")


def searched(folder: Path) -> Leaks:
    return _leaks.search(Ask(Project(folder, "here"), local_machine(), NoProgress(), {}), {"secrets"}).image


def test_it_is_found_in_variables_labels_and_layers(image: str, tmp_path: Path) -> None:
    places = sorted(leak.where for leak in searched(tmp_path).found)
    assert len(places) == 3
    assert all(place.endswith(f" of the image {image}:latest") for place in places)
    assert [place.split(", ")[0].split(" of ")[0] for place in places][1:] == ["the label made.by", "the variable HF_TOKEN"]
    assert places[0].startswith("layer ")


def test_without_an_image_it_does_not_apply(image: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  dev:\n    image: nobody-has-built-this\n")
    assert searched(tmp_path).absent == "there is no image nobody-has-built-this:latest"
