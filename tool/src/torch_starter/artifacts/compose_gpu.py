"""compose.gpu.yaml: what a machine with a GPU adds."""

from __future__ import annotations

from torch_starter.artifacts._template import fill
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec


def render(spec: Spec) -> str:
    return fill("compose.gpu.yaml.j2", spec)


ARTIFACT = Artifact("compose.gpu.yaml", "the GPUs, over compose.yaml", render)
