"""References to images."""

from __future__ import annotations

import pytest

from torch_starter.core.images import image


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("python", ("python", "", "")),
        ("python:3.12-slim", ("python", "3.12-slim", "")),
        ("localhost:5000/a/b", ("localhost:5000/a/b", "", "")),
        ("localhost:5000/a/b:1@sha256:00", ("localhost:5000/a/b", "1", "sha256:00")),
        ("a@sha256:00", ("a", "", "sha256:00")),
        ("", ("", "", "")),
    ],
)
def test_the_parts_of_a_reference(reference: str, parts: tuple[str, str, str]) -> None:
    assert tuple(image(reference)) == parts


def test_a_bare_one_is_a_system_and_no_more() -> None:
    assert [
        image(name).is_bare for name in ("ubuntu:24.04", "registry.example.org/library/python:3", "mine/base", "postgres")
    ] == [
        True,
        True,
        False,
        False,
    ]
