"""`run`: any command inside the environment, with the spec's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    import shutil

    from torch_starter.core.problems import WrongUsage
    from torch_starter.verbs import _gather, _plan, _settle

    if not ask.rest:
        raise WrongUsage("run.nothing", "there is no command to run", "./dev.sh run -- python train.py")
    _settle.settle(ask)
    subject = _gather.ours(ask)
    record = _plan.environments(ask).record(subject.environment) if subject.environment else None
    torch = next((name.split("-")[1] for name in (record.packages if record else ()) if name.startswith("torch-")), None)
    variables = _gather.own_variables(ask, subject, torch)
    if shutil.which(ask.rest[0], path=variables["PATH"]) is None:
        raise WrongUsage(
            "run.missing",
            f"there is no program {ask.rest[0]!r} in the environment or on PATH",
            "./dev.sh run -- python --version",
        )
    ask.machine.processes.become(ask.rest, env=variables)


VERB = Verb(
    name="run",
    summary="Run a command inside the environment, with the variables of torch-starter.toml. Its exit status is ours.",
    example="./dev.sh run -- python examples/vision.py --steps 20",
    run=run,
    rest="-- COMMAND [ARGUMENTS]...",
    passes_through=True,
)
