"""Locks and environment are switched together: after a kill at any moment, all of it is old or all of it becomes new.

What shall change is first written into a journal. The switch counts from the moment that `.venv` links to the environment, or
where there is none, that the journal is there; who finds a journal then finishes it, and forgets it where the switch does not
count yet. Files that somebody has changed meanwhile are theirs and stay as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from torch_starter.core.files import Files, disk_problem
from torch_starter.core.problems import Problem, WrongSpec
from torch_starter.core.project import Project
from torch_starter.making.environments import Environments

EDITS = "torch-starter-edits.json"


class Edit(msgspec.Struct, frozen=True):
    """What becomes of one file, by its path in the project. None: there is no such file. The same text twice only guards it."""

    path: str
    before: str | None
    after: str | None

    def undone(self) -> Edit:
        return Edit(self.path, self.after, self.before)


class Step(msgspec.Struct, frozen=True):
    """The edits that came with an environment, or while it was current, and the name of the environment before it."""

    replaces: str
    edits: tuple[Edit, ...]


class Journal(msgspec.Struct, frozen=True):
    """A switch under way. `step` is to be remembered in the folder of the environment `step_of`."""

    environment: str | None
    edits: tuple[Edit, ...]
    step_of: str | None = None
    step: Step | None = None


class Switch:
    """The switch of one project on one platform. Whoever calls a method that changes something holds the state's lock."""

    def __init__(self, project: Project, files: Files, environments: Environments) -> None:
        self._project = project
        self._files = files
        self._here = environments
        self.journal = project.home / "switch.json"

    def commit(self, edits: Sequence[Edit], environment: Path | None) -> None:
        """Make edits, and where one is given an environment, current as one; a rollback knows of them.

        Raises WrongSpec where a file is not as it was before, and then nothing is changed.
        """
        self.finish()
        edits = self._as_they_are(edits)
        of, before = (environment, self._here.current()) if environment else (self._here.current(), self._here.previous())
        step = None
        if of and before and edits and of != before:
            earlier = self.step(of)
            kept = earlier.edits if earlier and earlier.replaces == before.name and not environment else ()
            step = Step(before.name, merged((*kept, *edits)))
        self._go(Journal(environment.name if environment else None, edits, of.name if of else None, step))

    def way(self, here: Path, there: Path) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
        """From one environment to the other: the edits to be made, and the files that somebody has changed since."""
        brought, brings = self.step(here), self.step(there)
        edits = [edit.undone() for edit in brought.edits] if brought and brought.replaces == there.name else []
        edits += brings.edits if brings and brings.replaces == here.name else []
        found = [(edit, self.text(edit.path)) for edit in merged(edits)]
        return (
            tuple(edit for edit, now in found if now == edit.before),
            tuple(edit.path for edit, now in found if now not in (edit.before, edit.after)),
        )

    def go(self, edits: Sequence[Edit], there: Path) -> None:
        """Make an environment of before current again, with the edits of the way to it."""
        self.finish()
        self._go(Journal(there.name, self._as_they_are(edits)))

    def finish(self) -> str:
        """Finish, or forget, a switch that was stopped; says what was done, and nothing where there was nothing to do."""
        text = self._files.read(self.journal)
        if text is None:
            return ""
        if (journal := decoded(text, Journal)) is None or not self._counts(journal):
            self._files.remove(self.journal)
            return ""
        folder, venv = self._folder(journal), self._project.venv
        if folder and venv.is_symlink() and venv.parent / os.readlink(venv) == folder:
            self._here.switch(folder)  # it may have been stopped before the history was written
        self._clear_asides(journal)
        left = self._write(journal)
        changed = f"; changed meanwhile, and left as it is: {', '.join(left)}" if left else ""
        return f"A switch of environment and locks was stopped half way: it is finished now{changed}."

    def step(self, environment: Path) -> Step | None:
        """What is remembered in the folder of an environment."""
        return decoded(self._files.read(environment / EDITS) or "", Step)

    def text(self, path: str) -> str | None:
        """The exact text of a file of the project, with its line ends and what is no UTF-8; None where there is none."""
        try:
            return (self._project.root / path).read_bytes().decode(errors="surrogateescape")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise disk_problem(self._project.root / path, error) from error

    def _go(self, journal: Journal) -> None:
        try:
            if journal.edits:
                self._files.write(self.journal, encoded(journal))
            if folder := self._folder(journal):
                self._here.switch(folder)
            if journal.edits:
                self._write(journal)
        except BaseException:
            with contextlib.suppress(Problem):  # where it cannot be done now, the next command does it
                self.finish()
            raise

    def _as_they_are(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """Those that change something, with the exact text before them; raises WrongSpec for what has changed meanwhile."""
        exact = []
        for edit in edits:
            now = self.text(edit.path)
            if edit.before not in (now, self._files.read(self._project.root / edit.path)):
                raise WrongSpec(
                    "lock.changed-meanwhile",
                    f"{edit.path} was changed by somebody else meanwhile; nothing was switched",
                    "run the same command again: it goes by what the file says now",
                )
            if edit.before != edit.after:
                exact.append(Edit(edit.path, now, edit.after))
        return merged(exact)

    def _counts(self, journal: Journal) -> bool:
        """By the link; where another platform has it, by the history, which is written before the first file."""
        return journal.environment is None or self._here.current() == self._folder(journal)

    def _folder(self, journal: Journal) -> Path | None:
        return self._project.environments / journal.environment if journal.environment else None

    def _write(self, journal: Journal) -> list[str]:
        """What comes behind the point from which the switch counts, as often as needed; the files that are left as they are."""
        left = []
        for edit in journal.edits:
            now, path = self.text(edit.path), self._project.root / edit.path
            if now not in (edit.before, edit.after):
                left.append(edit.path)
            elif edit.after is None:
                self._files.remove(path)
            elif now != edit.after:
                self._files.write(path, edit.after.encode(errors="surrogateescape"))
        if journal.step and journal.step_of:
            self._files.write(self._project.environments / journal.step_of / EDITS, encoded(journal.step))
        self._files.remove(self.journal)
        return left

    def _clear_asides(self, journal: Journal) -> None:
        """Remove what a killed process wrote aside and could not rename any more."""
        for path in (self._project.venv, self.journal, *(self._project.root / edit.path for edit in journal.edits)):
            for aside in path.parent.glob(f".{path.name}.*"):
                if aside.suffix[1:].isdecimal():
                    self._files.remove(aside)


def merged(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """One edit for each file, from what it was before the first to what it is after the last."""
    together: dict[str, Edit] = {}
    for edit in edits:
        together[edit.path] = Edit(edit.path, together.get(edit.path, edit).before, edit.after)
    return tuple(edit for edit in together.values() if edit.before != edit.after)


def encoded(kept: Step | Journal) -> bytes:
    return json.dumps(msgspec.to_builtins(kept)).encode()


def decoded[Kept](text: str, kind: type[Kept]) -> Kept | None:
    """None for what is no such thing: nobody can say what was wanted."""
    try:
        return msgspec.convert(json.loads(text), kind)
    except (ValueError, msgspec.ValidationError):
        return None
