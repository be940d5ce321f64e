"""`lock-update`: finds the newest set of packages that is proven to work, and switches to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from packaging.utils import canonicalize_name

    from torch_starter.core.problems import WrongUsage
    from torch_starter.verbs import _plan, _settled_update
    from torch_starter.verbs._updating import Request

    names = (_plan.accelerator(ask).name,) if ask.text("accelerator") else tuple(ask.spec.accelerators)
    moving = tuple(canonicalize_name(name) for name in ask.texts("package"))
    if unknown := _settled_update.unlocked(ask, moving, names):
        raise WrongUsage("package.unknown", f"no lock has {unknown[0]}", unknown[1])
    if not names:
        raise WrongUsage("accelerator.none", "torch-starter.toml names no accelerator", "git checkout -- torch-starter.toml")
    return _settled_update.update(ask, Request("lock-update", names, moving or None))


OPTIONS = (
    Option("accelerator", "Only the lock of this accelerator.", "text", "NAME"),
    Option("budget", "Stop after so many minutes, at the best set that is proven by then.", "text", "MINUTES"),
    Option("markdown", "Write the answer as Markdown too, for a pull request.", "path", "FILE"),
    Option("benchmark", "Measure the environments before and after, and tell where the new one is slower.", "flag"),
    Option("again", "Forget what earlier runs tried, and try everything anew.", "flag"),
)

VERB = Verb(
    name="lock-update",
    summary="Find the newest packages that are proven to work together, and switch to them.",
    example="./dev.sh lock-update --dry-run",
    run=run,
    changes=True,
    options=(Option("package", "Move only this package, and what it needs.", "texts", "NAME"), *OPTIONS),
)
