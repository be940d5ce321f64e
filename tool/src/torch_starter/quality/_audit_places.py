"""Where packages may come from: the settings of uv and pip in the project, of the user and of the machine."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from torch_starter.audits import confusion
from torch_starter.audits.confusion import Risk
from torch_starter.core.place import Place
from torch_starter.core.quality import Code
from torch_starter.core.report import Finding
from torch_starter.facts import index_settings
from torch_starter.quality._audit_packages import Looked
from torch_starter.quality._tracked import tracked

ID, TITLE = "audit.confusion", "each package comes from the index that is meant"
DOCKERFILE = re.compile(r"(^|/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.[Dd]ockerfile$")
REQUIREMENTS = re.compile(r"(^|/)requirements[\w.-]*\.(txt|in)$|(^|/)requirements/[\w.-]+\.(txt|in)$")
READERS: tuple[tuple[re.Pattern[str], Callable[[str, str], Iterable[Risk]]], ...] = (
    (re.compile(r"(^|/)pyproject\.toml$"), lambda text, name: confusion.of_uv(text, name, whole=True)),
    (re.compile(r"(^|/)uv\.toml$"), lambda text, name: confusion.of_uv(text, name, whole=False)),
    (re.compile(r"(^|/)pip\.(conf|ini)$"), confusion.of_pip),
    (REQUIREMENTS, confusion.of_requirements),
    (DOCKERFILE, confusion.of_dockerfile),
)


def sources(code: Code, step: Callable[[str], None]) -> Looked:
    """Every place in which an index can be named."""
    found: list[Finding] = []
    count = 1  # the variables
    for name, path, ours in places(code):
        reader = next((read for pattern, read in READERS if pattern.search(name)), None)
        text = code.machine.files.read(path) if reader else None
        if reader is None or text is None:
            continue
        count += 1
        found += [each if ours else softer(each) for each in judged(reader, text, name)]
    found += [of_risk(each) for each in confusion.of_variables(code.machine.variables)]
    found += [of_risk(each) for each in confusion.of_variables(code.spec.variables, Place(code.project.spec.name), "")]
    well = Finding(id=ID, verdict="ok", title=TITLE, seen=f"no further index in {count} places, and none without encryption")
    return Looked(found or [well])


def places(code: Code) -> Iterator[tuple[str, Path, bool]]:
    """The files that may name one, and whether they are the project's; else they are the user's or the machine's."""
    yield from ((name, code.root / name, True) for name in tracked(code))
    home = Path(code.machine.variables.get("HOME") or "/")
    for path in index_settings.files(dict(code.machine.variables)):
        yield f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path), path, False


def softer(finding: Finding) -> Finding:
    """What is of this machine, and not of the project, whose own packages are held against hashes."""
    return msgspec.structs.replace(finding, verdict="warn") if finding.verdict == "fail" else finding


def judged(reader: Callable[[str, str], Iterable[Risk]], text: str, name: str) -> Iterator[Finding]:
    """What is wrong with one file; what cannot be read is told."""
    try:
        yield from [of_risk(each) for each in reader(text, name)]
    except (configparser.Error, tomllib.TOMLDecodeError, AttributeError, TypeError, RecursionError) as error:
        seen = f"it cannot be read: {str(error).splitlines()[0][:160]}"
        yield Finding(id=ID, verdict="unknown", title=TITLE, seen=seen, place=Place(name))


def of_risk(risk: Risk) -> Finding:
    """A risk as it is told."""
    return Finding(id=ID, verdict=risk.verdict, title=TITLE, seen=risk.seen, remedy=risk.remedy, place=risk.place)
