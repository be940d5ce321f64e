"""Writes what is made from the source: the spec's JSON Schema and docs/reference.md. With --check it writes nothing.

    .torch-starter/*/tool/bin/python tool/generate.py --check

Exits 1 with --check where a file is not what would be written, and shows the difference.
"""

from __future__ import annotations

import difflib
import inspect
import json
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tool" / "src"))

import click  # noqa: E402
import msgspec  # noqa: E402

from torch_starter import cli  # noqa: E402
from torch_starter.core import cached, problems, proof, report, spec_types  # noqa: E402
from torch_starter.core.catalog import collect  # noqa: E402
from torch_starter.core.kinds import Cache, Verb  # noqa: E402
from torch_starter.core.spec import Spec, Table  # noqa: E402
from torch_starter.verbs import ORDER  # noqa: E402
from torch_starter.verbs._files import all_rules  # noqa: E402
from torch_starter.verbs._judge import all_checks  # noqa: E402
from torch_starter.verbs._quality import qualities  # noqa: E402

Rows = Iterable[tuple[str, ...]]

SCHEMA = "tool/torch-starter.schema.json"
REFERENCE = "docs/reference.md"
ENVELOPE = {
    "schema": "1; a key is never given another meaning within a schema number",
    "tool": "the program and its version",
    "command": "the command that answers",
    "status": "ok, warn, fail, unknown or error",
    "exit_code": "the exit code of the command",
    "started_at": "when it began, in UTC",
    "seconds": "how long it took",
    "facts": "what the findings rest on: one object a fact, or the reason why it is `absent` or `unknown`",
    "findings": "a list of findings",
    "measurements": "a list of measurements",
    "history": "what figures were in earlier runs, the oldest first: a list of pasts",
    "entries": "what can be asked for by name, where a list is wanted",
    "changes": "a list of changes that were made, or would be with `--dry-run`",
    "proof": "what makes the user's own command faster, with all that it rests on: a proof, else null",
    "profile": "where the time or the memory of the user's own command goes: a profile, else null",
    "caches": "what is kept, where that is asked for: a list of caches",
    "notes": "a list of sentences for people",
    "problem": "what stopped the command, else null",
}
ABOUT_COMMANDS = """\
# Reference

Written by `tool/generate.py` from the source, and checked by a test: do not edit.

## Commands

`./dev.sh COMMAND --help` says the same.
"""
ABOUT_CHECKS = """\
## Checks

What `verify-setup` asks, in the order in which it answers. `--only` and `--skip` take an id, a group (the first word of an id)
or a pattern such as `*.torch`. A check that looks at several things adds a word for each: `imports.numpy`.
"""
ABOUT_RULES = """\
## Rules of container files

What `verify-setup --files DIR` asks of the Dockerfiles, compose files, dev containers and files of variables of any project. Each
place where a rule is not kept is a finding with its file and line: a failure where something breaks or is dangerous, a warning
where it works and there is something to do.
"""
ABOUT_CACHES = """\
## Caches

What `cache list` looks at, and `clean` may free: [Keeping it clean](cleaning.md).
"""
ABOUT_QUALITIES = """\
## Checks of the code

What `all-checks` asks, all at once: [Checks](checks.md). `--only` and `--skip` take these names; each has a command of its own where one is
named.
"""
ABOUT_KEYS = """\
## torch-starter.toml

A key that is not listed is refused, with the nearest that is. NAME is a name of your own. The default holds where the file says
nothing. A key of two words, such as `threads.count`, can be overridden by a variable: `TORCH_STARTER_THREADS_COUNT=2`.
"""
ABOUT_JSON = """\
## The JSON report

With `--json` stdout holds one document and nothing else. A reader ignores keys that it does not know. A number is
null where it has no bound.
"""
PARTS = (
    *(report.Finding, report.Place, report.Measurement, report.Limit, report.Past, report.Entry, report.Change, report.Stop),
    *(cached.Cached, cached.Part, cached.Back, cached.Hits),
    *(proof.Proof, proof.Key, proof.Gain, proof.Member, proof.Edit, proof.Pair, proof.Sample, proof.Tried),
)


def main(words: list[str]) -> int:
    """Write every generated file, or with --check show the differences; the exit code."""
    if words not in ([], ["--check"]):
        print("usage: generate.py [--check]", file=sys.stderr)
        return 2
    stale = False
    for name, text in ((SCHEMA, schema()), (REFERENCE, reference())):
        path = ROOT / name
        was = path.read_text(encoding="utf-8") if path.exists() else ""
        if words:
            sys.stdout.writelines(difference(name, was, text))
            stale = stale or was != text
        elif was != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {name}")
    if stale:
        print("stale: run tool/generate.py without --check", file=sys.stderr)
    return int(stale)


def difference(name: str, was: str, text: str) -> Iterator[str]:
    """A unified diff from a file to what would be written."""
    return difflib.unified_diff(was.splitlines(True), text.splitlines(True), f"{name} (now)", f"{name} (generated)")


def schema() -> str:
    """The JSON Schema (2020-12) of torch-starter.toml: a key that it does not know is refused, as the program does."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "torch-starter.toml"}
    return json.dumps({**head, **msgspec.json.schema(Spec)}, indent=2) + "\n"


def reference() -> str:
    """docs/reference.md."""
    sections = (
        ABOUT_COMMANDS,
        table(("command", "does", "example"), commands()),
        *options(),
        "## Exit codes\n",
        table(("code", "meaning"), exit_codes()),
        "Warnings alone exit 0, and 1 outranks 3. `run` and `test` exit as the program exits that they start.\n",
        ABOUT_CHECKS,
        table(("id", "must be true", "why, or how it is judged"), checks()),
        ABOUT_RULES,
        table(("id", "must be true", "why", "instead"), rules()),
        ABOUT_CACHES,
        table(("name", "what is kept", "known from"), caches()),
        ABOUT_QUALITIES,
        table(("name", "what must be", "what is looked at", "what mends it", "command"), all_qualities()),
        ABOUT_KEYS,
        table(("key", "takes", "default"), spec_keys(Spec)),
        ABOUT_JSON,
        table(("key", "holds"), envelope()),
        *parts(),
    )
    return "\n".join(sections)


def table(head: tuple[str, ...], rows: Rows) -> str:
    """A Markdown table; cells are escaped."""
    lines = [head, tuple("---" for _ in head), *(tuple(map(cell, row)) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str) -> str:
    """A text as it stands in a Markdown table: in one line, and without accidental emphasis."""
    line = " ".join(text.split()).replace("|", "\\|")
    return line if "`" in line else line.replace("*", "\\*").replace("<", "&lt;")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def verbs() -> list[Verb]:
    """All verbs, in the order of the help."""
    order = [*ORDER, *(verb.name for verb in collect("verbs", Verb))]  # one that has no place yet comes last
    return sorted(collect("verbs", Verb), key=lambda verb: order.index(verb.name))


def commands() -> Rows:
    for verb in verbs():
        yield code(verb.name), verb.summary, code(verb.example)


def options() -> Iterator[str]:
    """A table of options for each verb that has any, as its help lists them."""
    for verb in verbs():
        given = [param for param in cli.command(verb).params if isinstance(param, click.Option)]
        rest = [(code(verb.rest), "passed on as it is" if verb.passes_through else "")] if verb.rest else []
        yield f"### {verb.name}\n"
        yield table(("option", "meaning"), [*((option_words(param), param.help or "") for param in given), *rest])


def option_words(param: click.Option) -> str:
    """An option as it is typed."""
    words = param.opts[0] if param.is_flag else f"{param.opts[0]} {param.metavar or 'VALUE'}"
    return code(words) + (", may be repeated" if param.multiple else "")


def exit_codes() -> Rows:
    """The documented codes: those of a report, and those of what stops a command."""
    yield "0", "All is well, perhaps with warnings."
    yield "1", "Looked and found wrong: a failed check."
    meanings: dict[int, list[str]] = {}
    for kind in vars(problems).values():
        if isinstance(kind, type) and issubclass(kind, problems.Problem) and kind is not problems.Problem:
            meanings.setdefault(kind.exit_code, []).append(first_line(kind))
    meanings[70] = ["A mistake of torch-starter itself: a log is written, and its path printed."]
    for number, lines in sorted(meanings.items()):
        yield str(number), " ".join(dict.fromkeys(lines))


def first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").splitlines()[0]


def checks() -> Rows:
    for check in all_checks():
        yield code(check.id), check.title, check.about.removeprefix(check.title).lstrip(". \n")


def rules() -> Rows:
    for rule in all_rules():
        yield code(rule.id), rule.title, rule.why, rule.mend


def spec_keys(kind: type[Table], path: str = "") -> Rows:
    """Every key of a table of the spec and of the tables in it: dotted path, what it takes, default."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        here, taken = f"{path}{field.name}", without_none(hints[field.name])
        inner = typing.get_args(taken)[1] if typing.get_origin(taken) is dict else None
        if isinstance(inner or taken, type) and issubclass(inner or taken, Table):
            yield from spec_keys(inner or taken, f"{here}.NAME." if inner else f"{here}.")
        elif inner:
            yield code(f"{here}.NAME"), spec_types.description(inner), ""
        else:
            yield code(here), spec_types.description(taken), default(field)


def without_none(kind: Any) -> Any:
    """The type itself of one that may also be left out."""
    if isinstance(kind, types.UnionType):
        return next(part for part in typing.get_args(kind) if part is not types.NoneType)
    return kind


def default(field: msgspec.structs.FieldInfo) -> str:
    """A default as the file would have it."""
    if field.required:
        return "must be given"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return "not set" if value is None else code(json.dumps(msgspec.to_builtins(value)))


def caches() -> Rows:
    for cache in collect("caches", Cache):
        yield code(cache.name), cache.about, cache.source


def all_qualities() -> Rows:
    for quality in qualities():
        yield code(quality.name), quality.title, quality.about, quality.mend, code(quality.command)


def envelope() -> Rows:
    for key in report.Report(command="").as_dict():
        yield code(key), ENVELOPE[key]


def parts() -> Iterator[str]:
    """What the lists of the report hold."""
    for kind in PARTS:
        yield f"### {'problem' if kind is report.Stop else kind.__name__.lower()}\n\n{first_line(kind)}\n"
        hints = typing.get_type_hints(kind)
        yield table(("key", "holds"), [(code(field.name), in_json(hints[field.name])) for field in msgspec.structs.fields(kind)])


def in_json(kind: Any) -> str:
    """A type in the words of JSON."""
    if isinstance(kind, types.UnionType):
        return f"{in_json(without_none(kind))}, or null"
    if typing.get_origin(kind) is typing.Literal:
        return ", ".join(typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__.lower()}"
    if typing.get_origin(kind) in (list, tuple):
        return f"a list of {several(in_json(typing.get_args(kind)[0]))}"
    return {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "an object")


def several(thing: str) -> str:
    """More than one of a thing: "a number" becomes "numbers"."""
    words = thing.partition(" ")[2].removeprefix("whole ")
    return words if words.endswith("ed") else f"{words}s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
