""".dockerignore: what never gets into an image."""

from __future__ import annotations

from torch_starter.artifacts._template import fill, folders
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec


def render(spec: Spec) -> str:
    return fill("dockerignore.j2", spec, folders=folders(spec))


ARTIFACT = Artifact(".dockerignore", "what is left out of the image", render)
