"""Names of variables that nothing reads, and that are nearly those of ones that are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Variable
from torch_starter.core.kinds import Rule
from torch_starter.core.mistyped import Targets
from torch_starter.core.sight import Sight
from torch_starter.core.variables import table
from torch_starter.rules._sights import origin, short, stale, variables, well

OURS = "TORCH_STARTER_"


def names(files: ContainerFiles) -> Iterator[Sight]:
    given = {each.name for each in variables(files) if is_checked(each)} - table().names
    targets = Targets(frozenset())
    nearly = {name: targets.meant_by(name) for name in given}
    for each in variables(files):
        meant = nearly.get(each.name, "") if is_checked(each) else ""
        if meant:
            seen = f"{short(each.name)} is set, and nothing that is known here reads it"
            remedy = f"write {meant} in place of {short(each.name)} in {origin(each)}"
            yield stale(each.place, seen, f"{meant}, which is nearly its name", remedy)
        else:
            yield well(each.place)


def is_checked(variable: Variable) -> bool:
    """Whether it is for programs. The names of arguments are the file's own."""
    given = variable.source not in ("ARG", "build argument") and not variable.name.startswith(OURS)
    return given and re.fullmatch(r"[A-Z][A-Z0-9_]{1,80}", variable.name) is not None


RULES = (
    Rule(
        "files.variable-names",
        "no mistyped name of a variable",
        "A variable with a mistyped name is set, shown and read by nothing.",
        names,
        "variables",
        "Names that are one letter from one that PyTorch, CUDA, NCCL, Hugging Face, Python, pip or uv read "
        "(core/variables.toml).",
        "Write the name that is meant.",
        "The table of variables that verify-setup has too",
    ),
)
