"""A copy that faults are put into: all comes back, and the original is never changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.problems import CommandFailed
from torch_starter.core.victim import Victim
from unit.machines import local
from unit.victims import METADATA, MODULES, SITE, line, make, tree

NEW = ("sitecustomize.py", "alpha/more.py", "gamma/deep/down.py", "~lpha-0.9.dist-info/METADATA")
UV = """#!/bin/sh
set -e
site=$(dirname "$4")/../lib/python3.12/site-packages
cd "$site"
rm -rf beta.py beta-1.0.dist-info
case $2 in install)
  mkdir beta-2.0.dist-info data
  echo 'z = 4' >beta.py; echo more >data/file
  printf 'beta.py,,\\ndata/file,,\\nbeta-2.0.dist-info/RECORD,,\\n' >beta-2.0.dist-info/RECORD
esac
"""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Victim:
    """One victim for all examples, as self-test has one for all faults."""
    return make(tmp_path_factory.mktemp("used"))


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    return make(tmp_path)


def with_uv(folder: Path) -> Victim:
    """A victim with a uv that takes beta 1.0 away, and for `install` puts beta 2.0 there."""
    (folder / "uv").write_text(UV)
    (folder / "uv").chmod(0o755)
    return make(folder, str(folder / "uv"))


def replace(victim: Victim, path: str, text: str) -> None:
    victim.replace(victim.site / path, text)


def test_what_a_file_is_a_link_to_is_not_changed(victim: Victim, tmp_path: Path) -> None:
    (tmp_path / "cached.py").write_text("x = 1\n")
    linked = victim.site / "linked.py"
    linked.symlink_to(tmp_path / "cached.py")
    victim.replace(linked, "x = 2\n")
    assert (linked.read_text(), (tmp_path / "cached.py").read_text()) == ("x = 2\n", "x = 1\n")


def publish(victim: Victim, path: str, text: str) -> None:
    victim.publish(victim.site / path, text)


def remove(victim: Victim, path: str, text: str) -> None:
    victim.remove(victim.site / path)


def at_home(victim: Victim, path: str, text: str) -> None:
    victim.replace(victim.home / path, text)


def here(victim: Victim, path: str, text: str) -> None:
    victim.replace(victim.here / path, text)


def setting(victim: Victim, path: str, text: str) -> None:
    victim.variables[path] = text
    victim.wrap = ["sh", text]


Action = tuple[Callable[[Victim, str, str], None], str, str]
PATHS = st.sampled_from([*MODULES, *NEW, *(f"{info}/RECORD" for info in METADATA)])
ACTIONS = st.tuples(st.sampled_from([replace, publish, remove, at_home, here, setting]), PATHS, st.text("ab\n", max_size=4))


def test_at_first_it_is_the_same_files_with_an_empty_home(victim: Victim) -> None:
    assert tree(victim.copy) == tree(victim.original)
    assert len(tree(victim.copy)) > 10
    assert (list(victim.home.iterdir()), list(victim.here.iterdir())) == ([], [])
    assert victim.python == victim.copy / "bin" / "python"
    assert victim.find("alpha/p*.py").read_text() == "y = 2\n"


@given(st.lists(ACTIONS, max_size=8))
def test_whatever_is_done_the_original_stays_and_restore_brings_all_back(used: Victim, actions: list[Action]) -> None:
    before = tree(used.original)
    for act, path, text in actions:
        act(used, path, text)
    assert tree(used.original) == before
    used.restore()
    assert tree(used.copy) == tree(used.original) == before
    assert (list(used.home.iterdir()), list(used.here.iterdir())) == ([], [])
    assert (used.variables, used.wrap) == ({}, [])


@given(st.lists(ACTIONS, max_size=5))
def test_to_restore_twice_is_to_restore_once(used: Victim, actions: list[Action]) -> None:
    for act, path, text in actions:
        act(used, path, text)
    used.restore()
    once = tree(used.copy)
    used.restore()
    assert tree(used.copy) == once


def test_a_replaced_file_is_another_one(victim: Victim) -> None:
    replace(victim, "beta.py", "z = 4\n")
    assert (victim.site / "beta.py").read_text() == "z = 4\n"
    assert (victim.original / SITE / "beta.py").read_text() == "z = 3\n"


def test_what_is_published_agrees_with_its_record_and_no_other_line_changes(victim: Victim) -> None:
    publish(victim, "alpha/part.py", "raise OSError\n")
    found = (victim.site / "alpha-1.0.dist-info" / "RECORD").read_text().splitlines()
    assert found == [
        line("alpha/__init__.py", "x = 1\n"),
        line("alpha/part.py", "raise OSError\n"),
        "alpha-1.0.dist-info/RECORD,,",
    ]
    assert (victim.site / "beta-1.0.dist-info" / "RECORD").samefile(victim.original / SITE / "beta-1.0.dist-info" / "RECORD")


def test_a_removed_package_comes_back(tmp_path: Path) -> None:
    victim = with_uv(tmp_path)
    victim.uninstall("beta")
    assert not list(victim.site.glob("beta*"))
    victim.restore()
    assert tree(victim.copy) == tree(victim.original)


def test_another_version_goes_with_all_that_it_brought(tmp_path: Path) -> None:
    victim = with_uv(tmp_path)
    before = tree(victim.original)
    victim.install("beta==2.0")
    assert (victim.site / "beta.py").read_text() == "z = 4\n"
    assert (victim.site / "data" / "file").exists()
    victim.restore()
    assert tree(victim.copy) == tree(victim.original) == before


def test_an_installation_that_fails_says_so_and_can_be_restored(victim: Victim) -> None:
    with pytest.raises(CommandFailed, match=r"installing beta==2\.0 failed"):
        victim.install("beta==2.0")
    victim.restore()
    assert tree(victim.copy) == tree(victim.original)


def test_what_the_environment_does_not_have_is_said(victim: Victim) -> None:
    with pytest.raises(CommandFailed, match=r"no torch/__init__\.py"):
        victim.find("torch/__init__.py")


def test_what_a_run_before_left_is_gone(tmp_path: Path) -> None:
    left = tmp_path / "state" / "self-test" / "environment" / "left"
    left.mkdir(parents=True)
    victim = make(tmp_path)
    assert not left.exists()
    assert tree(victim.copy) == tree(victim.original)


def test_an_environment_that_cannot_be_copied_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="copying the environment failed"):
        Victim(local(), tmp_path / "nowhere", tmp_path / "state", Path("/bin/false"), {"PATH": os.defpath})
