""".dockerignore: what never gets into an image."""

from __future__ import annotations

from torch_starter.artifacts._template import fill
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec


def render(spec: Spec) -> str:
    inside = [cache.host.rstrip("/") for cache in spec.caches.values() if not cache.host.startswith(("/", "~"))]
    return fill("dockerignore.j2", spec, folders=inside)


ARTIFACT = Artifact(".dockerignore", "what is left out of the image", render)
