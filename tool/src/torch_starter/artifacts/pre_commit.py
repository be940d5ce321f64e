""".pre-commit-config.yaml: the same checks, before each commit and each push."""

from __future__ import annotations

import re

from torch_starter.artifacts._template import fill
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec


def render(spec: Spec) -> str:
    below = "|".join(re.escape(path.strip("/")) for path in spec.checks.paths)
    return fill("pre-commit-config.yaml.j2", spec, code=f"^({below})(/|$)" if below else "^$")


ARTIFACT = Artifact(".pre-commit-config.yaml", "the checks before each commit and push, for pre-commit", render)
