""".github/workflows/checks.yml: the same checks, for each change."""

from __future__ import annotations

from torch_starter.artifacts._template import accelerator, fill
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec

CACHE = "~/.cache/uv"


def render(spec: Spec) -> str:
    uv = spec.caches.get("uv")
    build = "cpu" if "cpu" in spec.accelerators else accelerator(spec)
    return fill("workflow.yml.j2", spec, accelerator=build, cache=uv.host if uv is not None else CACHE)


ARTIFACT = Artifact(".github/workflows/checks.yml", "the checks for each change, as a workflow of GitHub Actions", render)
