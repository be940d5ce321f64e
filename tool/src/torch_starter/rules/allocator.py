"""The allocator of PyTorch: options that it does not take, and such as are no default."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.allocator import problem, split
from torch_starter.core.container_files import ContainerFiles, Variable
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._environments import environments
from torch_starter.rules._sights import all_but, shown, stale, variables, well, without, wrong

OLD, NEW = "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF"
LAST_RESORT = "max_split_size_mb"


def options(files: ContainerFiles) -> Iterator[Sight]:
    yield from all_but(files, OLD, NEW)
    for each in variables(files, OLD, NEW):
        yield of_options(each)


def of_options(variable: Variable) -> Sight:
    """One text of options."""
    value = variable.value or ""
    refused = problem(value)
    if refused:
        seen = f"{shown(variable)}: {refused}, and torch raises ValueError when the first tensor is put on a GPU"
        return wrong(variable.place, seen, "options that torch takes, as key:value, apart by commas", without(variable))
    keys = [option.partition(":")[0].strip() for option in split(value)]
    if LAST_RESORT in keys and not variable.debug:
        return stale(
            variable.place,
            f"{shown(variable)} for every program: blocks above that size are no longer split, which can cost much speed",
            "PyTorch's own defaults",
            f"{without(variable)}; for a program that runs out of memory in pieces try expandable_segments:True first, for it "
            "alone",
        )
    return well(variable.place)


def names(files: ContainerFiles) -> Iterator[Sight]:
    for found in environments(files):
        old, new = found.get(OLD), found.get(NEW)
        given = new or old
        if old and new and old.value != new.value:
            yield stale(
                new.place,
                f"{shown(new)}, and {OLD} at {old.place} is something else: the older name wins",
                "one of them",
                f"{without(old)}; keep {NEW} for torch 2.10 and later, or {OLD} alone, which all read",
            )
        elif given:
            told = f"{OLD}, which every torch reads, is called {NEW} in newer ones" if given is old else ""
            yield well(given.place, told)
        else:
            yield from (well(each.place) for each in list(found.values())[:1])


RULES = (
    Rule(
        "files.allocator-options",
        "the allocator gets options that it takes, and none that are a last resort",
        "An option that torch does not know stops the program at its first tensor on a GPU. max_split_size_mb, often advised "
        "as a default, is called a last resort by PyTorch's own notes: it helps one kind of failure and can slow down all "
        "other programs.",
        options,
        "variables",
        "The options in both names of the variable, against those that torch 2.14 takes.",
        "Take it out; set it for the one program that needs it, and measure.",
        "PyTorch's notes on CUDA memory; measured: docs/decisions/alloc-conf.md",
    ),
    Rule(
        "files.allocator-name",
        "the allocator is configured under one name",
        "PYTORCH_CUDA_ALLOC_CONF was renamed to PYTORCH_ALLOC_CONF. Old releases do not know the new name, and where both are "
        "set the older wins: the older alone is no fault, two different values are.",
        names,
        "sets of variables",
        "Both names in what one container gets: its image, its files of variables, and its own.",
        "Keep one of them.",
        "Measured: docs/decisions/alloc-conf.md",
    ),
)
