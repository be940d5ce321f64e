"""compose.debug.yaml: what debugging adds, and nothing else does."""

from __future__ import annotations

from torch_starter.artifacts._template import fill
from torch_starter.core.kinds import Artifact
from torch_starter.core.spec import Spec

REASONS = {
    "SYS_PTRACE": "py-spy, gdb and strace look into processes of another user, and with Yama of their own",
    "PERFMON": "perf and the counters of the CPU",
}


def render(spec: Spec) -> str:
    return fill("compose.debug.yaml.j2", spec, reasons=REASONS)


ARTIFACT = Artifact("compose.debug.yaml", "what debuggers need, over compose.yaml", render)
