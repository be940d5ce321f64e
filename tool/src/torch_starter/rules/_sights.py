"""What rules share in saying what they saw, and how it becomes findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torch_starter.core.container_files import ContainerFiles, Setting, Variable
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Finding, Place
from torch_starter.core.secrets import masked, secrets
from torch_starter.core.sight import Sight

LONGEST = 90  # characters of a value or a command that are shown
IN_WORDS = {"ENV": "ENV", "ARG": "ARG", "environment": "`environment`", "build argument": "the build's arguments"}


def judged(rule: Rule, files: ContainerFiles) -> Iterator[Finding]:
    """A finding for each place that is not well; else one, which says how many were looked at."""
    sights = list(rule.look(files))
    # what is merged into several services stands in one place, and is one thing to do
    unwell = {(sight.place, sight.verdict, sight.remedy): sight for sight in reversed(sights) if sight.verdict != "ok"}
    for sight in reversed(unwell.values()):
        words = [masked(text) for text in (sight.seen, sight.wanted, sight.remedy)]
        yield Finding(
            id=rule.id,
            verdict=sight.verdict,
            title=rule.title,
            seen=words[0],
            wanted=words[1],
            remedy=words[2],
            place=sight.place,
        )
    if not sights:
        raise Absent(f"there are no {rule.unit} here")
    if not unwell:
        notes = dict.fromkeys(sight.seen for sight in sights if sight.seen)
        yield Finding(
            id=rule.id, verdict="ok", title=rule.title, seen=masked("; ".join([f"{rule.unit}: {len(sights)} looked at", *notes]))
        )


def well(place: Place, seen: str = "") -> Sight:
    """Nothing is wrong here."""
    return Sight(place, seen=seen)


def wrong(place: Place, seen: str, wanted: str, remedy: str) -> Sight:
    """Something breaks here, gives wrong results, or is dangerous."""
    return Sight(place, "fail", seen, wanted, remedy)


def stale(place: Place, seen: str, wanted: str, remedy: str) -> Sight:
    """It works, and there is something to do here."""
    return Sight(place, "warn", seen, wanted, remedy)


def shown(variable: Variable) -> str:
    """NAME=value as it is written, without what may be a secret."""
    written = variable.written or ""
    if list(secrets({variable.name: written})):
        return f"{variable.name} ({len(written)} characters)"
    return f"{variable.name}={short(written)}"


def short(text: str) -> str:
    """A text in one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def origin(variable: Variable) -> str:
    """Where it is set, for an instruction what to change there."""
    return IN_WORDS.get(variable.source, variable.source)


def quoted(setting: Setting) -> str:
    """A setting as it stands in its file."""
    return f"`{short(setting.written)}`"


def taken_out(setting: Setting) -> str:
    """The instruction to take a setting away."""
    return f"take {quoted(setting)} out" + (" of runArgs" if setting.written.startswith("-") else "")


def without(variable: Variable) -> str:
    """The instruction to take a variable away."""
    return f"take {variable.name} out of {origin(variable)}"


def variables(files: ContainerFiles, *names: str) -> Iterable[Variable]:
    """The variables that files set themselves, or those of them with some names."""
    return [each for each in files.variables if each.written is not None and (not names or each.name in names)]


def all_but(files: ContainerFiles, *names: str) -> Iterator[Sight]:
    """The sights of all variables with other names, or without a value here."""
    yield from (well(each.place) for each in files.variables if each.name not in names or each.written is None)
