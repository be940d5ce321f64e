"""A compose file: its services, as containers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from torch_starter.core.container_files import Build, Container, Mount, Port, Setting, Source, Unread, Variable
from torch_starter.core.container_words import COMPOSE, COMPOSE_LISTS
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.report import Place
from torch_starter.parsers import mounts
from torch_starter.parsers.starting import started
from torch_starter.parsers.yaml_tree import Node, NotYaml, tree

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")  # what compose reads by itself
MOST = 300  # services of a file that people write
GPU_DRIVERS = ("nvidia", "cdi", "amd")


@dataclass(frozen=True)
class Compose:
    """What one compose file says. `version`: where it has the old word."""

    path: str
    containers: tuple[Container, ...] = ()
    version: Place | None = None
    unread: tuple[Unread, ...] = ()


def read(path: str, text: str, debug: bool = False) -> Compose:
    """A compose file from its text."""
    try:
        root = tree(path, text)
        if root.is_there and not root.is_map:
            raise NotYaml(root.line, "it is no map of names to values")
        services = root.at("services").fields
        if len(services) > MOST:
            raise NotYaml(root.at("services").line, f"it has more than {MOST} services")
        found = tuple(service(path, name, node, debug) for name, node in services.items())
    except NotYaml as reason:
        return Compose(path, unread=(Unread(Place(path, reason.line), reason.why),))
    version = root.fields.get("version")
    return Compose(path, found, version.place if version else None)


def service(path: str, name: str, node: Node, debug: bool) -> Container:
    """One service as a container."""
    folder = posixpath.dirname(path)
    files = [posixpath.normpath(posixpath.join(folder, each)) for each in env_files(node)]
    return Container(
        name,
        "compose",
        node.place,
        tuple(settings(node)),
        tuple(mounted(node)),
        tuple(published(node)),
        (
            *variables(node.at("environment"), "environment", debug),
            *variables(node.at("build", "args"), "build argument", debug),
        ),
        build(node.at("build"), folder),
        tuple(files),
        debug,
        started=(*started(node.at("entrypoint")), *started(node.at("command"))),
    )


def settings(node: Node) -> Iterator[Setting]:
    """All that is a single word, or a list of them."""
    for key, name in COMPOSE.items():
        if (found := node.at(key)).is_there:
            yield Setting(name, resolved(found.text or ""), found.place, f"{key}: {found.text or ''}")
    for key, name in COMPOSE_LISTS.items():
        for text, place in node.at(key).texts():
            yield Setting(name, resolved(text), place, f"{key}: {text}")
    for key in ("memory", "pids"):
        if (found := node.at("deploy", "resources", "limits", key)).is_there:
            yield Setting(key, resolved(found.text or ""), found.place)
    yield from gpus(node)
    yield from health(node)


def gpus(node: Node) -> Iterator[Setting]:
    """What asks for GPUs."""
    if (short := node.at("gpus")).is_there:
        yield Setting("gpu", "gpus", short.place)
    for device in node.at("deploy", "resources", "reservations", "devices").items:
        words = {text for text, _ in device.at("capabilities").texts()}
        driver = resolved(device.at("driver").text or "")
        if "gpu" in words or driver in GPU_DRIVERS:
            yield Setting("gpu", "reservation", device.place)
            if not words:
                yield Setting("gpu-refused", "capabilities", device.place)
            if device.at("count").is_there and device.at("device_ids").is_there:
                yield Setting("gpu-refused", "count", device.place)


def health(node: Node) -> Iterator[Setting]:
    """How it is asked whether it is well, and whom it waits for to be so."""
    check = node.at("healthcheck")
    if check.is_there:
        off = check.at("disable").is_true or next((text for text, _ in check.at("test").texts()), "") == "NONE"
        yield Setting("healthcheck", "off" if off else "on", check.place)
    for other, how in node.at("depends_on").fields.items():
        if how.at("condition").text == "service_healthy":
            yield Setting("waits-for", other, how.place)


def mounted(node: Node) -> Iterator[Mount]:
    """Its volumes, and what lies in memory."""
    for item in node.at("volumes").items:
        if item.text is not None:
            yield mounts.short_mount(resolved(item.text), item.place)
        elif item.is_map:
            fields = {name: resolved(each.text or "") for name, each in item.fields.items()}
            yield mounts.long_mount(fields, item.place)
    for text, place in node.at("tmpfs").texts():
        yield Mount("tmpfs", "", resolved(text).partition(":")[0], place)


def published(node: Node) -> Iterator[Port]:
    """The ports that it publishes."""
    for item in node.at("ports").items:
        if item.text is not None:
            yield mounts.port(resolved(item.text), item.place)
        elif item.is_map:
            words = [resolved(item.at(name).text or "") for name in ("host_ip", "published", "target")]
            yield Port(words[0], words[1], words[2], item.place)


def variables(node: Node, source: Source, debug: bool) -> Iterator[Variable]:
    """Variables as a map or as a list of NAME=value; of one that is passed on nothing is known."""
    for name, written, place in pairs(node):
        value = None if written is None else resolved(written)
        yield Variable(name, written, value if value is not None and is_known(value) else None, place, source, debug)


def pairs(node: Node) -> Iterator[tuple[str, str | None, Place]]:
    """Name, value and place of what is written in either form."""
    for name, each in node.fields.items():
        yield name, each.text, each.place
    if node.is_list:
        for text, place in node.texts():
            name, equals, value = text.partition("=")
            yield name, value if equals else None, place


def env_files(node: Node) -> Iterator[str]:
    """The files of variables that it is given: as a word, a list of words, or of maps with `path`."""
    for item in node.at("env_file").items:
        found = item.text if item.text is not None else item.at("path").text
        if found:
            yield resolved(found)


def build(node: Node, folder: str) -> Build | None:
    """How its image is built; None where it is not, or from what is not a folder here."""
    if not node.is_there or node.at("dockerfile_inline").is_there:
        return None
    given = node.text or node.at("context").text
    context = resolved(given or ".")
    if "://" in context or context.startswith("git@"):
        return None
    inside = posixpath.normpath(posixpath.join(folder, context))
    dockerfile = posixpath.normpath(posixpath.join(inside, resolved(node.at("dockerfile").text or "Dockerfile")))
    return Build(inside, dockerfile, resolved(node.at("target").text or ""), node.place, given is not None)
