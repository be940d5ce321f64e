"""Variables that the spec sets, so that --fix can correct them there."""

from __future__ import annotations

from torch_starter.core.evidence import Evidence


def set_by_spec(evidence: Evidence, name: str) -> bool:
    """Whether a variable has its value from [variables] of torch-starter.toml: what is exported wins over it."""
    return evidence.ours and name in evidence.spec.variables and name not in evidence.user_variables


def mend(evidence: Evidence, name: str) -> str:
    """What takes a wrong value away."""
    return "./dev.sh verify-setup --fix" if set_by_spec(evidence, name) else f"unset {name}"
