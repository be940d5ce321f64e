"""Values of variables: wrong ones, which are mostly ignored without a word, and such as are for finding a fault."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.core.variables import judged, wanted
from torch_starter.rules._sights import shown, stale, variables, well, without


def values(files: ContainerFiles) -> Iterator[Sight]:
    known = judged()
    for each in variables(files):
        group = known.get(each.name)
        should_be = wanted(group, each.value or "") if group and group.kind != "allocator" else ""
        if group and should_be:
            yield Sight(each.place, group.verdict, f"{shown(each)}: {group.wrong}", should_be, f"correct it, or {without(each)}")
        else:
            yield well(each.place)


def slow(files: ContainerFiles) -> Iterator[Sight]:
    known = judged()
    for each in variables(files):
        group = known.get(each.name)
        if (
            group
            and group.slow
            and each.value
            and group.is_notable(each.value)
            and not wanted(group, each.value)
            and not each.debug
        ):
            remedy = f"{without(each)}; set it for the one run, or in a file that is for debugging, such as compose.debug.yaml"
            yield stale(each.place, f"{shown(each)}: {group.says}", "unset, but while a fault is looked for", remedy)
        else:
            yield well(each.place)


RULES = (
    Rule(
        "files.variable-values",
        "variables have values that are read",
        "A wrong value stops a library, or is silently ignored.",
        values,
        "variables",
        "Every variable against the table of how the programs read it that verify-setup has too (core/variables.toml).",
        "Correct it, or take it out.",
        "The manual or the source that the table names for each; many were measured",
    ),
    Rule(
        "files.slow-variables",
        "what is for finding a fault is not left on",
        "CUDA_LAUNCH_BLOCKING=1 waits for every kernel, NVIDIA's and PyTorch's other debugging switches cost as much. Files "
        "that are for developing by their names (debug, override, profile, dev) are not judged here.",
        slow,
        "variables",
        "Values that the table of variables knows to be slow.",
        "Take it out, and set it for the one run.",
        "The manual or the source that the table names for each",
    ),
)
