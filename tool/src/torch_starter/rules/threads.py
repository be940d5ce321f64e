"""Numbers of threads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Variable
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.core.variables import THREADS
from torch_starter.rules._environments import environments
from torch_starter.rules._sights import shown, stale, variables, well, without, wrong


def threads(files: ContainerFiles) -> Iterator[Sight]:
    for each in variables(files, *THREADS):
        if each.value is not None and each.value != "" and not re.fullmatch(r"\s*[1-9]\d*(,[1-9]\d*)*\s*", each.value):
            seen = f"{shown(each)} is no number, is ignored, and the library takes every processor that it sees"
            yield wrong(each.place, seen, "a whole number", without(each))
    for found in environments(files):
        yield agreement({name: found[name] for name in THREADS if name in found}, next(iter(found.values())))


def agreement(given: dict[str, Variable], any_: Variable) -> Sight:
    """Whether the numbers of one environment are one."""
    known = {name: each for name, each in given.items() if each.value}
    first = next(iter(known.values()), None)
    other = next((each for each in known.values() if first and each.value != first.value), None)
    if first is None or other is None:
        return well((first or any_).place)
    return stale(
        other.place,
        f"{shown(other)}, and {shown(first)} at {first.place}",
        "one number: in torch MKL's wins over OMP's, and threads of two libraries wait for the same processors",
        f"write one number for {', '.join(known)}",
    )


RULES = (
    Rule(
        "files.threads",
        "OMP, MKL, OPENBLAS and NUMEXPR threads agree",
        "In torch MKL's number wins over OMP's, so that of two numbers one has no effect; and what is no number is silently "
        "ignored.",
        threads,
        "sets of variables",
        "The four variables of what one container gets, against each other.",
        "Write one number for all four.",
        "Measured: docs/decisions/threads.md",
    ),
)
