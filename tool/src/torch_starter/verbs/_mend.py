"""`verify-setup --fix`: which repairs the checks name, and doing them."""

from __future__ import annotations

from collections.abc import Sequence

from torch_starter.core.ask import Ask
from torch_starter.core.kinds import Check
from torch_starter.core.repair import Repair
from torch_starter.core.report import Change
from torch_starter.making import bytecode
from torch_starter.making.mending import Workshop, as_change, carry_out
from torch_starter.verbs import _build
from torch_starter.verbs._gather import Subject
from torch_starter.verbs._judge import Judged


def mend(ask: Ask, subject: Subject, checks: Sequence[Check], judged: Judged) -> tuple[list[Change], list[str]]:
    """Do, or with --dry-run only name, what mends the findings that can be mended; the changes, and what to say of them."""
    repairs = planned(checks, judged)
    changes = [as_change(repair) for repair in repairs]
    if not repairs:
        return [], ["There is nothing that --fix can mend."]
    if ask.flag("dry-run"):
        return changes, ["Nothing was changed."]
    with ask.machine.files.lock(ask.project.home / "lock", ask.progress.say):
        with ask.progress.stage("mending", len(repairs), "things") as stage:
            for number, repair in enumerate(repairs):
                stage.to(number, len(repairs), changes[number].name)
                carry_out(repair, workshop(ask, subject))
        if subject.environment and ask.spec.install.compile_bytecode and any(change.kind == "package" for change in changes):
            bytecode.compile_all(ask.machine, subject.environment, ask.progress, None)
    return changes, [
        f"{len(repairs)} {'repair was' if len(repairs) == 1 else 'repairs were'} made; then everything was asked again."
    ]


def planned(checks: Sequence[Check], judged: Judged) -> list[Repair]:
    """The repairs of the checks that have a finding which can be mended, each once."""
    if judged.evidence is None:
        return []
    red = {finding.id for finding in judged.findings if finding.fixable and finding.verdict not in ("ok", "skip")}
    wanted = [check for check in checks if any(id == check.id or id.startswith(f"{check.id}.") for id in red)]
    return list(dict.fromkeys(each for check in wanted if check.repairs for each in check.repairs(judged.evidence)))


def workshop(ask: Ask, subject: Subject) -> Workshop:
    """What repairs need, for this target."""
    bounds = ask.spec.accelerators.get(subject.accelerator)
    index = bounds.index if bounds and "+" in (ask.machine.files.read(ask.project.lock(subject.accelerator)) or "") else None
    return Workshop(ask.machine, _build.tools(ask), subject.python, index, ask.project.spec)
