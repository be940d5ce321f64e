"""What git knows of the project that should be secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from torch_starter.core.facts import Absent, Fact
from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done

SECONDS = 5.0  # for one question: the history of a large repository takes long
ADDRESSES = r"^(remote\..*\.(url|pushurl)|url\..*\.insteadof)$"
LONE_NAME = r"(gh[pousr]_|github_pat_|glpat-|hf_|ATBB|x-access-token|oauth2)[^:/\s]*|[A-Za-z0-9_-]{30,}"


class Git(Fact, frozen=True):
    """Of the project's .env: is it there, ignored, tracked, in the history (None: it could not be asked in time)?

    `secret_remotes` are the names of those remotes that have a token or a password in their address, never these themselves.
    """

    key: ClassVar[str] = "git"
    env_file: bool
    env_ignored: bool
    env_tracked: bool
    env_in_history: bool | None
    secret_remotes: tuple[str, ...]

    @classmethod
    def gather(cls, machine: Machine) -> Git:
        root = Path(machine.variables.get("TORCH_STARTER_ROOT", "."))

        def git(*words: str) -> Done:
            return machine.processes.run(["git", *words], env=machine.variables, cwd=root, timeout=SECONDS)

        inside = git("rev-parse", "--is-inside-work-tree")
        if inside.missing:
            raise Absent("git is not installed")
        if not inside.ok:
            refused = "dubious ownership" in inside.err
            raise Absent("git refuses this folder: it belongs to another user" if refused else "not a git repository")
        history = git("log", "--all", "--format=%h", "-n", "1", "--", ".env")
        return cls(
            env_file=(root / ".env").is_file(),
            env_ignored=git("check-ignore", "-q", "--no-index", ".env").ok,
            env_tracked=bool(git("ls-files", "--", ".env").out.strip()),
            env_in_history=bool(history.out.strip()) if not history.timed_out else None,
            secret_remotes=tuple(dict.fromkeys(with_secret(git("config", "--get-regexp", ADDRESSES).out))),
        )


def with_secret(text: str) -> Iterator[str]:
    """The remotes whose addresses carry a secret, from what `git config --get-regexp` prints; a rule is called "insteadOf"."""
    for line in text.splitlines():
        name, _, address = line.partition(" ")
        if name.startswith("url."):
            name, address = "remote.insteadOf.url", name.removeprefix("url.")
        if has_secret(address):
            yield name.removeprefix("remote.").rpartition(".")[0]


def has_secret(address: str) -> bool:
    """Whether the part before the @ of an address over HTTP has a password, or is a token itself."""
    found = re.match(r"https?://([^/@\s]+)@", address)
    if found is None:
        return False
    user, _, password = found[1].partition(":")
    return bool(password) or re.fullmatch(LONE_NAME, user) is not None
