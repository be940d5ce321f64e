""".env.example: what may be set on one machine, credentials first."""

from __future__ import annotations

from torch_starter.artifacts._template import accelerator, fill, threads
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec


def render(spec: Spec) -> str:
    return fill("dotenv.j2", spec, accelerator=accelerator(spec), threads=threads(spec))


ARTIFACT = Artifact(".env.example", "credentials and limits of one machine, to be copied to .env", render)
