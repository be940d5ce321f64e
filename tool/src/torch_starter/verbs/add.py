"""`add`: one more package, in pyproject.toml, the locks and the environment, once it is proven that all still works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb
from torch_starter.verbs.lock_update import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    from torch_starter.core.problems import WrongUsage
    from torch_starter.making import project_edit
    from torch_starter.verbs import _settled_update
    from torch_starter.verbs._updating import Request

    if not ask.rest:
        raise WrongUsage("add.nothing", "which package?", "./dev.sh add einops")
    before, extra = ask.machine.files.read(ask.project.pyproject) or "", ask.text("extra")

    def edited(lines: tuple[str, ...], text: str) -> str:
        for line in lines:
            text = project_edit.add(text, line, extra)
        return text

    def finished(versions: Mapping[str, str]) -> str:
        """With a range about the version that was found, where none was asked for."""
        lines = []
        for line in ask.rest:
            version = versions.get(canonicalize_name(Requirement(line).name))
            lines.append(line if Requirement(line).specifier or version is None else project_edit.bounded(line, version))
        return edited(tuple(lines), before)

    names = tuple(ask.spec.accelerators)
    return _settled_update.update(ask, Request("add", names, (), edited(ask.rest, before), finished))


VERB = Verb(
    name="add",
    summary="Add a package: it is refused, with the evidence, where the environment does not work with it.",
    example="./dev.sh add einops --extra notebook",
    run=run,
    rest="NAME...",
    changes=True,
    options=(Option("extra", "Put it into this extra of pyproject.toml.", "text", "NAME"), *OPTIONS[1:]),
)
