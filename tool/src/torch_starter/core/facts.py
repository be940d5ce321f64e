"""What is there: facts are gathered once, lazily, and typed by their key."""

from __future__ import annotations

from typing import ClassVar, Self, cast

import msgspec

from torch_starter.core.machine import Machine


class Absent(Exception):
    """What a fact asks about is not here; the reason is the message. A check that needs it is skipped."""


class Unknown(Exception):
    """A fact could not be looked at; the reason is the message. A check that needs it answers `unknown`.

    `remedy`: what mends that, where it is known.
    """

    def __init__(self, reason: str = "", remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all facts. `key` is the stable name in reports and recordings."""

    key: ClassVar[str]

    @classmethod
    def gather(cls, machine: Machine) -> Self:
        """Look at the machine; raises Absent or Unknown with the reason."""
        raise Unknown(f"nothing gathers {cls.key}")


class Facts:
    """The facts of one machine: `facts[Gpu]` is a Gpu, gathered at the first asking and kept.

    Raises what `gather` raised, also when asked again. Recorded facts are replayed instead of gathered.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._kept: dict[str, Fact | Absent | Unknown] = {}

    def __getitem__[F: Fact](self, kind: type[F]) -> F:
        if kind.key not in self._kept:
            self._kept[kind.key] = self._find(kind)
        value = self._kept[kind.key]
        if isinstance(value, Exception):
            raise value
        return cast(F, value)

    def _find[F: Fact](self, kind: type[F]) -> F | Absent | Unknown:
        recorded = self._machine.recorded
        try:
            if recorded:
                return replay(kind, recorded)
            return kind.gather(self._machine)
        except (Absent, Unknown) as reason:
            return reason

    def as_dict(self) -> dict[str, object]:
        """Every fact asked for so far: its fields, or the reason why it is not there."""
        return {key: record(value) for key, value in sorted(self._kept.items())}


def record(value: Fact | Absent | Unknown) -> object:
    """A fact in a form for JSON."""
    if isinstance(value, Exception):
        return {type(value).__name__.lower(): str(value)}
    return msgspec.to_builtins(value)


def replay[F: Fact](kind: type[F], recorded: dict[str, object]) -> F:
    """A fact from its recorded form; raises Absent or Unknown where that was recorded."""
    value = recorded.get(kind.key, {"unknown": "not in this recording"})
    if isinstance(value, dict) and len(value) == 1:
        if "absent" in value:
            raise Absent(value["absent"])
        if "unknown" in value:
            raise Unknown(value["unknown"])
    return msgspec.convert(value, kind)
