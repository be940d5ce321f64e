"""Secrets in what an image says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.processes import Done
from torch_starter.scanning import image
from torch_starter.scanning.allowed import Allowed
from unit.scanning.planted import planted

NONE = Allowed()


def docker(inspected: object, *layers: str) -> Callable[..., Done]:
    """An engine that knows one image."""

    def ask(*words: str) -> Done:
        if words[:2] == ("image", "inspect"):
            return Done(words, 0 if inspected else 1, json.dumps([inspected]), "", 0.0)
        return Done(words, 0, "".join(f"{json.dumps(layer)}\n" for layer in layers), "", 0.0)

    return ask


def test_an_image_is_searched_in_its_variables_labels_and_layers() -> None:
    one, two, three = (planted(seed)[0].secret for seed in (1, 2, 3))
    config = {"Env": ["PATH=/bin", f"HF_TOKEN={one}"], "Labels": {"built.by": two}, "Cmd": ["sleep"]}
    found = image.search(docker({"Config": config}, f"RUN curl -H {three}", "FROM"), "ours:latest", NONE)
    assert [leak.where for leak in found.found] == [
        f"{where} of the image ours:latest" for where in ("the variable HF_TOKEN", "the label built.by", "layer 2")
    ]
    (leak,) = image.search(docker({"Config": {"Env": [f"A_KEY={one}", f"B_KEY={one}"]}}), "ours", NONE).found
    assert leak.where == "the variable A_KEY, the variable B_KEY of the image ours"
    assert image.search(docker({"Config": {}}), "ours:latest", NONE).found == ()
    with pytest.raises(Absent, match="no image ours"):
        image.search(docker(None), "ours", NONE)
    with pytest.raises(Unknown, match="cannot be read"):
        image.search(docker({"Config": {"Env": 1}}), "ours", NONE)


def test_a_path_that_is_allowed_is_none_of_an_image() -> None:
    secret = planted()[0].secret
    asked = docker({"Config": {"Env": [f"HF_TOKEN={secret}"]}})
    (leak,) = image.search(asked, "ours", Allowed(paths=(".env", "*"))).found
    assert image.search(asked, "ours", Allowed(frozenset([leak.digest]))).found == ()
