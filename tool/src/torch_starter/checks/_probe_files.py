"""Checks that are nothing but probes: one finding for each public function of a probe file."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from torch_starter.checks._answers import from_answer
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding


def checks_of(module: ModuleType, group: str, needs: dict[str, tuple[str, ...]]) -> tuple[Check, ...]:
    """A check for each public function of a probe module, in the order of the file.

    Its title is the first line of the function's docstring; `needs` names the distributions without which it does not
    apply, "*" those of all functions.
    """
    functions = [
        function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    ]
    functions.sort(key=lambda function: function.__code__.co_firstlineno)
    file = module.__name__.rpartition(".")[2]
    return tuple(
        one(
            f"{group}.{function.__name__.replace('_', '-')}",
            f"{file}.{function.__name__}",
            inspect.getdoc(function) or function.__name__,
            (*needs.get("*", ()), *needs.get(function.__name__, ())),
        )
        for function in functions
    )


def one(id: str, probe: str, doc: str, needs: tuple[str, ...]) -> Check:
    """The check for one probe."""
    title = doc.splitlines()[0].rstrip(".")

    def judge(evidence: Evidence) -> Iterator[Finding]:
        missing = [name for name in needs if name not in evidence.installed.distributions]
        if missing:
            yield Finding(id=id, verdict="skip", title=title, seen=f"{missing[0]} is not installed")
            return
        yield from_answer(id, title, evidence, evidence.answers.get(probe), remedy(evidence, needs), needs)

    return Check(id, title, doc, judge, probes=(probe,))


def remedy(evidence: Evidence, names: tuple[str, ...]) -> str:
    """The command that puts the packages of a probe back as they were proven."""
    if evidence.ours:
        return "./dev.sh setup --rebuild"
    pins = " ".join(f"'{name}=={evidence.locked[name]}'" for name in names if name in evidence.locked)
    return f"{evidence.install} --reinstall {pins}"
