"""Files, addresses and variables that hold secrets. None of them is ever shown."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from torch_starter.checks._folders import open_to_others
from torch_starter.core.evidence import Evidence, PathState
from torch_starter.core.kinds import Check
from torch_starter.core.repair import SetMode
from torch_starter.core.report import Finding, Place, Verdict
from torch_starter.core.secrets import secrets
from torch_starter.facts.git import Git


def modes(evidence: Evidence) -> Iterator[Finding]:
    wanted = evidence.spec.security.credentials_mode
    title = "files with credentials are for their owner alone"
    found, loose = files(evidence), loose_files(evidence)
    foreign = [state for state in loose if not state.mine]
    told = [f"{state.path} has mode {state.mode}" for state in loose if state.mine]
    told += [f"{state.path} belongs to another user" for state in foreign]
    chmod = f"chmod {wanted} {' '.join(shlex.quote(state.path) for state in loose)}"
    chown = f'sudo chown "$(id -u)" {" ".join(shlex.quote(state.path) for state in foreign)}'
    yield Finding(
        id="credentials.modes",
        verdict="fail" if loose else "ok",
        title=title,
        seen=", ".join(told) or f"{len(found)} such files here",
        wanted=f"{wanted}: a token that others can read is theirs" if loose else "",
        remedy=(f"{chown} && {chmod}" if foreign else chmod) if loose else "",
        fixable=bool(loose) and not foreign,
    )


def files(evidence: Evidence) -> list[PathState]:
    """The files that hold credentials."""
    return [state for name, state in evidence.paths.items() if name.startswith("credentials ") and state.kind == "file"]


def loose_files(evidence: Evidence) -> list[PathState]:
    """Those of them that others can read, or own."""
    wanted = evidence.spec.security.credentials_mode
    return [state for state in files(evidence) if open_to_others(state.mode, wanted) or not state.mine]


def close_files(evidence: Evidence) -> Iterator[SetMode]:
    for state in loose_files(evidence):
        if state.mine:
            yield SetMode(
                state.path, state.mode, evidence.spec.security.credentials_mode, "others can read the credentials in it"
            )


def env_file(evidence: Evidence) -> Iterator[Finding]:
    id, title, found = "credentials.env-file", ".env is kept out of git", evidence.facts[Git]
    leaked = found.env_tracked or bool(found.env_in_history)
    if not found.env_file and not leaked:
        yield Finding(id=id, verdict="skip", title=title, seen="there is no .env")
        return
    verdict: Verdict = "fail" if leaked else "ok" if found.env_ignored else "warn"
    remedy = ""
    seen = "ignored, and never committed" if found.env_in_history is False else "ignored; its history took too long to look at"
    if found.env_tracked:
        seen, remedy = "git tracks .env", "git rm --cached .env && echo .env >> .gitignore, then change the secrets in it"
    elif leaked:
        seen = ".env is in the history, for everyone who has a clone"
        remedy = "change the secrets that were in it, then: git filter-repo --invert-paths --path .env"
    elif not found.env_ignored:
        seen, remedy = "the next `git add .` takes .env", "echo .env >> .gitignore"
    wanted = "" if verdict == "ok" else "ignored, and in no commit"
    yield Finding(id=id, verdict=verdict, title=title, seen=seen, wanted=wanted, remedy=remedy, place=place(verdict))


def place(verdict: Verdict) -> Place | None:
    """Where it would be mended."""
    return None if verdict == "ok" else Place(".gitignore")


def remote(evidence: Evidence) -> Iterator[Finding]:
    names = evidence.facts[Git].secret_remotes
    yield Finding(
        id="credentials.remote",
        verdict="fail" if names else "ok",
        title="no address of git carries a token",
        seen=f"in the address of {', '.join(names)}" if names else "none",
        wanted="addresses without one: it is in .git/config for all to read, and in what git prints" if names else "",
        remedy="git remote set-url <name> <the address without it>, git config credential.helper store, and change the token"
        if names
        else "",
    )


def in_spec(evidence: Evidence) -> Iterator[Finding]:
    tables = {"variables": evidence.spec.variables, "container.variables": evidence.spec.container.variables}
    found = [f"{name} in [{table}] ({len(given[name])} characters)" for table, given in tables.items() for name in secrets(given)]
    yield Finding(
        id="credentials.in-spec",
        verdict="fail" if found else "ok",
        title="torch-starter.toml holds no secret",
        seen=", ".join(found) or "none",
        wanted="no secret in a file that is committed, and written into images" if found else "",
        remedy="remove it from torch-starter.toml, change it, and export it in your shell" if found else "",
        place=Place("torch-starter.toml") if found else None,
    )


CHECKS = (
    Check(
        "credentials.modes",
        "modes of files with credentials",
        "A token that others can read is theirs.",
        modes,
        level="quick",
        found="Owner and mode of .netrc, of the files in which Hugging Face, Kaggle, wandb, AWS, Docker, git and others keep "
        "tokens, of private keys, and of .env and its like in the project.",
        mend="chmod 600, or --fix.",
        source="A manual: ssh(1) refuses keys that others can read",
        repairs=close_files,
    ),
    Check(
        "credentials.env-file",
        ".env and git",
        "What is committed once stays in every clone.",
        env_file,
        level="quick",
        found="git check-ignore, git ls-files, and git log over all branches.",
        mend="Ignore it; change what was in it where it was committed.",
        source="A manual: git-check-ignore(1), gitignore(5)",
    ),
    Check(
        "credentials.remote",
        "tokens in addresses of git",
        "A token in an address is written to .git/config, and shown by whatever prints the address.",
        remote,
        level="quick",
        found="The addresses that git config knows: a password before the @, or a name that is a token.",
        mend="git remote set-url, and a credential helper.",
        source="A manual: gitcredentials(7)",
    ),
    Check(
        "credentials.in-spec",
        "secrets in torch-starter.toml",
        "The spec is committed, and its variables go into images and compose files.",
        in_spec,
        level="quick",
        found="Names with TOKEN, KEY, SECRET or PASSWORD in them, and values that begin as known tokens do.",
        mend="Export it instead; what you export wins over the spec.",
        source="Docker's manual: secrets do not belong into ENV",
    ),
)
