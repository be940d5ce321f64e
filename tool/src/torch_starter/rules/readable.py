"""What could not be read, and so was not judged."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Place
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, well


def unread(files: ContainerFiles) -> Iterator[Sight]:
    for each in files.unread:
        yield Sight(each.place, "unknown", short(each.why), "a file that can be read", f"correct {each.place}")
    read = [*files.dockerfiles, *files.composes, *files.env_files, *(each.place.file for each in files.containers)]
    yield from (well(Place(path)) for path in dict.fromkeys(read))


RULES = (
    Rule(
        "files.readable",
        "every container file can be read",
        "What cannot be read is not judged, and never taken for well.",
        unread,
        "files",
        "Dockerfiles by their grammar, with heredocs; compose files as YAML; devcontainer.json as JSON with comments.",
        "Correct the line that is named.",
        "Docker's manual: Dockerfile reference; the specifications of compose and of dev containers",
    ),
)
