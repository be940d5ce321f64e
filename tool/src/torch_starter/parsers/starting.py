"""What a container runs when it starts, in compose files and dev containers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch_starter.core.commands import Command
from torch_starter.core.interpolation import resolved
from torch_starter.core.report import Place
from torch_starter.parsers.shell import commands, simple
from torch_starter.parsers.yaml_tree import Node


def started(node: Node) -> Iterator[Command]:
    """The commands of a text, of a list of words, or of a map with several of these."""
    for each in node.fields.values() if node.is_map else [node]:
        if each.is_list:
            yield from simple([resolved(text) for text, _ in each.texts()], each.place)
        elif each.text is not None:
            yield from commands(resolved(each.text), anywhere(each))


def anywhere(node: Node) -> Callable[[int], Place]:
    """All of a text stands where it begins."""
    return lambda offset: node.place
