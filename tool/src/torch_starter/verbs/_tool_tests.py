"""The tests of the tool itself, in an environment of their own."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.probing import usable_cpus
from torch_starter.core.problems import CommandFailed
from torch_starter.core.report import Finding, Report
from torch_starter.making import interpreter
from torch_starter.verbs import _build

MOST = 4  # processes of tests: some of them hold gigabytes


def run(ask: Ask, paths: list[str], options: list[str]) -> Report:
    """All of them, or those of some paths; what pytest says goes to the terminal, or with --json beside the answer."""
    argv, variables, folder = tools_own(ask, paths, options)
    if not ask.flag("json"):
        return Report(command="test", passed_through=ask.machine.processes.pass_through(argv, env=variables, cwd=folder))
    done = ask.machine.processes.run(argv, env=variables, cwd=folder, on_line=ask.progress.say)
    last = (done.out.strip().splitlines() or ["it said nothing"])[-1].strip("= ")
    title = "every test of the tool passes"
    return Report(
        command="test",
        findings=[Finding(id="tests.tool", verdict="ok" if done.ok else "fail", title=title, seen=last)],
    )


def tools_own(ask: Ask, paths: list[str], options: list[str]) -> tuple[list[str], dict[str, str], Path]:
    """pytest on tool/tests, in an environment that is made at the first call and whenever its lock changes.

    All of them are run beside each other, file by file, on as many processors as there are, up to four: the real ones, which
    take long, come first, so that no processor waits for one of them at the end.
    """
    environment = test_environment(ask)
    folder = ask.project.root / "tool"
    variables = {**ask.machine.variables, "PATH": f"{environment / 'bin'}:{ask.machine.variables.get('PATH', '')}"}
    beside = ["-n", str(min(MOST, usable_cpus())), "--dist", "loadfile", "--no-loadscope-reorder"] if not paths else []
    words = [*beside, *(path.removeprefix("tool/") for path in paths), *options]
    argv = [str(environment / "bin" / "python"), "-m", "pytest", *words]
    return argv, variables, folder


def test_environment(ask: Ask) -> Path:
    """The tool's packages and those of its tests, from tool/lock-dev.txt."""
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
