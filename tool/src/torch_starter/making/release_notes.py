"""What an update of the locks did, as Markdown for a pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torch_starter.core.units import human_size
from torch_starter.making.step import KINDS, Step, steps

__all__ = ["HoldRow", "Step", "Updated", "as_markdown", "steps"]

TITLE = "The newest packages that are proven to work"
OPEN_ROWS = 12  # of a table, before the rest is folded away
LONGEST = 400  # characters of what a program said
MOST_CHARACTERS = 60_000  # a pull request takes 65,536, and a person writes some of them
ROWS_AT_MOST = (1000, 300, 120, 40, 10, 0)  # tried in turn, until the page fits


@dataclass(frozen=True)
class HoldRow:
    """A package that is kept below what the ranges allow: why, and since when."""

    package: str
    bound: str
    check: str
    evidence: str
    date: str


@dataclass(frozen=True)
class Updated:
    """What became of one accelerator's lock.

    `label` says what it was proven on. `sizes`: bytes to download, by package. `dropped`: holds that are not needed any more.
    `yanked`: name, version and reason of what its publisher has withdrawn since. `disk_bytes`: what the trials took beside the
    cache.
    """

    name: str
    label: str
    steps: tuple[Step, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    held: Sequence[HoldRow] = ()
    dropped: Sequence[HoldRow] = ()
    yanked: Sequence[tuple[str, str, str]] = ()
    trials: int = 0
    seconds: float = 0.0
    disk_bytes: int = 0


def as_markdown(accelerators: Sequence[Updated], title: str = TITLE) -> str:
    """The whole page; where it would be too long for a pull request, its tables are cut and say so."""
    pages = (page(accelerators, title, most) for most in ROWS_AT_MOST)
    return next((text for text in pages if len(text) <= MOST_CHARACTERS), page(accelerators, title, 0))


def page(accelerators: Sequence[Updated], title: str, most: int) -> str:
    """The page with tables of at most so many rows."""
    blocks = [f"## {prose(title)}", *overview(accelerators)]
    for updated in accelerators:
        blocks += section(updated, most)
    return "\n\n".join(blocks) + "\n"


def overview(accelerators: Sequence[Updated]) -> Iterator[str]:
    """All accelerators on a few lines."""
    if not accelerators:
        yield "No lock was looked at."
        return
    rows = [
        (code(each.name), prose(each.label), str(len(each.steps)), str(len(each.held)), str(each.trials), *costs(each))
        for each in accelerators
    ]
    yield table(("lock", "proof", "changed", "held", "trials", "minutes", "disk"), rows)


def costs(updated: Updated) -> tuple[str, str]:
    """Time and disk."""
    return f"{updated.seconds / 60:.1f}", human_size(updated.disk_bytes)


def section(updated: Updated, most: int) -> Iterator[str]:
    """One accelerator: what moves, what is held and why."""
    yield f"### {code(updated.name)}: {counted(updated.steps)}"
    yield prose(updated.label)
    moved = [(code(each.name), code(each.was), code(each.now), each.kind, size(updated, each)) for each in updated.steps]
    yield from folded(("package", "old", "new", "step", "size"), moved, most)
    holds = ("package", "bound", "check", "evidence", "since")
    yield from titled("Held back", holds, [held(row) for row in updated.held], most)
    yield from titled("No longer held back", holds, [held(row) for row in updated.dropped], most)
    withdrawn = [(code(name), code(version), code(reason)) for name, version, reason in updated.yanked]
    yield from titled("Withdrawn by their publishers", ("package", "version", "reason"), withdrawn, most)


def counted(moved: Sequence[Step]) -> str:
    """How many packages move, and how far."""
    if not moved:
        return "nothing changes"
    kinds = Counter(step.kind for step in moved)
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind])
    return f"{len(moved)} package{'s change' if len(moved) > 1 else ' changes'} ({told})"


def size(updated: Updated, step: Step) -> str:
    """What is to be downloaded for a step; empty where that is not known, or nothing."""
    return human_size(updated.sizes[step.name]) if step.now and step.name in updated.sizes else ""


def held(row: HoldRow) -> tuple[str, ...]:
    """A hold as a row."""
    return code(row.package), code(row.bound), code(row.check), code(row.evidence), prose(row.date)


def titled(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> Iterator[str]:
    """A table below its title; nothing where it has no row."""
    if rows:
        yield f"#### {title}"
        yield from folded(head, rows, most)


def folded(head: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> Iterator[str]:
    """A table of which a reader sees the first rows, and unfolds the rest."""
    kept = rows[:most]
    if kept:
        yield table(head, kept[:OPEN_ROWS])
    if rest := kept[OPEN_ROWS:]:
        yield f"<details><summary>{len(rest)} more</summary>"
        yield table(head, rest)
        yield "</details>"
    if len(rows) > len(kept):
        yield f"{len(rows) - len(kept)} more left out, since a pull request takes no more."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are safe already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def code(words: str) -> str:
    """Words in which nothing means anything: no name is called, no issue is linked, and no cell ends."""
    text = shortened(words).replace("`", "'").replace("|", "\\|")
    return f"`{text}`" if text else ""


def prose(words: str) -> str:
    """Words of our own on one line."""
    return shortened(words).replace("<", "&lt;").replace("|", "\\|")


def shortened(words: str) -> str:
    """On one line, and of what is long the beginning."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"
