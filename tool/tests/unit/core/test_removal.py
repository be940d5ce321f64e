"""Nothing outside the root is touched, whatever is in it and whoever changes it meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings

from torch_starter.core.emptying import Removed
from torch_starter.core.files import LocalFiles
from torch_starter.core.removal import ASIDE, Refused, discard
from torch_starter.core.tree import measure
from unit.core import hostile

DEEP = 2000


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: the names in it are long."""
    made = Path(tempfile.mkdtemp(prefix="rm-", dir=hostile.SHORT))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def racer() -> Iterator[subprocess.Popen[str]]:
    """Another process, which changes a tree when it is told one."""
    argv = [sys.executable, "-c", hostile.RACER]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        pipe(process.stdin).close()


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def remove_all(where: hostile.Place) -> list[Removed]:
    """Measure and remove all that is in a root. What is refused stays."""
    done = []
    for path in where.parts:
        tops = measure([path]).tops
        try:
            done.append(discard(Path(os.fsdecode(where.root)), path, tops.get(str(path))))
        except Refused:
            continue
    return done


@settings(max_examples=1200)
@given(hostile.STEPS)
def test_all_of_a_hostile_tree_goes_and_nothing_else(steps: hostile.Steps) -> None:
    with tempfile.TemporaryDirectory(prefix="rm-", dir=hostile.SHORT) as folder:
        where = hostile.place(Path(folder))
        hostile.build(where, steps)
        before, inside = hostile.state(where.outside), measure([os.fsdecode(where.root)])
        empty = measure([os.fsdecode(where.root)]).single if not where.parts else 0
        done = remove_all(where)
        assert hostile.state(where.outside) == before
        assert not [left for each in done for left in each.left]
        assert os.listdir(where.root) == []
        assert sum(each.files for each in done) == inside.files
        assert sum(each.bytes for each in done) <= inside.size - empty


@settings(max_examples=800)
@given(hostile.STEPS)
def test_what_is_outside_stays_whatever_another_process_does_meanwhile(
    racer: subprocess.Popen[str], steps: hostile.Steps
) -> None:
    with tempfile.TemporaryDirectory(prefix="rm-", dir=hostile.SHORT) as folder:
        where = hostile.place(Path(folder))
        hostile.build(where, steps)
        before = hostile.state(where.outside)
        pipe(racer.stdin).write(f"{folder}/root\t{folder}/outside\t{len(steps) * 31 + steps[0][2]}\n")
        pipe(racer.stdin).flush()
        remove_all(where)
        remove_all(where)
        assert pipe(racer.stdout).readline() == "done\n"
        assert {path: each[0] for path, each in hostile.state(where.outside).items()} == {p: e[0] for p, e in before.items()}
        assert hostile.state(where.outside) == before
        shutil.rmtree(os.path.join(folder, "root"), ignore_errors=True)


def test_a_tree_two_thousand_levels_deep_goes(folder: Path) -> None:
    root = folder / "root"
    root.mkdir()
    handle = os.open(root, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=handle)
        os.close(os.open("f", os.O_CREAT, dir_fd=handle))
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    assert discard(root, root / "d", None).files == DEEP - 1
    assert os.listdir(root) == ["f"]


@pytest.mark.parametrize("path", ["/root", "/root/", "/other/x", "/root/../x", "/rootx", "/root/a/../../x", "root/x"])
def test_a_path_that_is_not_strictly_below_is_refused(path: str) -> None:
    with pytest.raises(Refused, match="not below"):
        discard(Path("/root"), Path(path), None)


def test_a_link_on_the_way_is_not_followed(folder: Path) -> None:
    where = hostile.place(folder)
    root = Path(os.fsdecode(where.root))
    (root / "link").symlink_to(os.fsdecode(where.outside))
    before = hostile.state(where.outside)
    with pytest.raises(Refused, match="link"):
        discard(root, root / "link" / "deep", None)
    assert hostile.state(where.outside) == before


def test_a_root_that_is_a_link_is_where_its_user_wants_it(folder: Path) -> None:
    (folder / "disk" / "part").mkdir(parents=True)
    (folder / "cache").symlink_to("disk")
    discard(folder / "cache", folder / "cache" / "part", None)
    assert os.listdir(folder / "disk") == []


def test_what_came_in_the_place_of_what_was_measured_stays(folder: Path) -> None:
    (folder / "part").write_text("was looked at")
    tops = measure([folder / "part"]).tops
    (folder / "new").write_text("has just come")
    (folder / "new").replace(folder / "part")
    with pytest.raises(Refused, match="another one"):
        discard(folder, folder / "part", tops[str(folder / "part")])
    assert (folder / "part").read_text() == "has just come"


def test_a_file_with_another_name_frees_nothing(folder: Path) -> None:
    (folder / "cache").mkdir()
    (folder / "elsewhere").write_bytes(b"x" * 100_000)
    (folder / "cache" / "part").hardlink_to(folder / "elsewhere")
    done = discard(folder / "cache", folder / "cache" / "part", None)
    assert (done.files, done.bytes) == (1, 0)
    (folder / "cache" / "both").mkdir()
    (folder / "cache" / "both" / "a").write_bytes(b"x" * 100_000)
    (folder / "cache" / "both" / "b").hardlink_to(folder / "cache" / "both" / "a")
    assert discard(folder / "cache", folder / "cache" / "both", None).bytes >= 100_000


def test_what_is_not_there_is_gone_already(folder: Path) -> None:
    assert discard(folder, folder / "x", None) == Removed()
    with pytest.raises(Refused, match="No such file"):
        discard(folder / "no root", folder / "no root" / "x", None)


def test_it_is_behind_the_door_of_files(folder: Path) -> None:
    (folder / "x").mkdir()
    LocalFiles().discard(folder, folder / "x")
    assert not [name for name in os.listdir(folder) if name == "x" or name.startswith(ASIDE)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_what_is_mounted_a_second_time_stays(folder: Path) -> None:
    """A bind mount has the same device as what it is mounted on."""
    script = (
        "mount --bind '{outside}' '{root}/part/mounted' && '{python}' -c 'from pathlib import Path\n"
        "from torch_starter.core.removal import discard\n"
        'print(discard(Path("{root}"), Path("{root}/part"), None).left)\''
    )
    where = hostile.place(folder)
    root, outside = os.fsdecode(where.root), os.fsdecode(where.outside)
    (Path(root) / "part" / "mounted").mkdir(parents=True)
    before = hostile.state(where.outside)
    words = ["unshare", "--mount", "sh", "-c", script.format(outside=outside, root=root, python=sys.executable)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ":".join(sys.path)})
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"mounting is not permitted: {done.stderr.strip()}")
    assert "mounted" in done.stdout, done.stderr
    assert hostile.state(where.outside) == before
