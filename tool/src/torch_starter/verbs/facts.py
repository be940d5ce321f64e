"""`facts`: what this machine is, to look at or to record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    import json

    from torch_starter.core.report import Report
    from torch_starter.core.veil import veil

    facts = gather_all(ask)
    folder = ask.path("record")
    if folder is None:
        return Report(command="facts", facts=facts, notes=[line for key, value in facts.items() for line in lines(key, value)])
    file = folder / "facts.json"
    ask.machine.files.write(file, json.dumps(veil(ask.machine.variables).over(facts), indent=2, sort_keys=True) + "\n")
    return Report(command="facts", facts=facts, notes=[f"Recorded in {file}: no names of people, no secrets, no paths."])


def gather_all(ask: Ask) -> dict[str, object]:
    """Every fact that a file in facts/ defines. They hold versions, counts and sizes: nothing that names a person or a place."""
    import contextlib
    import importlib
    import pkgutil

    import torch_starter.facts
    from torch_starter.core.facts import Absent, Fact, Unknown

    for info in pkgutil.iter_modules(torch_starter.facts.__path__):
        module = importlib.import_module(f"torch_starter.facts.{info.name}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact:
                with contextlib.suppress(Absent, Unknown):  # the reason is kept with the facts
                    ask.facts[kind]
    return ask.facts.as_dict()


def lines(key: str, value: object) -> list[str]:
    """One fact for people."""
    if not isinstance(value, dict):
        return [f"{key}: {value}"]
    return [key, *(f"  {name:<13} {words(item)}" for name, item in value.items())]


def words(value: object) -> str:
    """A value for people: sizes with their unit."""
    from torch_starter.core.units import human_size

    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return human_size(value) if isinstance(value, int) and value >= 2**20 else str(value)


VERB = Verb(
    name="facts",
    summary="Say what this machine is: system, processors, memory, GPUs, limits.",
    example="./dev.sh facts --json",
    run=run,
    options=(Option("record", "Write the facts into this folder, as a recording that tests can replay.", "path", "DIR"),),
)
