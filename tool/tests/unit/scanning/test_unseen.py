"""What cannot be looked at is unknown or counted, and never "none": files, what is staged, commits."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from torch_starter.core.facts import Unknown
from torch_starter.core.machine import Machine
from torch_starter.scanning import committed, content, history, tree
from torch_starter.scanning.allowed import Allowed
from torch_starter.scanning.repository import opened, shown
from unit.scanning.planted import planted
from unit.scanning.repositories import commit, git, places, put

NONE = Allowed()
TOKEN, OTHER = planted()[0].text, planted(2)[0].text
LATIN = os.fsdecode("caf\xe9.py".encode("latin-1"))


def test_a_name_that_is_not_utf_8_is_opened_and_told_with_escapes(repository: Path, machine: Machine) -> None:
    put(repository, LATIN, TOKEN)
    put(repository, 'a "b"\t.py', TOKEN)
    git(repository, "add", "-A")
    names = [("caf\\xe9.py", 1), ('a "b"\t.py', 1)]
    assert sorted(places(tree.search(machine, repository, NONE))) == sorted(names)
    assert sorted(places(tree.staged(machine, repository, NONE))) == sorted(names)
    commit(repository)
    assert {name for name, _ in places(history.search(machine, repository, NONE))} == {name for name, _ in names}
    assert tree.search(machine, repository, Allowed(paths=("caf*", "a *"))).found == ()


@pytest.mark.parametrize("name", ["plain.py", "ü.py", 'a"b\\c\n\x01.py', LATIN])
def test_a_name_is_read_as_git_writes_it(repository: Path, machine: Machine, name: str) -> None:
    put(repository, name, "")
    assert tree.listed(machine, repository).names == (name,)
    assert shown(name).isprintable() or "\n" in name
    assert opened(git(repository, "ls-files", "--others").rstrip("\n")) == name


def test_a_file_that_cannot_be_read_is_unknown_and_one_that_is_gone_is_not(repository: Path, machine: Machine) -> None:
    put(repository, "gone.py", "x")
    put(repository, "a.py", TOKEN)
    git(repository, "add", "-A")
    (repository / "gone.py").unlink()
    assert tree.search(machine, repository, NONE).unknown == ""
    blob = git(repository, "rev-parse", ":gone.py").strip()
    name = "n" * 300  # longer than a name can be
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    found = tree.search(machine, repository, NONE)
    assert (places(found), found.looked, found.left_out) == ([("a.py", 1)], 1, 0)
    assert f"could not be read: {name} (File name too long)" in found.unknown
    assert tree.search(machine, repository, Allowed(paths=("n*",))).unknown == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_closed_folder_is_unknown(repository: Path, machine: Machine) -> None:
    put(repository, "closed/a.py", TOKEN)
    put(repository, "b.py", "")
    (repository / "closed").chmod(0)
    with_git = tree.search(machine, repository, NONE)
    (repository / ".git").rename(repository.parent / "git")
    without = tree.search(machine, repository, NONE)
    (repository / "closed").chmod(0o700)
    assert ("could not open" in with_git.unknown, "could not open" in without.unknown) == (True, True)


def test_a_project_that_the_repository_around_it_ignores_is_searched(repository: Path, machine: Machine) -> None:
    put(repository, ".gitignore", "*\n")
    put(repository, "mine/a.py", TOKEN)
    put(repository, "mine/.env", TOKEN)
    assert places(tree.search(machine, repository / "mine", NONE)) == [("a.py", 1)]
    put(repository, "mine/b.py", "")
    git(repository, "add", "-f", "mine/b.py")
    assert places(tree.search(machine, repository / "mine", NONE)) == [("a.py", 1)]


def test_what_a_project_ignores_itself_stays_ignored(repository: Path, machine: Machine) -> None:
    put(repository, "mine/.gitignore", "*\n!b.py\n")
    put(repository, "mine/a.py", TOKEN)
    put(repository, "mine/b.py", TOKEN)
    assert places(tree.search(machine, repository / "mine", NONE)) == [("b.py", 1)]


def test_below_the_top_of_a_repository_paths_are_those_of_the_project(repository: Path, machine: Machine) -> None:
    put(repository, "mine/a.py", TOKEN)
    put(repository, "mine/id_rsa", "x")
    put(repository, "beside.py", OTHER)
    git(repository, "add", "-A")
    mine = repository / "mine"
    assert places(tree.staged(machine, mine, NONE)) == [("a.py", 1)]
    assert tree.staged(machine, mine, Allowed(paths=("a.py",))).found == ()
    commit(repository)
    git(repository, "rm", "-q", "mine/id_rsa")
    commit(repository)
    assert places(history.search(machine, mine, NONE)) == [("a.py", None)]
    assert history.search(machine, mine, Allowed(paths=("a.py",))).found == ()
    assert committed.search(machine, mine).committed == ("id_rsa",)


def test_what_is_staged_is_left_out_as_files_are(repository: Path, machine: Machine) -> None:
    put(repository, "weights.bin", b"\0" + TOKEN.encode())
    put(repository, "big.txt", TOKEN + " " * content.MOST_BYTES)
    put(repository, "empty.txt", "")
    put(repository, "a.py", f"\n\n{TOKEN}\n")
    (repository / "link.txt").symlink_to("a.py")
    git(repository, "add", "-A")
    found = tree.staged(machine, repository, NONE)
    assert (places(found), found.looked, found.left_out, found.unknown) == ([("a.py", 3)], 2, 2, "")


def test_what_is_staged_and_lost_is_unknown(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", "x = 1")
    git(repository, "add", "-A")
    (blob,) = (path for path in (repository / ".git/objects").glob("??/*"))
    blob.unlink()
    assert tree.staged(machine, repository, NONE).unknown.startswith("0 of 1 staged files were looked at: git lacks")


def test_what_is_staged_is_not_searched_once_stopped(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", TOKEN)
    git(repository, "add", "-A")
    assert "stopped on request" in tree.staged(machine, repository, NONE, lambda: True).unknown


def test_a_value_has_the_same_digest_in_each_place(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", 'DB_PASSWORD = "pässwö7' + 'rdQ!xz"\n')
    put(repository, "b.py", ('DB_PASSWORD = "pässwö7' + 'rdQ!xz"\n').encode("latin-1"))
    commit(repository)
    put(repository, "a.py", 'x = 1\nDB_PASSWORD = "pässwö7' + 'rdQ!xz"\n')
    git(repository, "add", "-A")
    files = {(leak.file, leak.digest) for leak in tree.search(machine, repository, NONE).found}
    assert {name for name, _ in files} == {"a.py", "b.py"}
    assert {(leak.file, leak.digest) for leak in history.search(machine, repository, NONE).found} == files
    assert {(leak.file, leak.digest) for leak in tree.staged(machine, repository, NONE).found} < files


def test_a_shallow_clone_is_unknown_and_searched(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", OTHER)
    commit(repository)
    put(repository, "a.py", TOKEN)
    commit(repository)
    clone = repository.parent / "clone"
    git(repository.parent, "clone", "-q", "--depth", "1", repository.as_uri(), str(clone))
    found = history.search(machine, clone, NONE)
    assert (places(found), found.looked) == ([("a.py", None)], 1)
    assert "git fetch --unshallow" in found.unknown
    assert "git fetch --unshallow" in committed.search(machine, clone).unknown


@pytest.mark.parametrize("attributes", ["*.ipynb -diff\n", "*.ipynb binary\n", "*.ipynb -diff\n* -text\n"])
def test_a_notebook_that_git_is_told_not_to_show_is_searched(repository: Path, machine: Machine, attributes: str) -> None:
    put(repository, ".gitattributes", attributes)
    put(repository, "my work ü.ipynb", TOKEN)
    put(repository, "weights.bin", b"\0" + TOKEN.encode())
    commit(repository)
    (repository / "my work ü.ipynb").unlink()
    commit(repository)
    found = history.search(machine, repository, NONE)
    assert (places(found), found.looked, found.left_out) == ([("my work ü.ipynb", None)], 2, 1)
    assert found.found[0].commit.startswith(git(repository, "rev-parse", "--short", "HEAD~1").strip())


def test_a_binary_in_a_merge_is_counted(repository: Path, machine: Machine) -> None:
    for branch in ("main", "side"):
        git(repository, "checkout", "-q", "--orphan", branch)
        put(repository, "a b.bin", b"\0" + branch.encode())
        commit(repository)
    subprocess.run(["git", "merge", "-q", "--allow-unrelated-histories", "main"], cwd=repository, capture_output=True)
    put(repository, "a b.bin", b"\0both")
    commit(repository, "merged by hand")
    assert history.search(machine, repository, NONE).left_out == 1


def test_older_stashes_are_searched(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", "x = 1\n")
    commit(repository)
    for text in (TOKEN, "x = 2\n"):
        put(repository, "a.py", text)
        git(repository, "stash", "-q")
    assert places(history.search(machine, repository, NONE)) == [("a.py", None)]


def test_settings_of_git_change_nothing(repository: Path, machine: Machine) -> None:
    for name in ("diff.noprefix", "diff.mnemonicPrefix", "log.showSignature"):
        git(repository, "config", name, "true")
    put(repository, "b/a b.py", TOKEN)
    commit(repository)
    assert places(history.search(machine, repository, NONE)) == [("b/a b.py", None)]


def test_a_repository_that_git_cannot_read_is_unknown(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", TOKEN)
    put(repository, ".netrc", "x")
    commit(repository)
    (repository / ".git/refs/heads/broken").write_text("0123456789" * 4 + "\n")
    with pytest.raises(Unknown, match="git rev-list ended with 128"):
        history.search(machine, repository, NONE)
    told = committed.search(machine, repository)
    assert (told.tracked, "git log ended with 128" in told.unknown) == ((".netrc",), True)
    (repository / ".git/index").write_bytes(b"nothing that git knows")
    assert "git ls-files ended with 128" in committed.search(machine, repository).unknown
    found = tree.search(machine, repository, NONE)
    assert (places(found), "without git: git ls-files ended with 128" in found.unknown) == ([("a.py", 1)], True)


def test_a_folder_of_another_user_is_unknown(repository: Path, machine: Machine) -> None:
    put(repository, "a.py", TOKEN)
    machine.variables["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    with pytest.raises(Unknown, match=r"safe\.directory"):
        history.search(machine, repository, NONE)
    assert "safe.directory" in committed.search(machine, repository).unknown
    found = tree.search(machine, repository, NONE)
    assert (places(found), "safe.directory" in found.unknown) == ([("a.py", 1)], True)
