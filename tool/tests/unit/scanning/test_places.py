"""Secrets in the working tree, in what is staged and in the history, by a real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from torch_starter.core.facts import Absent
from torch_starter.core.leaks import InGit
from torch_starter.core.machine import Machine
from torch_starter.scanning import committed, content, history, tree
from torch_starter.scanning.allowed import Allowed
from unit.scanning.planted import planted
from unit.scanning.repositories import ME, commit, git, places, put

NONE = Allowed()
TOKEN, OTHER = planted()[0].text, planted(2)[0].text


def test_what_git_ignores_is_not_told_and_what_it_tracks_is(repository: Path, machine: Machine) -> None:
    put(repository, ".gitignore", ".env\nkept/\n")
    put(repository, ".env", TOKEN)
    put(repository, "kept/x.py", TOKEN)
    put(repository, "src/new ü.py", f"\n{TOKEN}\n")
    assert places(tree.search(machine, repository, NONE)) == [("src/new ü.py", 2)]
    git(repository, "add", "-f", ".env")
    assert set(places(tree.search(machine, repository, NONE))) == {("src/new ü.py", 2), (".env", 1)}


def test_without_git_neither_caches_nor_files_of_credentials_are_searched(folder: Path, machine: Machine) -> None:
    for name in (".env", "kaggle.json", ".venv/x.py", "__pycache__/x.py", "mine/pyvenv.cfg", "mine/x.py", "train.py"):
        put(folder, name, TOKEN)
    assert places(tree.search(machine, folder, NONE)) == [("train.py", 1)]


def test_what_is_big_binary_or_a_link_is_left_out_and_counted(folder: Path, machine: Machine) -> None:
    put(folder, "weights.bin", b"\0" + TOKEN.encode())
    put(folder, "big.txt", TOKEN + " " * content.MOST_BYTES)
    put(folder, "fine.txt", "nothing")
    (folder / "link.txt").symlink_to("fine.txt")
    found = tree.search(machine, folder, NONE)
    assert (found.found, found.looked, found.left_out) == ((), 1, 3)
    assert "3 files left out" in found.seen


def test_a_search_that_is_stopped_says_so(folder: Path, machine: Machine) -> None:
    put(folder, "train.py", TOKEN)
    assert tree.search(machine, folder, NONE, lambda: True).unknown == "stopped on request"


def test_what_is_staged_is_searched_as_it_is_staged(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", TOKEN)
    git(repository, "add", "a.py")
    put(repository, "a.py", "mended, and not staged")
    put(repository, "b.py", TOKEN)
    assert places(tree.staged(machine, repository, NONE)) == [("a.py", 1)]


def test_the_history_of_all_branches_is_searched(repository: Path, machine: Machine) -> None:
    put(repository, "train.py", "x = 1\n")
    commit(repository)
    put(repository, "train.py", f"x = 1\n{TOKEN}\n++ b/other.py\n")
    commit(repository, "with it")
    put(repository, "train.py", "x = 1\n")
    commit(repository, "without it")
    git(repository, "checkout", "-q", "-b", "side", "HEAD~2")
    put(repository, "side.py", OTHER)
    commit(repository)
    git(repository, "checkout", "-q", "main")
    assert tree.search(machine, repository, NONE).found == ()
    found = history.search(machine, repository, NONE)
    short = git(repository, "rev-parse", "--short", "main~1").strip()
    assert {leak.file: leak.commit.split(" of ")[0] == short for leak in found.found} == {"train.py": True, "side.py": False}
    assert (found.looked, found.unit, found.unknown) == (4, "commits", "")


def test_messages_merges_and_stashes_are_searched(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", "one\n")
    commit(repository, f"the key is\n\n{TOKEN}")
    git(repository, "checkout", "-q", "-b", "side")
    put(repository, "a.py", "two\n")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    put(repository, "a.py", "three\n")
    commit(repository)
    subprocess.run(["git", *ME, "merge", "side"], cwd=repository, capture_output=True)
    put(repository, "a.py", f"both\n{OTHER}\n")
    commit(repository, "merged by hand")
    put(repository, "a.py", planted(3)[0].text)
    git(repository, "stash", "-q")
    found = {leak.file or leak.commit.split(", ")[1] for leak in history.search(machine, repository, NONE).found}
    digests = {leak.digest for leak in history.search(machine, repository, NONE).found}
    assert found == {"a.py", "the commit's message"}
    assert len(digests) == 3


def test_more_commits_than_git_is_asked_for_at_once(repository: Path, machine: Machine) -> None:
    put(repository, "first.py", TOKEN)
    commit(repository)
    head = git(repository, "rev-parse", "HEAD").strip()
    lines = [f"commit refs/heads/main\ncommitter me <a@b> {at} +0000\ndata 1\nx\n" for at in range(1, history.PART + 5)]
    stream = lines[0] + f"from {head}\n" + "".join(lines[1:])
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=repository, input=stream, text=True, check=True)
    found = history.search(machine, repository, NONE)
    assert (places(found), found.looked) == ([("first.py", None)], history.PART + 5)


def test_a_history_that_takes_too_long_is_cut_and_unknown(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", TOKEN)
    commit(repository)
    assert "0 of 1 commits" in history.search(machine, repository, NONE, seconds=0.0).unknown
    assert history.search(machine, repository, NONE, lambda: True).unknown.startswith("stopped on request")


def test_without_a_repository_there_is_no_history(folder: Path, machine: Machine) -> None:
    for search in (history.search, tree.staged):
        with pytest.raises(Absent, match="not a git repository"):
            search(machine, folder, NONE)
    assert committed.search(machine, folder) == InGit(absent="not a git repository")


def test_files_of_credentials_are_told_by_what_git_does_with_them(repository: Path, machine: Machine) -> None:
    put(repository, ".gitignore", "id_rsa\n.env\n")
    for name in (".env", ".env.example", "id_rsa", "conf/kaggle.json", ".netrc"):
        put(repository, name, "x")
    git(repository, "add", ".gitignore", ".netrc", ".env.example")
    assert committed.search(machine, repository) == InGit(tracked=(".netrc",), exposed=("conf/kaggle.json",), ignored=1)
    git(repository, "commit", "-q", "-m", "one")
    git(repository, "rm", "-q", "--cached", ".netrc")
    git(repository, "commit", "-q", "-m", "two")
    assert committed.search(machine, repository).committed == (".netrc",)
