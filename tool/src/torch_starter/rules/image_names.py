"""Images that are named."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Dockerfile
from torch_starter.core.facts import Absent
from torch_starter.core.images import image
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Place
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well


def tags(files: ContainerFiles) -> Iterator[Sight]:
    if not files.dockerfiles and not files.containers:
        raise Absent("there is no Dockerfile, no compose file and no dev container here")
    for file in files.dockerfiles.values():
        for stage in file.stages:
            if stage.image:
                yield of_image(stage.image, stage.place)
        yield from copied(file)
    built = {each.value("image") for each in files.containers if each.build}
    for container in files.containers:
        for setting in container.all("image"):
            if not container.build and setting.value not in built and is_known(setting.value):
                yield of_image(setting.value, setting.place)


def copied(file: Dockerfile) -> Iterator[Sight]:
    """Images that files are copied or mounted from."""
    for stage in file.stages:
        for each in stage.of("COPY", "RUN"):
            mounted = [part.partition("=")[2] for mount in each.flag("mount") for part in mount.split(",") if part[:5] == "from="]
            for name in (resolved(given, stage.known) for given in [*each.flag("from"), *mounted]):
                if file.target(name) is None and is_known(name) and ("/" in name or ":" in name):
                    yield of_image(name, each.place)


def of_image(reference: str, place: Place) -> Sight:
    """One image, and whether its name says which."""
    found = image(reference)
    if found.digest or found.name == "scratch" or found.tag not in ("", "latest"):
        return well(place)
    return stale(
        place,
        f"{short(reference)}: " + ("latest is" if found.tag else "without a tag it is latest,") + " another image tomorrow",
        "the version that you have tried",
        f"write {short(found.name)}:<version>, or its digest",
    )


RULES = (
    Rule(
        "files.image-tag",
        "images are named with their versions",
        "`latest` is whatever was pushed last: the same file builds another image tomorrow, with another Python or uv. A "
        "digest is exact; a version is enough here. An image that a file here builds needs none.",
        tags,
        "images",
        "FROM, COPY --from, RUN --mount=from, image in services and dev containers, with the defaults of arguments put in.",
        "Write the version.",
        "CIS Docker Benchmark 1.3: 5.27; uv's manual: Docker",
    ),
)
