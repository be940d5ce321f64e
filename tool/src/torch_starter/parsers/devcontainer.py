"""A devcontainer.json, as a container."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.container_files import Build, Container, Mount, Port, Setting, Unread, Variable
from torch_starter.core.container_words import DEVCONTAINER, DEVCONTAINER_LISTS
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.report import Place
from torch_starter.parsers import mounts, run_arguments
from torch_starter.parsers.jsonc import without_comments
from torch_starter.parsers.starting import started
from torch_starter.parsers.yaml_tree import Node, NotYaml, tree

COMMANDS = ("onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand", "postAttachCommand")
OF_EDITOR = ("extensions", "settings", "devPort")  # words that have moved into customizations.vscode


def read(path: str, text: str) -> tuple[Container | None, list[Unread]]:
    """The container from a file's text, and what could not be read."""
    try:
        root = tree(path, without_comments(text))
        if not root.is_map:
            raise NotYaml(root.line, "it is no map of names to values")
        return container(path, root), []
    except NotYaml as reason:
        return None, [Unread(Place(path, reason.line), reason.why)]


def container(path: str, root: Node) -> Container:
    """The container of a whole file."""
    by_flags = list(run_arguments.read(list(root.at("runArgs").texts()), debug=False))
    return Container(
        resolved(root.at("name").text or "dev container"),
        "devcontainer",
        root.place,
        (*settings(root), *(each for each in by_flags if isinstance(each, Setting))),
        (*mounted(root), *(each for each in by_flags if isinstance(each, Mount))),
        tuple(each for each in by_flags if isinstance(each, Port)),
        (*variables(root), *(each for each in by_flags if isinstance(each, Variable))),
        build(root, posixpath.dirname(path)),
        started=tuple(command for key in COMMANDS for command in started(root.at(key))),
    )


def settings(root: Node) -> Iterator[Setting]:
    """All that is a word or a list of words."""
    for key, name in DEVCONTAINER.items():
        if (found := root.at(key)).is_there:
            yield Setting(name, resolved(found.text or ""), found.place, f'"{key}": {found.text or ""}')
    for key, name in DEVCONTAINER_LISTS.items():
        for text, place in root.at(key).texts():
            yield Setting(name, resolved(text), place, f'"{key}": ["{text}"]')
    if (gpu := root.at("hostRequirements", "gpu")).is_there:
        yield Setting("host-gpu", gpu.text or "required", gpu.place)
    for name, feature in root.at("features").fields.items():
        yield Setting("feature", name, feature.place)
    yield from (Setting("of-editor", key, root.at(key).place) for key in OF_EDITOR if root.at(key).is_there)


def mounted(root: Node) -> Iterator[Mount]:
    """Its mounts, and that of the workspace."""
    for item in [*root.at("mounts").items, *root.at("workspaceMount").items]:
        if item.text is not None:
            yield mounts.listed_mount(resolved(item.text), item.place)
        elif item.is_map:
            fields = {name: resolved(each.text or "") for name, each in item.fields.items()}
            yield mounts.long_mount(fields, item.place)


def variables(root: Node) -> Iterator[Variable]:
    """What it sets, for the container and for the editor's processes in it."""
    for key in ("containerEnv", "remoteEnv"):
        for name, each in root.at(key).fields.items():
            value = None if each.text is None else resolved(each.text)
            known = value if value is not None and is_known(value) else None
            yield Variable(name, each.text, known, each.place, "containerEnv" if key == "containerEnv" else "remoteEnv")
    for name, each in root.at("build", "args").fields.items():
        value = resolved(each.text or "")
        yield Variable(name, each.text, value if is_known(value) else None, each.place, "build argument")


def build(root: Node, folder: str) -> Build | None:
    """How its image is built; None where it is not."""
    node = root.at("build")
    named = node.at("dockerfile") if node.at("dockerfile").is_there else root.at("dockerFile")
    if not named.text:
        return None
    given = node.at("context").text or root.at("context").text
    dockerfile = posixpath.normpath(posixpath.join(folder, resolved(named.text)))
    target = resolved(node.at("target").text or "")
    context = posixpath.normpath(posixpath.join(folder, resolved(given or ".")))
    return Build(context, dockerfile, target, named.place, given is not None)
