"""Files of credentials inside the project: are they ignored by git, tracked, or in a commit?"""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.credential_files import is_credential_file
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.leaks import InGit
from torch_starter.core.machine import Machine
from torch_starter.scanning.repository import SHALLOW, git, is_shallow, names, refusal, shown

SECONDS = 10.0  # for one question: the history of a large repository takes long
KEPT = (".env",)  # which has a check of its own
OTHERS = ("ls-files", "--others", "--exclude-standard")
IGNORED = (*OTHERS, "--ignored", "--directory")
LOG = ("log", "--all", "--relative", "--format=", "--name-only", "--no-renames", "--diff-filter=A")


def search(machine: Machine, root: Path) -> InGit:
    """By their names, whatever is in them: what holds no secret today does tomorrow."""
    unknown = list[str]()
    try:
        if is_shallow(machine, root):
            unknown.append(SHALLOW)
    except Absent as reason:
        return InGit(absent=str(reason))
    except Unknown as reason:
        return InGit(unknown=str(reason))

    def found(*words: str) -> tuple[str, ...]:
        try:
            return named(machine, root, *words)
        except Unknown as reason:
            unknown.append(str(reason))
            return ()

    tracked, exposed, ignored, past = found("ls-files", "--cached"), found(*OTHERS), found(*IGNORED), found(*LOG)
    committed = tuple(name for name in past if name not in tracked)
    return InGit(tracked=tracked, exposed=exposed, ignored=len(ignored), committed=committed, unknown="; ".join(unknown))


def named(machine: Machine, root: Path, *words: str) -> tuple[str, ...]:
    """The names of credentials' files among those that git lists; raises Unknown where it lists none."""
    done = git(machine, root, *words, timeout=SECONDS)
    if not done.ok:
        raise refusal(done, root)
    return tuple(dict.fromkeys(shown(name) for name in names(done) if name not in KEPT and is_credential_file(name)))
