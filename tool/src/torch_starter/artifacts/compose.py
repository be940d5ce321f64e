"""compose.yaml: how the container runs, on a machine with and without a GPU."""

from __future__ import annotations

from torch_starter.artifacts._template import accelerator, fill, threads, volumes
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec
from torch_starter.core.variables import THREADS


def render(spec: Spec) -> str:
    return fill(
        "compose.yaml.j2",
        spec,
        user=spec.container.user,
        workspace=spec.container.workspace,
        volumes=volumes(spec),
        accelerator=accelerator(spec),
        threads=threads(spec),
        thread_names=THREADS,
    )


ARTIFACT = Artifact("compose.yaml", "how the container runs: volumes, limits, ports", render)
