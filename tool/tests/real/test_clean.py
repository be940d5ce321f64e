"""`cache list` and `clean` on true caches: with the real uv, jobs that hold a cache, other users, and what is in the way."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from real._powerless import NOBODY, needs_root, shut, without_powers
from real._sandbox import Sandbox, not_well
from torch_starter.core.removal import ASIDE

HOLDS = "import sys; file = open(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
GONE = 2**22 + 1  # no process has such a number


@pytest.fixture
def home(ready: Sandbox) -> Sandbox:
    """A project that is set up, with nothing of this machine's caches to be seen."""
    ready.variables["TMPDIR"] = str(ready.folder / "tmp")
    (ready.folder / "tmp").mkdir()
    return ready


def model(home: Sandbox, name: str = "name", size: int = 100_000) -> Path:
    """A model in the hub's cache."""
    folder = home.home / ".cache" / "huggingface" / "hub" / f"models--org--{name}"
    (folder / "blobs").mkdir(parents=True)
    (folder / "snapshots" / "aaa").mkdir(parents=True)
    (folder / "blobs" / "1234").write_bytes(b"x" * size)
    (folder / "snapshots" / "aaa" / "w").symlink_to("../../blobs/1234")
    return folder


def parts(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All parts of an answer, as cache/name."""
    return {f"{part['cache']}/{part['name']}": part for cache in report["caches"] for part in cache["parts"]}


def fates(report: dict[str, Any]) -> dict[str, str]:
    return {name: part["fate"] for name, part in parts(report).items()}


@contextlib.contextmanager
def job(path: Path) -> Iterator[int]:
    """A program that has a file open."""
    argv = [sys.executable, "-c", HOLDS, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process.pid
        process.stdin.close()


def test_what_is_kept_is_listed(home: Sandbox) -> None:
    model(home)
    found = parts(home.json("cache", "list"))
    assert {"huggingface/org/name", "uv/alpha", f"environments/{home.current}"} <= found.keys()
    assert found["huggingface/org/name"]["size"] >= 100_000
    assert found["uv/alpha"]["detail"] == "1.0"
    assert found["uv/alpha"]["back"]["cost"] == "download"
    assert found[f"environments/{home.current}"]["kept"] == "it is the current one"
    code, out, err = home.run("cache", "list", "--only", "huggingface")
    assert code == 0
    assert "org/name" in out
    assert "looking at caches" in err
    assert max(map(len, out.splitlines()[:3])) <= 80


def test_nothing_goes_without_yes(home: Sandbox) -> None:
    folder = model(home)
    for words in (("clean",), ("clean", "--yes", "--dry-run"), ("clean", "--only", "huggingface")):
        report = home.json(*words)
        assert fates(report)["huggingface/org/name"] == "goes"
        assert report["measurements"][0]["name"] == "would-free"
        assert folder.is_dir()
    code, out, _ = home.run("clean")
    assert code == 0
    assert "Nothing was changed: --yes does it." in out


def test_uv_removes_what_it_keeps_and_the_environment_still_works(home: Sandbox) -> None:
    """With hard links nothing comes free before the environment goes."""
    before = home.json("cache", "list", "--only", "uv")
    assert parts(before)["uv/alpha"]["frees"] < parts(before)["uv/alpha"]["size"]
    report = home.json("clean", "--only", "uv/alpha", "--yes")
    assert report["exit_code"] == 0
    assert fates(report) == {"uv/alpha": "gone"}
    assert "uv/alpha" not in parts(home.json("cache", "list", "--only", "uv"))
    assert home.python("import alpha; print(alpha.x)") == "1"


def test_a_job_that_holds_a_cache_keeps_it(home: Sandbox) -> None:
    held, free = model(home, "held"), model(home, "free")
    with job(held / "blobs" / "1234") as number:
        report = home.json("clean", "--only", "huggingface", "--yes")
        assert fates(report) == {"huggingface/org/held": "stays", "huggingface/org/free": "gone"}
        assert parts(report)["huggingface/org/held"]["kept"].startswith(f"process {number} (python")
        assert list(not_well(report)) == ["clean.huggingface"]
        assert report["exit_code"] == 0
    assert (held.exists(), free.exists()) == (True, False)
    assert fates(home.json("clean", "--only", "huggingface", "--yes")) == {"huggingface/org/held": "gone"}


def test_only_old_things_go_and_no_more_than_must(home: Sandbox) -> None:
    for days, name in ((30, "oldest"), (20, "old"), (1, "new")):
        folder = model(home, name)
        moment = os.stat(folder).st_mtime - 86400 * days
        for path in (folder / "blobs" / "1234", folder / "snapshots" / "aaa" / "w"):
            os.utime(path, (moment, moment), follow_symlinks=False)
    report = home.json("clean", "--only", "huggingface", "--older-than", "10d", "--keep", "150kB", "--yes")
    assert fates(report) == {
        "huggingface/org/oldest": "gone",
        "huggingface/org/old": "stays",
        "huggingface/org/new": "stays",
    }
    freed = {each["name"]: each["samples"][0] for each in report["measurements"]}
    assert freed["freed"] >= 100_000


def test_checkpoints_and_data_go_only_where_they_are_named(home: Sandbox) -> None:
    for path in ("checkpoints/best.pt", "lightning_logs/version_0/checkpoints/last.ckpt", "src/__pycache__/mine.cpython-312.pyc"):
        (home.root / path).parent.mkdir(parents=True)
        (home.root / path).write_text("x")
    report = home.json("clean", "--yes")
    assert fates(report)["checkpoints/checkpoints/best.pt"] == "stays"
    assert (home.root / "lightning_logs/version_0/checkpoints/last.ckpt").exists()
    assert not (home.root / "src/__pycache__").exists()
    assert home.venv.is_symlink()
    home.json("clean", "--only", "checkpoints/checkpoints/best.pt", "--yes")
    assert not (home.root / "checkpoints/best.pt").exists()


def test_old_environments_go_and_the_current_one_stays(home: Sandbox) -> None:
    for name in ("old", "in-use"):
        (home.root / ".torch-starter" / "tests" / "envs" / name / "lib").mkdir(parents=True)
    file = home.root / ".torch-starter" / "tests" / "envs" / "in-use" / "lib" / "x.so"
    file.write_text("x")
    with job(file):
        report = home.json("clean", "--only", "environments", "--yes")
    assert fates(report) == {
        "environments/old": "gone",
        **dict.fromkeys((f"environments/{home.current}", "environments/in-use"), "stays"),
    }
    assert home.environments == sorted([home.current, "in-use"])
    assert home.python("import alpha; print(alpha.x)") == "1"


def test_what_a_killed_clean_has_left_goes_the_next_time(home: Sandbox) -> None:
    hub = model(home).parent
    for number in (GONE, os.getpid()):
        (hub / f"{ASIDE}{number}-{'0' * 16}" / "blobs").mkdir(parents=True)
    report = home.json("clean", "--only", "huggingface", "--yes")
    assert fates(report)["huggingface/(left by a clean that was stopped)"] == "gone"
    assert os.listdir(hub) == [f"{ASIDE}{os.getpid()}-{'0' * 16}"]  # whose process still is


def test_what_is_no_folder_cannot_be_looked_at(home: Sandbox) -> None:
    hub = home.home / ".cache" / "huggingface"
    hub.mkdir(parents=True)
    (hub / "hub").write_text("a file")
    (hub / "xet").symlink_to("xet")
    for words in (("cache", "list"), ("clean",)):
        report = home.json(*words)
        assert report["exit_code"] == 3
        seen = {each["id"]: each["seen"] for each in report["findings"]}
        assert seen["caches.huggingface"].endswith("is a file, and no folder")
        assert "symbolic links" in seen["caches.huggingface-xet"]
    home.run("clean", "--yes")
    assert (hub / "hub").read_text() == "a file"


def test_a_folder_that_holds_more_than_a_cache_is_left_alone(home: Sandbox) -> None:
    (home.home / "models--org--mine").mkdir()
    report = home.json("clean", "--yes", HF_HUB_CACHE=str(home.home), UV_CACHE_DIR=str(home.root))
    seen = {each["id"]: each["seen"] for each in report["findings"]}
    assert "holds more than a cache" in seen["caches.huggingface"]
    assert "holds more than a cache" in seen["caches.uv"]
    assert (home.home / "models--org--mine").is_dir()


def test_names_that_are_no_text_are_told_as_they_can_be(home: Sandbox) -> None:
    folder = model(home, "odd\udcff\n\x1b[31m")
    report = home.json("clean", "--only", "huggingface", "--yes")
    assert list(fates(report).values()) == ["gone"]
    assert not folder.exists()
    code, out, err = home.run("cache", "list")
    assert code == 0, err
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--older-than", "soon"), "clean.older-than"),
        (("--keep", "much"), "clean.keep"),
        (("--only", "huggingfase"), "cache.unknown"),
        (("--only", "uv/nothing"), "cache.unknown"),
    ],
)
def test_nonsense_is_wrong_usage(home: Sandbox, words: tuple[str, str], code: str) -> None:
    report = home.json("clean", "--yes", *words)
    assert report["exit_code"] == 2
    assert report["problem"]["code"] == code
    assert report["problem"]["remedy"]


@needs_root
def test_what_another_user_may_not_remove_is_told_and_the_rest_goes(home: Sandbox) -> None:
    """Without its powers root is a user as any other: a folder that is shut but ours goes, one of somebody else's stays."""
    mine, theirs = model(home, "mine"), model(home, "theirs")
    (mine / "blobs").chmod(0)
    for path in (theirs, *theirs.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    report = without_powers(home, "clean", "--only", "huggingface", "--yes")
    assert fates(report) == {"huggingface/org/mine": "gone", "huggingface/org/theirs": "stays"}
    assert "Permission denied" in parts(report)["huggingface/org/theirs"]["kept"]
    assert report["exit_code"] == 1
    assert (theirs / "blobs" / "1234").exists()


@needs_root
def test_what_may_not_be_read_is_not_said_to_be_nothing(home: Sandbox) -> None:
    theirs = model(home, "theirs")
    shut(theirs / "blobs")
    report = without_powers(home, "cache", "list", "--only", "huggingface")
    assert report["exit_code"] == 3
    assert report["findings"][0]["seen"] == f"not looked into: {theirs / 'blobs'}"
    shut(theirs)
    report = without_powers(home, "cache", "list", "--only", "huggingface")
    assert report["findings"][0]["seen"] == f"not looked into: {theirs}"
    shut(theirs.parent)
    report = without_powers(home, "cache", "list")
    assert report["exit_code"] == 3
    assert {each["id"]: each["seen"] for each in report["findings"]} == {
        "caches.huggingface": f"not looked into: {theirs.parent}"
    }


@needs_root
def test_a_revision_is_not_old_where_the_names_may_not_be_read(home: Sandbox) -> None:
    folder = model(home)
    for name in ("main", "pr/1"):
        (folder / "refs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "refs" / name).write_text("bbb")
    assert "huggingface/org/name (old)" in parts(home.json("cache", "list", "--only", "huggingface"))
    shut(folder / "refs" / "pr")
    assert "huggingface/org/name (old)" not in parts(without_powers(home, "cache", "list", "--only", "huggingface"))


@needs_root
def test_a_link_that_another_user_has_put_in_the_place_of_a_cache_is_not_followed(home: Sandbox) -> None:
    """Everybody may write into the folder for temporary files, and lead to something of yours from there."""
    (home.root / "precious" / "ab").mkdir(parents=True)
    link = Path(home.variables["TMPDIR"]) / "torchinductor_ada"
    link.symlink_to(home.root / "precious")
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    report = home.json("clean", "--only", "inductor", "--yes", LOGNAME="ada")
    assert report["exit_code"] == 3
    assert report["findings"][0]["seen"] == f"{link} is a link that another user has made"
    assert (home.root / "precious" / "ab").is_dir()
