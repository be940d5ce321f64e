"""Files of credentials inside the project: are they ignored by git, tracked, or in a commit?"""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.credential_files import is_credential_file
from torch_starter.core.leaks import InGit
from torch_starter.core.machine import Machine

SECONDS = 10.0  # for one question: the history of a large repository takes long
KEPT = (".env",)  # which has a check of its own


def search(machine: Machine, root: Path) -> InGit:
    """By their names, whatever is in them: what holds no secret today does tomorrow."""
    inside = asked(machine, root, "rev-parse", "--is-inside-work-tree")
    if inside is None:
        return InGit(absent="not a git repository")
    tracked = named(asked(machine, root, "ls-files", "-z", "--cached"))
    exposed = named(asked(machine, root, "ls-files", "-z", "--others", "--exclude-standard"))
    ignored = named(asked(machine, root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"))
    past = asked(machine, root, "log", "--all", "-z", "--format=", "--name-only", "--no-renames", "--diff-filter=A")
    return InGit(
        tracked=tracked,
        exposed=exposed,
        ignored=len(ignored),
        committed=tuple(name for name in named(past) if name not in tracked),
        unknown="" if past is not None else f"the history took longer than {SECONDS:.0f} s to look at",
    )


def asked(machine: Machine, root: Path, *words: str) -> str | None:
    """What git answers; None where it does not."""
    done = machine.processes.run(["git", "-C", str(root), *words], env=machine.variables, timeout=SECONDS)
    return done.out if done.ok else None


def named(listed: str | None) -> tuple[str, ...]:
    """The names of credentials' files among those that git lists."""
    names = (name.strip("\n") for name in (listed or "").split("\0"))
    return tuple(dict.fromkeys(name for name in names if name and name not in KEPT and is_credential_file(name)))
