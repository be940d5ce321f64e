"""`test`: the tests of your own code in tests/, and those of the tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Verb

if TYPE_CHECKING:
    from pathlib import Path

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


MOST = 4  # processes of tests: some of them hold gigabytes


def run(ask: Ask) -> Report:
    """Yours run in the target, the tool's in an environment of their own, and first. Options of pytest come behind the paths."""
    from torch_starter.core.report import Report

    first_option = next((number for number, word in enumerate(ask.rest) if word.startswith("-")), len(ask.rest))
    paths, options = list(ask.rest[:first_option]), list(ask.rest[first_option:])
    ours = [path for path in paths if path.startswith("tool/")]
    theirs = [path for path in paths if path not in ours]
    if not paths and (ask.project.root / "tests").is_dir():
        theirs = ["tests"]
    runs = []
    if ours or not paths:
        runs.append(tools_own(ask, ours, options))
    if theirs:
        runs.append(users_own(ask, theirs, options))
    for argv, variables, folder in runs[:-1]:
        done = ask.machine.processes.pass_through(argv, env=variables, cwd=folder)
        if done:
            return Report(command="test", passed_through=done)
    argv, variables, folder = runs[-1]
    ask.machine.processes.become(argv, env=variables, cwd=folder)


def tools_own(ask: Ask, paths: list[str], options: list[str]) -> tuple[list[str], dict[str, str], Path]:
    """pytest on tool/tests, in an environment that is made at the first call and whenever its lock changes.

    All of them are run beside each other, file by file, on as many processors as there are, up to four.
    """
    from torch_starter.core.probing import usable_cpus

    environment = test_environment(ask)
    folder = ask.project.root / "tool"
    variables = {**ask.machine.variables, "PATH": f"{environment / 'bin'}:{ask.machine.variables.get('PATH', '')}"}
    beside = ["-n", str(min(MOST, usable_cpus())), "--dist", "loadfile"] if not paths else []
    words = [*beside, *(path.removeprefix("tool/") for path in paths), *options]
    argv = [str(environment / "bin" / "python"), "-m", "pytest", *words]
    return argv, variables, folder


def test_environment(ask: Ask) -> Path:
    """The tool's packages and those of its tests, from tool/lock-dev.txt."""
    from torch_starter.core.problems import CommandFailed
    from torch_starter.making import interpreter
    from torch_starter.verbs import _build

    lock, environment = ask.project.root / "tool" / "lock-dev.txt", ask.project.state / "tool-tests"
    stamp = environment / "lock.txt"
    text = ask.machine.files.read(lock) or ""
    with ask.machine.files.lock(ask.project.state / "tool-tests.lock", ask.progress.say):
        if ask.machine.files.read(stamp) == text:
            return environment
        tools = _build.tools(ask)
        python = interpreter.find(ask.machine, "3.12", tools.uv)
        steps = (
            [tools.uv, "venv", "--quiet", "--clear", "--python", python, environment],
            [tools.uv, "pip", "install", "--quiet", "--require-hashes", "--python", environment / "bin" / "python", "-r", lock],
        )
        for argv in steps:
            done = ask.machine.processes.run([str(word) for word in argv], env=dict(tools.variables))
            if not done.ok:
                raise CommandFailed(
                    "test.environment", f"the tests' packages could not be installed: {done.err[-300:]}", "./dev.sh test"
                )
        ask.machine.files.write(stamp, text)
    return environment


def users_own(ask: Ask, paths: list[str], options: list[str]) -> tuple[list[str], dict[str, str], Path]:
    """pytest in the target."""
    from torch_starter.verbs import _gather

    subject = _gather.ours(ask)
    return [str(subject.python), "-m", "pytest", *paths, *options], _gather.own_variables(ask, subject, None), ask.project.root


VERB = Verb(
    name="test",
    summary="Run the tests: the tool's in tool/tests, and yours in tests/ where there are any.",
    example="./dev.sh test tests/test_model.py",
    run=run,
    rest="[PATHS]... [PYTEST OPTIONS]...",
    passes_through=True,
)
