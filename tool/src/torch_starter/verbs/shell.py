"""`shell`: a shell, or any command, in the container that is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    import os

    from torch_starter.containers import running
    from torch_starter.containers.compose import Compose
    from torch_starter.core.problems import CouldNotLook
    from torch_starter.verbs import _engine

    engine = _engine.engine(ask)
    there = running.of_project(engine, Compose(engine).config().name)
    up = next((each for each in there if each.is_ours and each.state.status == "running"), None)
    if up is None:
        seen = f"the container is {there[0].state.status}" if there else "the container is not up"
        raise CouldNotLook("container.none", seen, "./dev.sh up")
    terminal = ["--interactive", *(["--tty"] if os.isatty(0) and os.isatty(1) else [])]
    user = ["--user", "root"] if ask.flag("root") else []
    words = ["docker", "exec", *terminal, *user, up.id, *(ask.rest or ("bash", "-l"))]
    ask.machine.processes.become(words, env=ask.machine.variables, cwd=ask.project.root)


VERB = Verb(
    name="shell",
    summary="Open a shell in the container that is up, or run a command there. Its exit status is ours.",
    example="./dev.sh shell -- torch-starter verify-setup",
    run=run,
    rest="[-- COMMAND [ARGUMENTS]...]",
    passes_through=True,
    options=(Option("root", "As root: what debuggers need after up --debug.", "flag"),),
)
