"""The spec's own commands, run inside an environment."""

from __future__ import annotations

from collections.abc import Mapping

from torch_starter.core.ask import Ask
from torch_starter.core.report import Finding
from torch_starter.core.units import seconds
from torch_starter.verbs._gather import Subject, own_variables

SHOWN = 400  # characters of the end of what a command said


def own_command(ask: Ask, subject: Subject, number: int, shown: int = SHOWN, more: Mapping[str, str] = {}) -> Finding:
    """Run the command with a number, from 1 on, with `more` variables; `shown` characters of the end of what it said are told."""
    command = ask.spec.verify.commands[number - 1]
    ask.progress.say(f"$ {command}")
    variables = {**own_variables(ask, subject, None), **more}
    limit = seconds(ask.spec.verify.commands_timeout)
    done = ask.machine.processes.run(["/bin/sh", "-c", command], env=variables, cwd=ask.project.root, timeout=limit)
    ended = f"it did not end within {limit:.0f} s" if done.timed_out else f"it ended with {done.code}"
    return Finding(
        id=f"commands.{number}",
        verdict="ok" if done.ok else "fail",
        title=command,
        seen="" if done.ok else f"{ended}: {(done.out + done.err).strip()[-shown:]}",
        remedy="" if done.ok else f"./dev.sh run -- {command}",
        seconds=round(done.seconds, 2),
    )


def own_commands(ask: Ask, subject: Subject) -> list[Finding]:
    """What all of them come to."""
    return [own_command(ask, subject, number) for number in range(1, len(ask.spec.verify.commands) + 1)]
