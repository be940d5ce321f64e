"""What a profile asks to be written into a script, as patches that `git apply` takes; where we cannot, as a sentence.

Text is changed at the places that the script's tree tells, never by searching in it.
"""

from __future__ import annotations

import difflib
import os
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

from torch_starter.core.place import Place
from torch_starter.core.proof import Edit, Member
from torch_starter.core.tuning import Told
from torch_starter.tuning.script import Script, Unclear
from torch_starter.tuning.tasks import Task, tasks
from torch_starter.tuning.wishes import Wish, changed

Read = Callable[[Path], str | None]

LINES = re.compile(r"[^\n]*\n|[^\n]+")  # as git has them
CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
SURELY_UTF8 = re.compile(r"utf-?8(-sig)?", re.IGNORECASE)
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def edits(member: Member, told: Told, read: Read, root: Path, before: Sequence[Member] = ()) -> list[Edit]:
    """What is to be written for a member of a profile. `root`: the folder that patches are applied in.

    Its patches go on top of those of the members `before`, so that they can be applied one after the other. What a script has
    already is no edit. `read` gives the text of a file with its line ends as they are, as `source` does.
    """
    desk = Desk(read, root)
    for each in before:
        list(desk.edits(each, told))
    return list(desk.edits(member, told))


def source(path: Path) -> str | None:
    """The text of a script as it is in the file, with the encoding that it says; None where it cannot be read."""
    try:
        data = path.read_bytes()
        return data.decode(tokenize.detect_encoding(BytesIO(data).readline)[0].removesuffix("-sig"))
    except (OSError, SyntaxError, UnicodeError, LookupError):
        return None


class Desk:
    """The scripts that are changed, and all that was wished for each so far."""

    def __init__(self, read: Read, root: Path) -> None:
        self.read, self.root = read, root.resolve()
        self.scripts: dict[Path, Script] = {}
        self.wishes: dict[Path, list[Wish]] = {}

    def edits(self, member: Member, told: Told) -> Iterator[Edit]:
        """A member's edits, which are then done here."""
        for task in tasks(member, told):
            place = self.relative(task.place)
            try:
                patch = self.patch(task)
            except Unclear as why:
                yield Edit(text=f"{task.text} (by hand: {why})", place=place)
            else:
                if patch is None or patch:
                    yield Edit(text=task.text, place=place, patch=patch or "")

    def patch(self, task: Task) -> str | None:
        """The change of a file; nothing where it is as wished already, None where it is for people alone. Raises Unclear."""
        if task.wish is None:
            return None
        if task.place is None:
            raise Unclear("where it is in your files was not seen")
        path = Path(task.place.file).resolve()
        name, script = self.name(path), self.script(path)
        done = self.wishes.get(path, [])
        wishes = [*done, *task.wish(script)]
        was, now = changed(script, done), changed(script, wishes)
        patch = difference(name, was, now)
        if not patch.isascii() and (UNKNOWN in patch or not in_utf8(script.text)):
            raise Unclear("the file is not in UTF-8")
        self.wishes[path] = wishes
        return patch

    def script(self, path: Path) -> Script:
        if path not in self.scripts:
            text = self.read(path)
            if text is None:
                raise Unclear("the file could not be read")
            self.scripts[path] = Script(text)
        return self.scripts[path]

    def name(self, path: Path) -> str:
        """As the patch calls it."""
        if not path.is_relative_to(self.root):
            raise Unclear("the file is outside of this project")
        name = path.relative_to(self.root).as_posix()
        if not name.isprintable() or set(name) & {'"', "\\"}:
            raise Unclear("no patch can name this file")
        return name

    def relative(self, place: Place | None) -> Place | None:
        """A place as people in the root call it."""
        if place is None:
            return None
        path = Path(os.path.realpath(place.file))
        return Place(str(path.relative_to(self.root)), place.line) if path.is_relative_to(self.root) else place


def in_utf8(text: str) -> bool:
    """Whether a script says no other encoding in its first two lines."""
    said = [found.group(1) for line in LINES.findall(text)[:2] if (found := CODING.match(line))]
    return all(SURELY_UTF8.fullmatch(name.replace("_", "-")) for name in said)


def difference(name: str, was: str, now: str) -> str:
    """A unified diff as git takes it; nothing where both are the same."""
    end = "\t" if " " in name else ""  # by which git knows where such a name ends
    lines = difflib.unified_diff(LINES.findall(was), LINES.findall(now), f"a/{name}{end}", f"b/{name}{end}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
