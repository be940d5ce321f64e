"""Sets of packages are tried aside: in one environment that becomes one set after the other, or a new one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed, Problem
from torch_starter.core.processes import LocalProcesses
from torch_starter.core.project import Project
from torch_starter.making.candidate import Aside, CannotBuild, bytes_of

LOCK = "alpha==1.0 \\\n    --hash=sha256:0\n"
BUILD_FAILED = """\
Resolved 1 package in 3ms
   Building my-pkg==1.0
error: Failed to build `my-pkg==1.0`
  cause: The build backend returned an error
  cause: Call to `be.build_wheel` failed (exit status: 1)

         [stderr]
         Traceback (most recent call last):
           File "<string>", line 11, in <module>
         RuntimeError: no compiler is here
"""
OLDER = """\
  \N{MULTIPLICATION SIGN} Failed to download and build `my-pkg==1.0`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)
"""
HINT = "\nhint: Build failures usually indicate a problem with the package or the build environment\n"
UV = """#!/bin/sh
for word; do last=$word; done
echo "$*" >>{folder}/words; echo "$UV_COMPILE_BYTECODE $OWN" >>{folder}/variables
case $1 in
venv) mkdir -p "$last/bin" "$last/lib/python3.12/site-packages"; : >"$last/bin/python";;
pip) {sync};;
esac
"""


def aside(folder: Path, sync: str = ":", previous: Path | None = None) -> Aside:
    """With a program in the place of uv, which makes an empty environment, then does as `sync` says."""
    (folder / "uv").write_text(UV.format(folder=folder, sync=sync))
    (folder / "uv").chmod(0o755)
    machine = Machine(LocalProcesses(), LocalFiles(), {})
    variables = {**os.environ, "OWN": "kept", "UV_COMPILE_BYTECODE": "1"}
    return Aside(folder / "aside", machine, Project(folder, "here"), folder / "uv", variables, Path("/usr/bin/python3"), previous)


def words_of(folder: Path) -> list[str]:
    return (folder / "words").read_text().splitlines()


def test_it_has_exactly_the_packages_of_a_lock(tmp_path: Path) -> None:
    made = aside(tmp_path)
    made.become(LOCK, None, fresh=False)
    assert made.lock.read_text() == LOCK
    venv, sync = words_of(tmp_path)
    assert venv == f"venv --clear --relocatable --python /usr/bin/python3 {made.environment}"
    assert sync == f"pip sync --require-hashes --python {made.environment}/bin/python {made.lock}"
    assert {*(tmp_path / "variables").read_text().splitlines()} == {"0 kept"}  # an import writes what it needs


def test_the_packages_of_the_project_itself_can_be_imported(tmp_path: Path) -> None:
    made = aside(tmp_path)
    made.become(LOCK, None, fresh=True)
    (site,) = made.environment.glob("lib/python*/site-packages")
    assert any("src" in path.read_text() for path in site.glob("*.pth"))


def test_the_next_set_changes_the_same_environment(tmp_path: Path) -> None:
    made = aside(tmp_path)
    made.become(LOCK, None, fresh=True)
    (made.environment / "mark").touch()
    made.become(LOCK.replace("1.0", "1.1"), None, fresh=False)
    assert [words.split()[0] for words in words_of(tmp_path)] == ["venv", "pip", "pip"]
    assert (made.environment / "mark").exists()
    assert "alpha==1.1" in made.lock.read_text()


def test_bytecode_of_modules_that_are_one_file_goes_with_each_set(tmp_path: Path) -> None:
    made = aside(tmp_path)
    made.become(LOCK, None, fresh=True)
    site = made.environment / "lib" / "python3.12" / "site-packages"
    for folder in (site, site / "whole"):  # uv itself sees to the folders of packages
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "__pycache__" / "one.cpython-312.pyc").write_text("of the release before")
    made.become(LOCK, None, fresh=False)
    assert [str(path.relative_to(site)) for path in site.rglob("*.pyc")] == ["whole/__pycache__/one.cpython-312.pyc"]


def test_a_fresh_one_has_nothing_of_the_one_before_but_the_bytecode_of_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")
    made = aside(tmp_path, f'site=$(dirname "$5")/../lib/python3.12/site-packages; ln {tmp_path}/a.py $site/a.py; : >$site/b.py')
    made.become(LOCK, None, fresh=True)
    site = made.environment / "lib" / "python3.12" / "site-packages"
    LocalFiles().write(site / "left.py", "")
    for name in ("a", "b"):
        LocalFiles().write(site / "__pycache__" / f"{name}.cpython-312.pyc", "")
    made.become(LOCK, None, fresh=True)
    assert [words.split()[0] for words in words_of(tmp_path)] == ["venv", "pip"] * 2
    assert not (site / "left.py").exists()
    assert [path.name for path in site.glob("__pycache__/*")] == ["a.cpython-312.pyc"]
    assert sorted(path.name for path in made.folder.iterdir()) == ["environment", "lock.txt"]


@pytest.mark.parametrize(
    ("text", "index", "named"),
    [
        (LOCK, "https://example.org/cpu", False),
        (LOCK.replace("1.0", "1.0+cpu"), "https://example.org/cpu", True),
        ("a==1+b", None, False),
    ],
)
def test_an_additional_index_is_named_where_a_build_of_its_own_is_wanted(
    tmp_path: Path, text: str, index: str | None, named: bool
) -> None:
    aside(tmp_path).become(text, index, fresh=True)
    assert words_of(tmp_path)[1].endswith(" --index https://example.org/cpu") == named


def failing(folder: Path, said: str, fresh: bool = True) -> Problem:
    (folder / "said").write_text(said)
    with pytest.raises(Problem) as stopped:
        aside(folder, f"cat {folder}/said >&2; exit 1").become(LOCK, None, fresh=fresh)
    return stopped.value


@pytest.mark.parametrize("said", [BUILD_FAILED, OLDER, BUILD_FAILED + HINT, OLDER + HINT])
def test_a_package_that_cannot_be_built_is_named(tmp_path: Path, said: str) -> None:
    problem = failing(tmp_path, said)
    assert isinstance(problem, CannotBuild)
    assert problem.package == "my-pkg"
    assert problem.message.startswith("my-pkg 1.0 cannot be built from its source: ")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (BUILD_FAILED, "RuntimeError: no compiler is here"),
        (OLDER, "Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)"),
    ],
)
def test_the_reason_is_the_last_line(tmp_path: Path, said: str, reason: str) -> None:
    assert failing(tmp_path, said).message.endswith(f": {reason}")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (OLDER + "  ╰─▶ error sending request for url", "network.unreachable"),
        ("error: No space left on device (os error 28)", "disk.full"),
        ("error: Hash mismatch for `alpha==1.0`", "lock.hash"),
        ("panic", "uv.failed"),
    ],
)
def test_whatever_else_fails_is_no_fault_of_a_set(tmp_path: Path, said: str, code: str) -> None:
    problem = failing(tmp_path, said)
    assert not isinstance(problem, CannotBuild)
    assert problem.code == code


def test_after_a_failure_the_next_set_is_tried_all_the_same(tmp_path: Path) -> None:
    failing(tmp_path, BUILD_FAILED)
    made = aside(tmp_path)
    made.become(LOCK, None, fresh=False)
    assert made.environment.exists()


def test_an_environment_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    made = aside(tmp_path)
    (tmp_path / "uv").write_text("#!/bin/sh\necho no such interpreter >&2; exit 2\n")
    with pytest.raises(CommandFailed, match="making an environment for a trial: no such interpreter"):
        made.become(LOCK, None, fresh=True)


def test_nothing_is_left(tmp_path: Path) -> None:
    made = aside(tmp_path)
    made.become(LOCK, None, fresh=True)
    made.remove()
    assert not made.folder.exists()


def test_what_it_takes_is_counted_apart_from_what_it_shares(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"x" * 8192)
    folder = tmp_path / "env"
    LocalFiles().hard_link(tmp_path / "cache", folder / "shared")
    assert bytes_of(folder)[0] == 0
    LocalFiles().write(folder / "deep" / "own", b"x" * 4096)
    own, whole = bytes_of(folder)
    assert own == (folder / "deep" / "own").stat().st_blocks * 512 > 0
    assert whole == own + (tmp_path / "cache").stat().st_blocks * 512
