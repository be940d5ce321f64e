"""Old words of compose files."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Place
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import stale, well


def version(files: ContainerFiles) -> Iterator[Sight]:
    if not files.composes:
        raise Absent("there is no compose file here")
    yield from (well(Place(path)) for path in files.composes)
    for place in files.compose_versions:
        seen = "`version` is obsolete: compose takes the newest rules whatever it says, and warns at each command"
        yield stale(place, seen, "no such line", "take the line out")


RULES = (
    Rule(
        "files.compose-version",
        "compose files have no version",
        "It chose a schema for the first docker-compose; since compose 1.27 it is read by nothing.",
        version,
        "compose files",
        "`version` at the top of a compose file.",
        "Take the line out.",
        "The specification of compose: version and name",
    ),
)
