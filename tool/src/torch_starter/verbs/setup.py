"""`setup`: builds the environment beside the present one, proves it, and only then switches to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.kinds import Check
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _judge, _plan

    if ask.text("driver") or ask.texts("capability"):
        return _plan.elsewhere(ask)
    if ask.flag("adopt"):
        from torch_starter.verbs import _adopt

        return _adopt.adopt(ask)
    return set_up(ask, _judge.default_checks(), "setup")


def set_up(ask: Ask, checks: Sequence[Check], command: str) -> Report:
    """Plan, and unless it is a dry run do it. Two set-ups at once wait for each other."""
    from torch_starter.core.report import Report
    from torch_starter.verbs import _build, _plan, _settle

    _settle.settle(ask)
    _plan.environments(ask).refuse_foreign_venv()
    plan = _plan.make_plan(ask)
    if ask.flag("dry-run"):
        changes = _plan.planned(ask, plan)
        note = plan.reason if changes else f"The environment is as the lock says ({plan.reason})."
        return Report(command=command, changes=changes, notes=[note, "Nothing was changed."])
    with _settle.held(ask):
        plan = _plan.make_plan(ask)  # another command may have changed things while we waited
        if _plan.up_to_date(ask, plan):
            return Report(
                command=command, notes=[f"The environment is as the lock says ({plan.reason}).", "Nothing was changed."]
            )
        return _build.build_prove_switch(ask, plan, checks, command)


VERB = Verb(
    name="setup",
    summary="Build the environment from the lock, prove it, and switch to it. The present one stays current until then.",
    example="./dev.sh setup --extra notebook",
    run=run,
    changes=True,
    options=(
        Option("accelerator", "auto, or one of torch-starter.toml: cpu, cu124, cu128, cu130.", "text", "NAME"),
        Option("extra", "Install this extra of pyproject.toml too. It stays until --no-extra.", "texts", "NAME"),
        Option("no-extra", "Leave this extra out.", "texts", "NAME"),
        Option("rebuild", "Build anew also where everything is as it should be.", "flag"),
        Option("offline", "Use nothing but the caches, and what came in bundles.", "flag"),
        Option("adopt", "While an image is built: take the environment that its file has made as the current one.", "flag"),
        Option("driver", "With --dry-run: plan for a host with this NVIDIA driver.", "text", "VERSION"),
        Option("capability", "With --driver: the compute capability of each of its GPUs.", "texts", "VERSION"),
    ),
)
