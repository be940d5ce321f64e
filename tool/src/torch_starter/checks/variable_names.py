"""Names of environment variables that nothing reads, and that are nearly those of ones that are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.checks._spec_variables import set_by_spec
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.mistyped import Targets
from torch_starter.core.repair import Repair, SetVariable
from torch_starter.core.report import Finding
from torch_starter.core.variables import table

OURS = "TORCH_STARTER_"


def names(evidence: Evidence) -> Iterator[Finding]:
    wrong = mistyped(evidence)
    for name, meant in wrong.items():
        fixable = set_by_spec(evidence, name)
        yield Finding(
            id=f"variables.names.{name}",
            verdict="warn",
            title=f"{name} is a name that is read",
            seen=f"{name} is set, and nothing that is known here reads it",
            wanted=f"{meant}, which is nearly its name",
            remedy="./dev.sh verify-setup --fix" if fixable else f'export {meant}="${name}"; unset {name}',
            fixable=fixable,
        )
    if not wrong:
        known = len(table().names | evidence.known_names)
        seen = f"{len(checked(evidence))} names, none of which is nearly one of {known} that are known"
        yield Finding(id="variables.names", verdict="ok", title="no variable's name is mistyped", seen=seen)


def mistyped(evidence: Evidence) -> dict[str, str]:
    """The names that are nearly known ones, with those that are meant."""
    known = table().names | evidence.known_names
    targets = Targets(evidence.known_names)
    pairs = ((name, targets.meant_by(name)) for name in sorted(checked(evidence)) if name not in known)
    return {name: meant for name, meant in pairs if meant and meant not in evidence.user_variables}


def checked(evidence: Evidence) -> frozenset[str]:
    """The names that the user chose: those of the shell and of the spec."""
    given = {*evidence.user_variables, *(evidence.spec.variables if evidence.ours else ())}
    return frozenset(name for name in given if re.fullmatch(r"[A-Z][A-Z0-9_]+", name) and not name.startswith(OURS))


def corrections(evidence: Evidence) -> Iterator[Repair]:
    """A name that the spec has wrong is corrected there."""
    for name, meant in mistyped(evidence).items():
        if set_by_spec(evidence, name):
            value = evidence.spec.variables[name]
            yield SetVariable(name, value, value, f"nothing reads {name}", renamed_to=meant)


CHECKS = (
    Check(
        "variables.names",
        "no mistyped name of a variable",
        "A variable with a mistyped name is set, shown and read by nothing: what it should change stays as it was.",
        names,
        level="quick",
        reads=("names",),
        found="Names that are one letter, or in long ones two, from what the installed libraries and sources hold.",
        mend="Set it under the name that is meant; --fix renames it in [variables] of torch-starter.toml.",
        source="Measured: 1,000 and more names are known to the libraries of an environment with PyTorch",
        repairs=corrections,
    ),
)
