"""`remove`: a package less, in pyproject.toml, the locks and the environment, once it is proven that all still works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb
from torch_starter.verbs.lock_update import OPTIONS

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.problems import WrongUsage
    from torch_starter.making import project_edit
    from torch_starter.verbs import _settled_update
    from torch_starter.verbs._updating import Request

    if not ask.rest:
        raise WrongUsage("remove.nothing", "which package?", "./dev.sh remove einops")
    text = ask.machine.files.read(ask.project.pyproject) or ""
    for name in ask.rest:
        text = project_edit.remove(text, name, ask.text("extra"))
    return _settled_update.update(ask, Request("remove", tuple(ask.spec.accelerators), (), text))


VERB = Verb(
    name="remove",
    summary="Remove a package, and prove that the rest still works.",
    example="./dev.sh remove einops --extra notebook",
    run=run,
    rest="NAME...",
    changes=True,
    options=(Option("extra", "Take it out of this extra of pyproject.toml.", "text", "NAME"), *OPTIONS[1:]),
)
