"""`run`: any command inside the environment, with the spec's variables, and the profile that was proven for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    import shutil
    from pathlib import Path

    from torch_starter.core.problems import WrongUsage
    from torch_starter.verbs import _gather, _plan, _proofs, _settle

    if not ask.rest:
        raise WrongUsage("run.nothing", "there is no command to run", "./dev.sh run -- python train.py")
    _settle.settle(ask)
    subject = _gather.ours(ask)
    record = _plan.environments(ask).record(subject.environment) if subject.environment else None
    variables = _gather.own_variables(ask, subject, record.torch if record else None)
    if shutil.which(ask.rest[0], path=variables["PATH"]) is None:
        raise WrongUsage(
            "run.missing",
            f"there is no program {ask.rest[0]!r} in the environment or on PATH",
            "./dev.sh run -- python --version",
        )
    if record is not None and not ask.flag("no-profile"):
        proof = _proofs.in_force(ask, record, ask.rest, Path(ask.machine.variables.get("PWD", ".")))
        variables = _proofs.applied(ask, proof, variables) if proof is not None else variables
    ask.machine.processes.become(ask.rest, env=variables)


VERB = Verb(
    name="run",
    summary="Run a command inside the environment, with its variables and what was proven for it. Its exit status is ours.",
    example="./dev.sh run -- python examples/vision.py --steps 20",
    run=run,
    options=(Option("no-profile", "Without the settings that optimize has proven for the script and put in force.", "flag"),),
    rest="-- COMMAND [ARGUMENTS]...",
    passes_through=True,
)
