"""Secrets in the project's files, and in what git has of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from torch_starter.core.leaks import Leak, Leaks, answered, finding
from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Finding
from torch_starter.scanning import allowed, history, tree
from torch_starter.scanning.allowed import Allowed

STAGED = "what is staged: git add it again"
FILES, HISTORY = "no file holds a secret", "no commit holds a secret"


def look(code: Code) -> Iterator[Finding]:
    """Each secret with its file and line; those that the history alone holds, with the commit."""
    known = allowed.read(code.machine.files, code.root)
    here = answered(lambda: tree.search(code.machine, code.root, known, code.stopped))
    past = answered(lambda: history.search(code.machine, code.root, known, code.stopped))
    yield from told(with_staged(code, here, known), "secrets.files", FILES, since(past))
    yield from told(without(past, here), "secrets.history", HISTORY, {})


def with_staged(code: Code, here: Leaks, known: Allowed) -> Leaks:
    """And what the next commit would hold, where the file itself was mended since."""
    staged = answered(lambda: tree.staged(code.machine, code.root, known, code.stopped))
    told = {(leak.digest, leak.file) for leak in here.found}
    more = [leak for leak in staged.found if (leak.digest, leak.file) not in told]
    return msgspec.structs.replace(
        here,
        found=(*here.found, *(msgspec.structs.replace(leak, where=STAGED) for leak in more)),
        left_out=max(here.left_out, staged.left_out),  # mostly the same files
        unknown="; ".join(filter(None, dict.fromkeys((here.unknown, staged.unknown)))),
    )


def since(past: Leaks) -> dict[tuple[str, str], str]:
    """Since which commit a file has a secret."""
    return {(leak.digest, leak.file): leak.commit for leak in past.found}


def without(past: Leaks, here: Leaks) -> Leaks:
    """What the files do not say already."""
    told = {(leak.digest, leak.file) for leak in here.found}
    return Leaks(
        found=tuple(leak for leak in past.found if (leak.digest, leak.file) not in told),
        looked=past.looked,
        unit=past.unit,
        unknown=past.unknown,
        absent=past.absent,
    )


def told(leaks: Leaks, id: str, title: str, commits: dict[tuple[str, str], str]) -> Iterator[Finding]:
    """A finding for each, and one for what was not looked at; or one that says that there is none."""
    for leak in leaks.found:
        yield finding(committed(leak, commits), f"secrets.{leak.kind}", title)
    if leaks.absent:
        yield Finding(id=id, verdict="skip", title=title, seen=leaks.absent)
    elif leaks.unknown:
        yield Finding(id=id, verdict="unknown", title=title, seen=leaks.unknown)
    elif not leaks.found:
        yield Finding(id=id, verdict="ok", title=title, seen=leaks.seen)


def committed(leak: Leak, commits: dict[tuple[str, str], str]) -> Leak:
    """With the commit that has it, where one has."""
    commit = commits.get((leak.digest, leak.file), "")
    return msgspec.structs.replace(leak, commit=commit) if commit else leak


QUALITY = Quality(
    name="secrets",
    title="no secret is in a file or in the history",
    about="Tokens, keys and passwords in the files that git has or would take, notebooks' outputs too, and in all commits.",
    look=look,
    mend="Change it where it opens something, then take it out. What is none: `# pragma: allowlist secret` at the line.",
    source="The forms of tokens that their makers document; docs/secrets.md",
)
