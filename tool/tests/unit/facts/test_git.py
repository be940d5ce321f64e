"""What git tells of a project, by a real git in a repository that is made here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.facts import Absent
from torch_starter.facts.git import Git, has_secret, with_secret
from unit.machines import local, local_files

ME = ("-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *ME, *words], cwd=folder, check=True, capture_output=True)


def ask(folder: Path) -> Git:
    machine = local()
    machine.variables.update(TORCH_STARTER_ROOT=str(folder), GIT_CEILING_DIRECTORIES=str(folder.parent), HOME=str(folder.parent))
    return Git.gather(machine)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def test_a_file_that_is_ignored_is_told_from_one_that_is_not(repository: Path) -> None:
    assert ask(repository) == Git(env_file=False, env_ignored=False, env_tracked=False, env_in_history=False, secret_remotes=())
    (repository / ".env").write_text("A=1\n")
    (repository / ".gitignore").write_text(".env\n")
    assert ask(repository) == Git(env_file=True, env_ignored=True, env_tracked=False, env_in_history=False, secret_remotes=())


def test_what_was_committed_once_is_in_the_history(repository: Path) -> None:
    (repository / ".env").write_text("A=1\n")
    git(repository, "add", ".env")
    assert (ask(repository).env_tracked, ask(repository).env_in_history) == (True, False)
    git(repository, "commit", "-q", "-m", "one")
    git(repository, "rm", "-q", "--cached", ".env")
    git(repository, "commit", "-q", "-m", "two")
    assert (ask(repository).env_tracked, ask(repository).env_in_history) == (False, True)


def test_remotes_with_a_secret_are_told_by_name_alone(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://example.org/x.git")
    git(repository, "remote", "add", "mine", "https://me:s3cret@example.org/x.git")
    git(repository, "remote", "set-url", "--add", "--push", "mine", "https://me:s3cret@example.org/y.git")
    assert ask(repository).secret_remotes == ("mine",)


def test_without_a_repository_or_git_it_is_absent(tmp_path: Path) -> None:
    with pytest.raises(Absent, match="not a git repository"):
        ask(tmp_path)
    with pytest.raises(Absent, match="git is not installed"):
        Git.gather(local_files({"TORCH_STARTER_ROOT": str(tmp_path)}))


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://example.org/x.git", False),
        ("https://me@example.org/x.git", False),
        ("git@example.org:x.git", False),
        ("ssh://git@example.org/x.git", False),
        ("https://me:pass@example.org/x.git", True),
        ("https://:pass@example.org/x.git", True),
        ("https://ghp_abcdef@example.org/x.git", True),
        ("https://x-access-token@example.org/x.git", True),
        ("https://0123456789abcdef0123456789abcdef@example.org/x.git", True),
    ],
)
def test_an_address_has_a_secret_before_the_at(address: str, wanted: bool) -> None:
    assert has_secret(address) == wanted


@given(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.from_regex(r"[!-.0-9;-?A-Z^-~]{1,40}", fullmatch=True))
def test_a_secret_is_found_and_never_told(name: str, secret: str) -> None:
    text = f"remote.{name}.url https://user:{secret}@example.org/x\nremote.other.url https://example.org/x\n"
    assert list(with_secret(text)) == [name]


def test_a_rule_that_puts_a_token_into_addresses_is_found() -> None:
    assert list(with_secret("url.https://me:pass@example.org/.insteadof https://example.org/\n")) == ["insteadOf"]
