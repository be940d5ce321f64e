"""Whatever two scripts do to files, they see what they would have seen, and the real files stay as they were."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.harness.acts import OLD
from unit.harness.stage import Actor, acting, photograph

NAMES = ("a", "b", "d", "d/a", "d/e", "d/e/a", "l", "l/a", "n", "n/a", "d/l", "d/l/b", "..", "d/.")
HOWS = ("plain", "whole", "bytes", "path", "dots")
CREATE, ALONE, EMPTY = os.O_CREAT, os.O_CREAT | os.O_EXCL, os.O_CREAT | os.O_TRUNC
FLAGS = (
    os.O_WRONLY | CREATE,
    os.O_RDWR | ALONE,
    os.O_WRONLY | EMPTY,
    os.O_RDWR | os.O_APPEND,
    os.O_RDONLY,
    os.O_WRONLY | os.O_TRUNC,
)

inner = st.sampled_from([name for name in NAMES if name not in ("..", "d/.")])
paths = st.tuples(inner, st.sampled_from(HOWS)).map(list)
strings = st.tuples(inner, st.sampled_from(("plain", "whole", "dots"))).map(list)
folders = st.tuples(st.sampled_from(NAMES[:-2]), st.sampled_from(HOWS)).map(list)
texts = st.sampled_from(["", "x", "some text"])
acts = st.one_of(
    st.tuples(st.just("write"), paths, st.sampled_from(["w", "a", "x", "r+", "w+", "a+", "x+"]), texts),
    st.tuples(st.just("write_number"), paths, st.sampled_from(FLAGS)),
    st.tuples(st.sampled_from(["read", "looks", "list", "scan", "readlink", "realpath"]), paths),
    st.tuples(st.just("state"), paths, st.booleans()),
    st.tuples(st.sampled_from(["walk", "globs", "temporary"]), folders),
    st.tuples(st.just("within"), folders, st.sampled_from(["a", "n", "l"])),
    st.tuples(st.sampled_from(["mkdir", "touch", "rmdir", "remove", "rmtree", "old"]), paths),
    st.tuples(st.just("makedirs"), paths, st.booleans()),
    st.tuples(st.sampled_from(["rename", "replace", "link", "copy", "copytree", "move", "same"]), strings, strings),
    st.tuples(st.just("symlink"), st.sampled_from(["a", "d", "../d", "nothing", "l", "d/e"]), strings),
    st.tuples(st.just("chmod"), paths, st.sampled_from([0o700, 0o755, 0o777])),
    st.tuples(st.just("truncate"), paths, st.sampled_from([0, 3, 20])),
)
numbers = itertools.count()


class Stage:
    """Two scripts on plain files, and two that do the same with their writes led aside to one folder."""

    def __init__(self, folder: Path, plain: list[Actor], aside: list[Actor]) -> None:
        self.folder, self.plain, self.aside = folder, plain, aside

    def begin(self) -> tuple[Path, Path]:
        """New folders for all."""
        number = str(next(numbers))
        roots = self.folder / "plain" / number / "root", self.folder / "real" / number / "root"
        for root, actors in zip(roots, (self.plain, self.aside), strict=True):
            settle(root)
            for actor in actors:
                actor.does("root", str(root))
        return roots


def settle(root: Path) -> None:
    """What is there before a script starts."""
    (root / "d" / "e").mkdir(parents=True)
    (root / "f").mkdir()
    for name in ("a", "d/a", "d/e/a"):
        (root / name).write_text(f"old {name}")
    (root / "l").symlink_to("d")
    (root / "d" / "l").symlink_to("../f")
    (root / "b").symlink_to("d/e/a")
    for path in (*root.rglob("*"), root):
        os.utime(path, (OLD, OLD), follow_symlinks=False)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    scratch = folder / "scratch"
    with acting(folder) as one, acting(folder) as two, acting(folder, scratch) as three, acting(folder, scratch) as four:
        yield Stage(folder, [one, two], [three, four])


STORIES = {
    "what was no folder is a file now": [
        (0, "write", "a", "a", ""),
        (1, "read", "n/a"),
        (0, "write", "n", "w", ""),
        (1, "read", "n/a"),
    ],
    "a folder has changed in which something was removed": [
        (0, "remove", "d/a"),
        (1, "state", "d", True),
        (1, "state", ".", True),
    ],
    "two names of one file are not renamed": [(0, "link", "d/a", "n"), (0, "rename", "d/a", "n"), (0, "state", "d", True)],
    "what cannot be reached cannot be accessed": [(0, "write", "a", "a", ""), (0, "looks", "a/../d")],
    "an entry that is a link leads to what was there": [(0, "symlink", "d", "n"), (0, "scan", ".")],
    "a folder is moved over an empty one": [
        (0, "remove", "d/e/a"),
        (0, "rename", "f", "d/e"),
        (1, "walk", "."),
        (1, "mkdir", "f"),
    ],
    "a file takes the place of a link to a folder": [(0, "rename", "a", "d/l"), (1, "within", "d/l", "x"), (1, "read", "d/l/a")],
    "a folder comes back empty": [
        (0, "rmtree", "d"),
        (1, "mkdir", "d"),
        (1, "list", "d"),
        (0, "write", "d/e", "x", ""),
        (1, "walk", "."),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_that_went_wrong_once_is_told_alike(stage: Stage, story: list[tuple[Any, ...]]) -> None:
    plain, real = stage.begin()
    before = photograph(real.parent)
    for who, act, *words in story:
        count = 2 if act in ("rename", "link") else 1
        start = 1 if act == "symlink" else 0
        given = [[word, "plain"] if start <= place < start + count else word for place, word in enumerate(words)]
        wanted = rooted(stage.plain[who].does(act, *given), plain)
        assert rooted(stage.aside[who].does(act, *given), real) == wanted, (act, *words)
    assert photograph(real.parent) == before


@given(script=st.lists(st.tuples(st.integers(0, 1), acts), max_size=25))
def test_what_is_seen_is_what_would_have_been_and_nothing_real_changes(stage: Stage, script: list[tuple[int, Any]]) -> None:
    plain, real = stage.begin()
    before = photograph(real.parent)
    for who, words in script:
        wanted = rooted(stage.plain[who].does(*words), plain)
        assert rooted(stage.aside[who].does(*words), real) == wanted, words
    assert rooted(stage.aside[0].does("everything"), real) == rooted(stage.plain[0].does("everything"), plain)
    assert photograph(real.parent) == before


def rooted(answer: Any, root: Path) -> Any:
    """An answer in which the root is called alike for all."""
    if isinstance(answer, str):
        return answer.replace(str(root.parent), "")
    return [rooted(each, root) for each in answer] if isinstance(answer, list) else answer
