"""Whether it can be asked that a container is well."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import has, is_bare, is_ours
from torch_starter.rules.gpu import services

RESTARTS = ("always", "unless-stopped", "on-failure")


def health(files: ContainerFiles) -> Iterator[Sight]:
    for each in services(files):
        yield from waits(files, each)
        serves = bool(each.ports) or each.value("restart").startswith(RESTARTS)
        if is_ours(each) and serves and is_unasked(files, each):
            yield stale(
                each.place,
                f"{short(each.name)} goes on serving, and nobody is told when it answers no more",
                "a HEALTHCHECK in its Dockerfile, or `healthcheck` here",
                "write HEALTHCHECK CMD with a command that asks what the program is for, and fails when it does not answer",
            )
        else:
            yield well(each.place)


def waits(files: ContainerFiles, container: Container) -> Iterator[Sight]:
    """Services that it waits for, of which nobody can say that they are well."""
    folder = posixpath.dirname(container.place.file)
    here = {each.name: each for each in files.containers if posixpath.dirname(each.place.file) == folder and not each.fragment}
    for setting in container.all("waits-for"):
        other = here.get(setting.value)
        if other is not None and other.build and files.image_of(other) and is_unasked(files, other):
            yield wrong(
                setting.place,
                f"{short(container.name)} waits until {short(other.name)} is healthy, which has no health check: it does not "
                "start",
                "a health check of what is waited for",
                f"write `healthcheck` for {short(other.name)}, or `condition: service_started`",
            )


def is_unasked(files: ContainerFiles, container: Container) -> bool:
    """Whether neither the service nor its image says how to ask, as far as these are here."""
    if has(files, container, "healthcheck"):
        return container.value("healthcheck") == "off"
    image = files.image_of(container)
    if image is None:
        return False
    checks = [each for stage in image[0].lineage(image[1]) for each in stage.of("HEALTHCHECK")]
    return checks[-1].words[:1] == ("NONE",) if checks else is_bare(*image)  # another base may bring its own


RULES = (
    Rule(
        "files.healthcheck",
        "services that go on can be asked whether they are well",
        "Without a health check a program that hangs is shown as running for ever; and who waits for `service_healthy` of a "
        "service without one never starts. Asked of services that are built here and publish a port or start again by "
        "themselves; a training that ends needs none.",
        health,
        "services",
        "HEALTHCHECK in the Dockerfile, healthcheck in compose, and depends_on with service_healthy.",
        "Write one that asks what the program is for.",
        "CIS Docker Benchmark 1.3: 4.6 and 5.26; Docker's manual: depends_on",
    ),
)
