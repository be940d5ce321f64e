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
from torch_starter.verbs import FAMILIES, ORDER

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask

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
        return refused(verb or "torch-starter", stop, words)
    except (click.Abort, KeyboardInterrupt):
        return refused("torch-starter", Interrupted(), words)
    except OSError as error:  # all others have an answer: this one cannot be written
        from torch_starter.show.terminal import give_up

        return give_up(error)


def refused(name: str, problem: Problem, words: Sequence[str]) -> int:
    """Show a problem that came before any verb was run."""
    from torch_starter.show.answer import show_report, stop_report

    return show_report(stop_report(name, problem), "--json" in words)


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


class ScriptCommand(click.Command):
    """A command whose options end behind -m MODULE, too: what follows is the module's own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        taking = {name for each in self.params if isinstance(each, click.Option) and not each.is_flag for name in each.opts}
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] != "--":
            if args[at] in ("-m", "--module"):
                args = [*args[: at + 2], "--", *args[at + 2 :]]
                break
            at += 2 if args[at] in taking else 1
        return super().parse_args(ctx, args)


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


def parameter(option: Option) -> click.Option:
    """One option as click has it."""
    kinds: dict[str, dict[str, Any]] = {"texts": {"multiple": True}, "path": {"type": click.Path()}}
    kind = {"is_flag": True} if option.type == "flag" else {**kinds.get(option.type, {}), "callback": naming}
    more: dict[str, Any] = {"default": option.default, "show_default": True} if option.default else {}
    return click.Option(
        [*([f"-{option.short}"] if option.short else []), f"--{option.name}"],
        help=option.help,
        metavar=option.metavar or None,
        **kind,
        **more,
    )


def naming(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse a word that names nothing, such as a comma alone, or a variable that is not set: it would be taken for all."""
    words = value if isinstance(value, tuple) else () if value is None else (value,)
    if any(not word.strip(", ") for word in words):
        raise click.BadParameter("it names nothing")
    return value


def answer(verb: Verb, options: dict[str, Any], rest: tuple[str, ...], as_json: bool) -> int:
    """Run a verb and show what it answers; whatever goes wrong has an answer too."""
    from torch_starter.core.veil import here
    from torch_starter.show.answer import bug_report, show_report, stop_report
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


if __name__ == "__main__":
    sys.exit(main())
