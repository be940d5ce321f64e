"""Words in, exit code out: the one place that parses, that catches, and that hands answers to `show`."""

from __future__ import annotations

import difflib
import re
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from torch_starter import __version__
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Option, Verb
from torch_starter.core.problems import Interrupted, Problem, WrongUsage
from torch_starter.options import ScriptCommand, naming, parameter
from torch_starter.verbs import FAMILIES, ORDER

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report

SHELLS = ("bash", "zsh", "fish")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code."""
    words = list(sys.argv[1:] if words is None else words)
    signal.signal(signal.SIGTERM, stop_on_signal)
    try:
        answer = program().main(words, prog_name=program_name(), standalone_mode=False)
        sys.stdout.flush()
        return answer if isinstance(answer, int) else 0
    except click.exceptions.NoArgsIsHelpError as help_text:
        print(help_text.format_message())
        return 0
    except click.UsageError as error:
        verb = error.ctx.info_name if error.ctx and error.ctx.parent else None
        if error.ctx is None:  # click does not say where, for an option that lacks its argument
            verb = next((word for word in words if not word.startswith("-")), None)
        path = " ".join(filter(None, (program_name(), verb)))
        stop = WrongUsage("usage", error.format_message(), f"see: {path} --help")
        return answer_stop(verb or "torch-starter", stop, as_json="--json" in words)
    except (click.Abort, KeyboardInterrupt):
        return answer_stop("torch-starter", Interrupted(), as_json="--json" in words)
    except OSError as error:  # all others have an answer: this one cannot be written
        from torch_starter.show.terminal import give_up

        return give_up(error)


def stop_on_signal(number: int, frame: object) -> None:
    """A request to end is treated as Ctrl-C: what was begun is undone on the way out."""
    raise KeyboardInterrupt


def program_name() -> str:
    """What the user typed."""
    import os

    return os.environ.get("TORCH_STARTER_CALLED_AS", "torch-starter")


class Program(click.Group):
    """The group of all verbs; a mistyped one is answered with the nearest."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            near = difflib.get_close_matches(args[0], self.commands, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(self.list_commands(ctx))}"
            raise click.UsageError(f"there is no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def program() -> Program:
    """All verbs as a command line."""
    text = "A PyTorch environment that proves itself. Begin with:  ./dev.sh verify-setup"
    group = Program(help=text, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
    group.params += [
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show_version, help="Show the version."
        ),
        click.Option(
            ["--completion"],
            type=click.Choice(SHELLS),
            is_eager=True,
            expose_value=False,
            callback=show_completion,
            help='Print the completion of a shell, to be used as: eval "$(./dev.sh --completion bash)".',
        ),
    ]
    for verb in sorted(collect("verbs", Verb), key=lambda verb: ORDER.index(verb.name) if verb.name in ORDER else len(ORDER)):
        first, _, second = verb.name.rpartition(" ")
        (family(group, first) if first else group).add_command(command(verb), second)
    return group


def family(group: click.Group, name: str) -> click.Group:
    """The commands whose first word is the same."""
    if not isinstance(found := group.commands.get(name), click.Group):
        group.add_command(found := Program(name, help=FAMILIES[name]))
    return found


def show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        print(f"torch-starter {__version__}")
        ctx.exit()


def show_completion(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value:
        from click.shell_completion import get_completion_class

        kind = get_completion_class(value)
        name = Path(program_name()).name
        variable = f"_{name}_complete".replace("-", "_").replace(".", "_").upper()
        if kind is not None:
            print(kind(ctx.command, {}, name, variable).source())
        ctx.exit()


def command(verb: Verb) -> click.Command:
    """A verb as a command of the command line."""
    options = list(verb.options)
    if verb.changes:
        options.append(Option("dry-run", "Say what would be done, and do nothing.", "flag"))
    if not verb.passes_through:
        options.append(Option("json", "Print the answer as one JSON document.", "flag"))
    params: list[click.Parameter] = [parameter(option) for option in options]
    if verb.rest:
        own = not (verb.passes_through or verb.script or verb.programs_options)  # else they are words of another program
        look = naming if own else None
        params.append(click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED, metavar=verb.rest, callback=look))
    settings: dict[str, Any] = {
        "allow_interspersed_args": not (verb.passes_through or verb.script),
        "ignore_unknown_options": verb.passes_through or verb.programs_options,
    }

    def callback(**given: Any) -> int:
        rest = tuple(given.pop("rest", ()))
        as_json = bool(given.pop("json", False))
        options = {name.replace("_", "-"): value for name, value in given.items()} | {"json": as_json}
        return answer(verb, options, rest, as_json)

    return (ScriptCommand if verb.script else click.Command)(
        verb.name,
        callback=callback,
        params=params,
        help=verb.summary,
        short_help=re.split(r"[.:,](?:\s|$)", verb.summary)[0],
        epilog=f"Example:  {verb.example}",
        context_settings=settings,
    )


def answer(verb: Verb, options: dict[str, Any], rest: tuple[str, ...], as_json: bool) -> int:
    """Run a verb and show what it answers; whatever goes wrong has an answer too."""
    from torch_starter.core.veil import here
    from torch_starter.show.page_file import files_of, write

    started, clock = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), time.monotonic()
    files = []
    try:
        ask = make_ask(options, rest)
        files = files_of(ask.path("html"), ask.path("markdown") if verb.markdown else None)
        report = verb.run(ask)
    except Problem as problem:
        report = stop_report(verb.name, problem)
    except KeyboardInterrupt:
        report = stop_report(verb.name, Interrupted())
    except Exception as error:
        report = bug_report(verb.name, error)
    report.started_at, report.seconds = started, time.monotonic() - clock
    report = here().report(report)
    try:
        if report.stop_exit_code != Interrupted.exit_code or report.measurements or report.profile is not None:
            write(report, files)
    except Exception as error:  # what was found is shown in any case
        bug = bug_report(verb.name, error)
        report.stop, report.stop_exit_code = bug.stop, bug.stop_exit_code
    return show_report(report, as_json, as_issue=options.get("report") is True)


def make_ask(options: dict[str, Any], rest: tuple[str, ...]) -> Ask:
    """What the verb is given."""
    from functools import partial

    from torch_starter.core.ask import Ask
    from torch_starter.core.machine import local_machine
    from torch_starter.core.project import current_folder, find_project
    from torch_starter.facts.system import in_container
    from torch_starter.show.progress import TerminalProgress
    from torch_starter.show.screen import screen
    from torch_starter.show.terminal import console

    machine = local_machine()
    release = machine.files.read(Path("/etc/os-release"))
    project = find_project(current_folder(), machine.variables, release, in_container())
    out = console(sys.stderr)
    return Ask(project, machine, TerminalProgress(out), options, rest, standard_input, confirm, partial(screen, out))


def standard_input() -> str:
    """All that comes in; at a terminal we say that we wait."""
    if sys.stdin.isatty():
        print("Paste the text, then press Ctrl-D.", file=sys.stderr)
    return sys.stdin.buffer.read().decode(errors="replace")


def confirm(question: str) -> bool | None:
    """Ask at the terminal; None where there is none."""
    if not sys.stdin.isatty():
        return None
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def show_report(report: Report, as_json: bool, as_issue: bool = False) -> int:
    """Print a report to where it belongs, and answer with its exit code."""
    from torch_starter.show.terminal import console, show

    if as_json:
        from torch_starter.show.json_text import text

        sys.stdout.write(text(report))
    elif as_issue:
        from torch_starter.show import issue_text
        from torch_starter.show.redact import this_person

        console(sys.stdout)  # which lets no sign stop us that the output cannot carry
        sys.stdout.write(issue_text.text(report, this_person()))
    if as_json or as_issue or report.stop:
        if report.stop:
            show(report, console(sys.stderr))
    else:
        show(report, console(sys.stdout))
    return report.exit_code


def stop_report(command_name: str, problem: Problem) -> Report:
    """A report that only says what stopped us."""
    from torch_starter.core.report import Report, Stop

    stop = Stop(problem.code, problem.message, problem.remedy)
    return Report(command=command_name, stop=stop, stop_exit_code=problem.exit_code)


def bug_report(command_name: str, error: Exception) -> Report:
    """A report of what should not have happened."""
    from torch_starter.core.own_mistake import our_own_bug

    return stop_report(command_name, our_own_bug(error))


def answer_stop(command_name: str, problem: Problem, as_json: bool) -> int:
    """Show a problem that came before any verb was run."""
    return show_report(stop_report(command_name, problem), as_json)


if __name__ == "__main__":
    sys.exit(main())
