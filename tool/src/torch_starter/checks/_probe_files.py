"""Checks that are nothing but probes: one finding for each public function of a probe file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Set
from types import ModuleType
from typing import Any

from torch_starter.checks._answers import from_answer
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

NONE: frozenset[str] = frozenset()
NO_SOURCE: Mapping[str, str] = {}


def checks_of(
    module: ModuleType,
    group: str,
    needs: Mapping[str, tuple[str, ...]],
    *,
    full: Set[str] = NONE,
    without: Set[str] = NONE,
    source: Mapping[str, str] = NO_SOURCE,
) -> tuple[Check, ...]:
    """A check for each public function of a probe module, in the order of the file.

    Its title is the first line of the function's docstring, and how it is found the rest of it. `needs` names the
    distributions without which it does not apply, `source` where it is known from, "*" in both those of all functions. The
    functions in `full` are asked with --full alone, those in `without` by checks of their own.
    """
    file = module.__name__.rpartition(".")[2]
    return tuple(
        one(
            f"{group}.{function.__name__.replace('_', '-')}",
            f"{file}.{function.__name__}",
            inspect.getdoc(function) or function.__name__,
            (*needs.get("*", ()), *needs.get(function.__name__, ())),
            full=function.__name__ in full,
            source=source.get(function.__name__, source.get("*", "")),
        )
        for function in public(module)
        if function.__name__ not in without
    )


def public(module: ModuleType) -> list[Callable[..., Any]]:
    """The functions of a module itself that are no helpers, in the order of the file."""
    functions = [
        function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    ]
    return sorted(functions, key=lambda function: function.__code__.co_firstlineno)


def one(id: str, probe: str, doc: str, needs: tuple[str, ...], *, full: bool = False, source: str = "") -> Check:
    """The check for one probe."""
    first, _, rest = doc.partition("\n")
    title = first.rstrip(".")

    def judge(evidence: Evidence) -> Iterator[Finding]:
        missing = [name for name in needs if name not in evidence.installed.distributions]
        if missing:
            yield Finding(id=id, verdict="skip", title=title, seen=f"{missing[0]} is not installed")
            return
        yield from_answer(id, title, evidence, evidence.answers.get(probe), remedy(evidence, needs), needs)

    return Check(
        id,
        title,
        doc,
        judge,
        probes=(probe,),
        needs=needs,
        level="full" if full else "default",
        found=" ".join(rest.split()) or title,
        mend="Install its packages again in the versions that the lock has proven.",
        source=source,
    )


def remedy(evidence: Evidence, names: tuple[str, ...]) -> str:
    """The command that puts the packages of a probe back as they were proven."""
    if evidence.ours:
        return "./dev.sh setup --rebuild"
    pins = " ".join(f"'{name}=={evidence.locked[name]}'" for name in names if name in evidence.locked)
    return f"{evidence.install} --reinstall {pins}"
