"""Secrets where all can read them: in the project's files, in what git has of them, in the image. None of them is ever shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Check
from torch_starter.core.leaks import Leaks, finding
from torch_starter.core.report import Finding

MOST = 50  # findings of one place; a line more says how many there are


def told(leaks: Leaks, id: str, title: str) -> Iterator[Finding]:
    """A finding for each, one for what could not be looked at, or one that says that there is none."""
    if leaks.absent:
        raise Absent(leaks.absent)
    for leak in leaks.found[:MOST]:
        yield finding(leak, id, title)
    if len(leaks.found) > MOST:
        yield Finding(id=id, verdict="fail", title=title, seen=f"{len(leaks.found) - MOST} more", remedy="./dev.sh all-checks")
    if leaks.unknown:
        yield Finding(id=id, verdict="unknown", title=title, seen=leaks.unknown)
    elif not leaks.found:
        yield Finding(id=id, verdict="ok", title=title, seen=leaks.seen)


def in_files(evidence: Evidence) -> Iterator[Finding]:
    yield from told(evidence.secrets.files, "credentials.in-files", "no file of the project holds a secret")


def in_history(evidence: Evidence) -> Iterator[Finding]:
    yield from told(evidence.secrets.history, "credentials.in-history", "no commit holds a secret")


def in_image(evidence: Evidence) -> Iterator[Finding]:
    yield from told(evidence.secrets.image, "credentials.in-image", "the image holds no secret")


def in_git(evidence: Evidence) -> Iterator[Finding]:
    found, id, title = evidence.secrets.in_git, "credentials.in-git", "files of credentials are kept out of git"
    if found.absent:
        raise Absent(found.absent)
    for name in found.tracked:
        out = f"git rm --cached {shlex.quote(name)} && echo {shlex.quote(name)} >> .gitignore, then change what is in it"
        yield Finding(
            id=id, verdict="fail", title=title, seen=f"git tracks {name}", wanted="ignored, and in no commit", remedy=out
        )
    for name in found.committed:
        purge = f"change what was in it, then: git filter-repo --invert-paths --path {shlex.quote(name)}"
        yield Finding(
            id=id,
            verdict="fail",
            title=title,
            seen=f"{name} is in the history, for everyone who has a clone",
            wanted="in no commit",
            remedy=purge,
        )
    for name in found.exposed:
        remedy = f"echo {shlex.quote(name)} >> .gitignore"
        yield Finding(
            id=id, verdict="warn", title=title, seen=f"the next `git add .` takes {name}", wanted="ignored", remedy=remedy
        )
    if found.unknown:
        yield Finding(id=id, verdict="unknown", title=title, seen=found.unknown)
    elif not (found.tracked or found.committed or found.exposed):
        seen = f"{found.ignored} such files besides .env, ignored" if found.ignored else "no such file besides .env"
        yield Finding(id=id, verdict="ok", title=title, seen=seen)


CHECKS = (
    Check(
        "credentials.in-files",
        "secrets in the project's files",
        "What is in a file is in the next commit, and from there in every clone.",
        in_files,
        found="Tokens, keys and passwords of over forty kinds in what git has or would take, outputs of notebooks among it.",
        mend="Change it where it opens something, then take it out. What is none: `# pragma: allowlist secret` at the line.",
        source="The forms of tokens that their makers document; docs/secrets.md",
        reads=("secrets",),
    ),
    Check(
        "credentials.in-git",
        "files of credentials and git",
        "What is committed once stays in every clone.",
        in_git,
        found="Names such as kaggle.json, .netrc, .env.local and id_rsa in git ls-files, and in git log over all branches.",
        mend="Ignore them; change what was in them where they were committed.",
        source="A manual: gitignore(5)",
        reads=("secrets",),
    ),
    Check(
        "credentials.in-image",
        "secrets in the image",
        "Variables, labels and the history of layers are read by all who have the image.",
        in_image,
        found="docker image inspect and history of the image that ./dev.sh build makes.",
        mend="Change it, and give it to the container by .env or RUN --mount=type=secret; then ./dev.sh build.",
        source="CIS Docker Benchmark 1.3: 4.10",
        reads=("secrets",),
    ),
    Check(
        "credentials.in-history",
        "secrets in the history of git",
        "What was committed once is in every clone, also when a later commit takes it out.",
        in_history,
        level="full",
        found="The lines that the commits of all branches, tags and stashes add, and their messages, for at most a minute.",
        mend="Change it where it opens something; git filter-repo takes it out of the history: docs/secrets.md.",
        source="The manual of git filter-repo",
        reads=("secrets", "history"),
    ),
)
