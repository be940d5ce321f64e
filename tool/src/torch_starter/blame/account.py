"""What the text of one failure tells of packages: which it names, where it was raised, and what it came through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from packaging.utils import canonicalize_name

from torch_starter.blame.error_words import Lack, alike, compiled_for_another_numpy, demands, lack, symbols, unfit
from torch_starter.blame.tracebacks import Frame, Stack, in_order, owner, package_of, stacks
from torch_starter.core.trial import Strength, Suspect

ALIASES = {"pytorch": "torch"}
ABSENT = re.compile(r"No module named '(\w+)")
TORCH_SYMBOL = re.compile(r"_Z\w*?\d(?:c10|torch|at)\d")  # mangled names of what libtorch has
SURE = 8  # letters in which a class must begin like a package that nothing else speaks for


@dataclass(frozen=True)
class Account:
    """A text, read. `modules`: top-level module -> package; `about`: the packages that the failed check is about.

    `ended` says what it means where a process was ended in a package. Of a text from `aside`, as what was printed before an
    error, its words alone count: the frames in it may be those of a warning.
    """

    text: str
    modules: Mapping[str, str]
    about: Sequence[str] = ()
    ended: str = "the process ended in it"
    aside: bool = False

    @cached_property
    def told(self) -> list[Stack]:
        return list(in_order(stacks(self.text), self._expected))

    def _expected(self, words: str) -> bool:
        """Whether an error only says that an optional package is not installed."""
        match = ABSENT.search(words)
        return match is not None and not package_of(match[1], "", self.modules)

    @cached_property
    def packages(self) -> list[str]:
        """Those that it came through, the nearest to the raise first."""
        return list(dict.fromkeys(package for stack in self.told for package in self._through(stack)))

    def _through(self, stack: Stack) -> list[str]:
        frames = callers(stack) or list(stack.frames)
        rest = [frame for frame in stack.frames if frame not in frames]
        return [package for frame in (*frames, *rest) if (package := owner(frame.file, self.modules))]

    def named(self, word: str) -> str:
        """The installed package that a word of an error means; empty for another word."""
        name = canonicalize_name(word)
        top, _, rest = word.partition(".")
        return package_of(ALIASES.get(name, word if word in self.modules else name), "", self.modules) or (
            package_of(top, rest.partition(".")[0], self.modules) if rest else ""
        )

    def suspects(self) -> Iterator[Suspect]:
        """All that it tells, in no order but that of what it came through."""
        for stack in self.told:
            yield from self._said(stack)
        if self.aside:
            return
        for package in self.packages[:1]:
            yield Suspect(package, "raised", self.ended if self.told[0].dump else "the error was raised in it")
        yield from self._lacked()
        for package in self.packages[1:]:
            yield Suspect(package, "concerned", "the error came through it")

    def _said(self, stack: Stack) -> Iterator[Suspect]:
        near = self._near(stack)
        for each in demands(stack.words):
            what, who = self.named(each.what), self.named(each.who) or near
            if who and (each.wrong != "new" if what else self.named(each.who)):
                yield Suspect(who, "said", f"it asks for another {what or each.what}")
            if what and each.wrong != "old":
                yield Suspect(what, "said", f"{who or 'the error'} asks for another one")
        if compiled_for_another_numpy(stack.words):
            built = next((name for name in (*self._through(stack), *self.packages) if name != "numpy"), "")
            yield Suspect(built, "said", "it was compiled for another NumPy")
            yield Suspect("numpy", "said", f"{built or 'something'} was compiled for another one")
        for word in unfit(stack.words):
            yield Suspect(self.named(word), "said", "the error says that it does not fit another")
        for library, symbol in symbols(stack.words):
            yield Suspect(self._of_library(library) or near, "said", "its library asks for what no other has")
            if TORCH_SYMBOL.match(symbol):
                yield Suspect("torch", "concerned", "a library asks for what it does not have")

    def _near(self, stack: Stack) -> str:
        return next(iter(self._through(stack) or self.packages), "")

    def _of_library(self, path: str) -> str:
        """The package of a shared library, by its path, or by its name such as libtorchaudio.so."""
        name = path.rpartition("/")[2].split(".")[0]
        return owner(path, self.modules) or self.named(name) or self.named(name.removeprefix("lib"))

    @cached_property
    def spared(self) -> tuple[str, ...]:
        """The packages that the error says are too old."""
        wrong: dict[str, set[str]] = {}
        for stack in self.told:
            for each in demands(stack.words):
                who, what = self.named(each.who) or self._near(stack), self.named(each.what)
                if what and what != who:
                    wrong.setdefault(what, set()).add(each.wrong)
        return tuple(name for name, sides in wrong.items() if sides == {"old"})

    @cached_property
    def _lack(self) -> tuple[str, str] | None:
        """Who asks for what is not there, and who does not have it; each is empty where it is not known."""
        for stack in self.told:
            what = lack(stack.words)
            if what is not None:
                frames = callers(stack)
                consumer = owner(frames[0].file, self.modules) if frames else self._near(stack)
                return consumer, self._provider(what, consumer, frames)
        return None

    @property
    def lacking(self) -> tuple[str, str] | None:
        """A pair of which the first asks for what the second does not have."""
        pair = self._lack
        return pair if pair and all(pair) and pair[0] != pair[1] and not self.aside else None

    def _lacked(self) -> Iterator[Suspect]:
        consumer, provider = self._lack or ("", "")
        if consumer != provider:
            by_us = not consumer and any(stack.frames for stack in self.told)
            strength: Strength = "said" if by_us else "concerned"  # the project's own code, or a check's, asks for it
            yield Suspect(provider, strength, f"it does not have what {consumer or 'the code'} asks for")

    def _provider(self, what: Lack, consumer: str, frames: Sequence[Frame]) -> str:
        if what.kind != "call":
            top, _, rest = what.of.partition(".")
            return package_of(top, rest.partition(".")[0], self.modules)
        if "." in what.of and (own := self.named(what.of)):
            return own
        first = what.of.partition(".")[0]
        if first[:1].isupper():
            near = [name for name in (*self.about, *self.packages) if alike(first, name)]
            found = near or [name for name in set(self.modules.values()) if alike(first, name, SURE)]
            if found:
                return found[0] if len({*found}) == 1 else ""
        others = [name for name in self.about if name != consumer]
        return others[0] if len(self.about) == 2 and len(others) == 1 else ""


def callers(stack: Stack) -> list[Frame]:
    """The frames from the one on that asked for what is not there: what only handed on, or looked it up, did not ask."""
    what = lack(stack.words)
    kind = what.kind if what else ""
    frames = list(stack.frames)
    while frames and (
        (kind == "call" and frames[0].forwards)
        or (kind == "attribute" and frames[0].function == "__getattr__")
        or (kind and frames[0].is_python)
    ):
        frames.pop(0)
    return frames
