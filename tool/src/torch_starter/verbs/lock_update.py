"""`lock-update`: proposes the newest set of packages within bounds and holds, proves it, and switches to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from pathlib import Path

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Change, Report
    from torch_starter.making.proposal import Proposal, Resolver


def run(ask: Ask) -> Report:
    import tempfile
    from pathlib import Path

    from torch_starter.core.report import Report
    from torch_starter.verbs import _plan

    names = [_plan.accelerator(ask).name] if ask.text("accelerator") else list(ask.spec.accelerators)
    report = Report(command="lock-update")
    with tempfile.TemporaryDirectory(prefix="torch-starter-") as scratch:
        resolver = make_resolver(ask, Path(scratch))
        if not all(update(ask, name, resolver, report) for name in names):
            return report
    if report.changes and not ask.flag("dry-run"):
        switch(ask, report)
    else:
        report.notes.append("Nothing was changed." if report.changes else "The locks are the newest within their bounds.")
    return report


def update(ask: Ask, name: str, resolver: Resolver, report: Report) -> bool:
    """Propose one lock, and unless it is a dry run prove it and write it; False where it was not proven."""
    from torch_starter.making import proposal

    held = proposal.holds(ask.machine.files.read(ask.project.locks / "holds.toml"))
    with ask.progress.stage(f"resolve {name}", None, "things"):
        proposed = resolver.propose(name, ask.spec.accelerators[name], held)
    changes = differences(ask, name, proposed)
    report.changes += changes
    report.notes += [f"{name}: {proposed.remark}"] if proposed.remark else []
    if ask.flag("dry-run") or not changes:
        return True
    if not prove(ask, name, proposed, resolver.scratch / f"{name}.txt", report):
        return False
    ask.machine.files.write(ask.project.lock(name), label(proposed) + proposed.text)
    return True


def switch(ask: Ask, report: Report) -> None:
    """Set the environment up from the new lock of its accelerator."""
    from dataclasses import replace

    from torch_starter.verbs import _judge, _plan, setup

    now = _plan.current(ask)
    options = {"accelerator": now[1].accelerator if now else None}
    after = setup.set_up(replace(ask, options=options), _judge.default_checks(), "lock-update")
    report.findings += after.findings
    report.measurements, report.facts = after.measurements, after.facts
    report.notes += after.notes


def make_resolver(ask: Ask, scratch: Path) -> Resolver:
    """A resolver for this project, with the spec's interpreter and uv."""
    from torch_starter.making import interpreter, uv
    from torch_starter.making.proposal import Resolver
    from torch_starter.verbs import _build

    tools = _build.tools(ask)
    python = interpreter.find(ask.machine, ask.spec.python.version, uv.find(ask.project, ask.machine.variables))
    return Resolver(ask.machine, ask.project, tools.uv, tools.variables, python, scratch)


def differences(ask: Ask, name: str, proposed: Proposal) -> list[Change]:
    """What a proposal would change in a lock."""
    from torch_starter.core import lock as lock_file
    from torch_starter.core.report import Change

    if not ask.project.lock(name).exists():
        count = len(lock_file.parse(proposed.text, f"locks/{name}.txt"))
        return [Change(kind="file", name=f"locks/{name}.txt", was="", now=f"{count} packages")]
    was, now = (
        {pin.name: pin.version for pin in lock_file.parse(text, f"locks/{name}.txt")}
        for text in (ask.machine.files.read(ask.project.lock(name)) or "", proposed.text)
    )
    return [
        Change(kind="package", name=package, was=was.get(package, ""), now=now.get(package, "removed"), why=name)
        for package in sorted(was | now)
        if was.get(package) != now.get(package)
    ]


def prove(ask: Ask, name: str, proposed: Proposal, lock: Path, report: Report) -> bool:
    """Build the proposal aside with every extra and judge it; what fails is in the report, and the lock stays as it was."""
    from torch_starter.core import requirements
    from torch_starter.making.accelerator import Choice
    from torch_starter.verbs import _build, _judge, _plan

    ask.machine.files.write(lock, proposed.text)
    extras = tuple(requirements.parse(ask.machine.files.read(ask.project.pyproject)).extras)
    with ask.machine.files.lock(ask.project.state / "lock", ask.progress.say):
        plan = _plan.plan_for(ask, Choice(name, f"{name}: a proposal"), lock, extras)
        proof, _ = _build.build_and_judge(ask, plan, _judge.default_checks(), bytecode=False)
        ask.machine.files.remove_tree(plan.environment)
    report.findings += [finding for finding in proof.findings if finding.verdict not in ("ok", "skip")]
    if report.exit_code:
        report.notes.append(f"The proposal for {name} is not proven: locks/{name}.txt is as it was.")
    return report.exit_code == 0


def label(proposed: Proposal) -> str:
    """The comment at the head of a lock: what it was proven on."""
    import platform
    import time

    where = f"{platform.system()} {platform.machine()}"
    text = f"# Proven on {time.strftime('%Y-%m-%d', time.gmtime())} on {where}, on the CPU; on a GPU `verify-setup` says more.\n"
    return text + (f"# {proposed.remark}\n" if proposed.remark else "")


VERB = Verb(
    name="lock-update",
    summary="Propose the newest packages within the bounds and locks/holds.toml, prove them, and switch to them.",
    example="./dev.sh lock-update --dry-run",
    run=run,
    changes=True,
    options=(Option("accelerator", "Only the lock of this accelerator.", "text", "NAME"),),
)
