"""YAML, and with it JSON, as a tree in which all know their lines. Aliases and merged maps are followed only where one looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from torch_starter.core.report import Place

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 60  # levels of nesting: the composer in C ends the process at some ten thousand
MOST = 200_000  # values that are looked at: aliases can repeat a short text without end
MERGE = "tag:yaml.org,2002:merge"
NULL = "tag:yaml.org,2002:null"
TRUE = frozenset(("true", "yes", "on"))


class NotYaml(Exception):
    """A text that is no YAML: on which line, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


Fields = dict[str, tuple[yaml.Node, int]]


class Shared:
    """What the nodes of one file share: the maps that were merged, and how much may still be looked at."""

    def __init__(self) -> None:
        self.merged: dict[int, Fields] = {}
        self.left = MOST

    def spend(self, line: int, many: int) -> None:
        """Count values; raises NotYaml where they are too many."""
        self.left -= many
        if self.left < 0:
            raise NotYaml(line, "what its aliases repeat is too much")


@dataclass(frozen=True, eq=False)
class Node:
    """A value of a file; of one that has a name the place is that of its name. What is not there has no items and no fields."""

    file: str
    raw: yaml.Node | None
    line: int = 1
    shared: Shared = field(default_factory=Shared, repr=False)

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)

    @property
    def is_there(self) -> bool:
        return self.raw is not None

    @property
    def text(self) -> str | None:
        """What a single value is, as it is written; None for others, and for null."""
        return str(self.raw.value) if isinstance(self.raw, yaml.ScalarNode) and self.raw.tag != NULL else None

    @property
    def is_true(self) -> bool:
        return (self.text or "").lower() in TRUE

    @property
    def is_map(self) -> bool:
        return isinstance(self.raw, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.raw, yaml.SequenceNode)

    @cached_property
    def items(self) -> list[Node]:
        """What a list holds; a single value is a list of one."""
        if isinstance(self.raw, yaml.SequenceNode):
            self.shared.spend(self.line, len(self.raw.value))
            return [Node(self.file, item, line_of(item), self.shared) for item in self.raw.value]
        return [self] if self.text is not None else []

    @cached_property
    def fields(self) -> dict[str, Node]:
        """What a map holds by name, also what is merged into it by <<."""
        if not isinstance(self.raw, yaml.MappingNode):
            return {}
        found = merged(self.raw, self.shared.merged, frozenset())
        self.shared.spend(self.line, len(found))
        return {name: Node(self.file, value, line, self.shared) for name, (value, line) in found.items()}

    def at(self, *names: str) -> Node:
        """What stands at a path of names; a node that is not there where nothing does."""
        found = self
        for name in names:
            found = found.fields.get(name, Node(self.file, None, self.line))
        return found

    def texts(self) -> Iterator[tuple[str, Place]]:
        """The single values of a list, with their places."""
        for item in self.items:
            if item.text is not None:
                yield item.text, item.place


def merged(raw: yaml.MappingNode, memo: dict[int, Fields], above: frozenset[int]) -> Fields:
    """The fields of a map: its own win over those that are merged, and of these the first."""
    if id(raw) in memo:
        return memo[id(raw)]
    own: Fields = {}
    others: list[Fields] = []
    for key, value in raw.value:
        if key.tag == MERGE:
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            inner = [each for each in sources if isinstance(each, yaml.MappingNode) and id(each) not in above | {id(raw)}]
            others += [merged(each, memo, above | {id(raw)}) for each in inner]
        elif isinstance(key, yaml.ScalarNode):
            own[str(key.value)] = (value, line_of(key))
    memo[id(raw)] = {name: found for each in [*reversed(others), own] for name, found in each.items()}
    return memo[id(raw)]


def tree(file: str, text: str) -> Node:
    """The tree of a text; raises NotYaml."""
    last = max(len(text.splitlines()), 1)  # what does not end is told behind the end
    try:
        refuse_depth(text)
        found = yaml.compose(text, Loader=LOADER)
    except yaml.error.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotYaml(min(line, last), " ".join(filter(None, (error.context, error.problem)))) from error
    except yaml.reader.ReaderError as error:
        before = text.encode(errors="replace")[: error.position]
        raise NotYaml(min(before.count(b"\n") + 1, last), error.reason) from error
    except yaml.YAMLError as error:
        raise NotYaml(1, str(error)) from error
    return Node(file, found, min(line_of(found), last) if found else 1)


def line_of(raw: yaml.Node) -> int:
    """The line on which a value begins."""
    return raw.start_mark.line + 1 if raw.start_mark else 1


def refuse_depth(text: str) -> None:
    """Raise NotYaml for a text that is nested deeper than people write."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise NotYaml(event.start_mark.line + 1 if event.start_mark else 1, f"it is nested deeper than {DEEPEST} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
