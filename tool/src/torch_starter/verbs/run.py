"""`run`: any command inside the environment, with the spec's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    import shutil

    from torch_starter.core.problems import CouldNotLook, WrongUsage
    from torch_starter.verbs import _judge, _plan

    if not ask.rest:
        raise WrongUsage("run.nothing", "there is no command to run", "./dev.sh run -- python train.py")
    now = _plan.current(ask)
    if now is None:
        raise CouldNotLook("environment.missing", "there is no environment yet", "./dev.sh verify-setup")
    environment, record = now
    subject = _judge.Subject(environment / "bin" / "python", record.accelerator, record.extras, environment)
    torch = next((name.split("-")[1] for name in record.packages if name.startswith("torch-")), None)
    variables = _judge.own_variables(ask, subject, torch)
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
