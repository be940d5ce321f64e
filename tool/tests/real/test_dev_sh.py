"""The door: from any folder, through a link, in a path with spaces, with and without uv and Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from real._sandbox import REPOSITORY, uv
from torch_starter.core.spec import Python

BASICS = ("cat", "cp", "dirname", "env", "ls", "mkdir", "mv", "readlink", "rm", "sed", "sh", "sort", "tr", "uname")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The door and the tool, in a path with a space, with nothing built yet."""
    folder = tmp_path / "a clöne"
    folder.mkdir()
    for name in ("dev.sh", "torch-starter.toml", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, folder)
    for name in ("tool", "locks"):
        (folder / name).symlink_to(REPOSITORY / name)
    return folder


def programs(tmp_path: Path, *more: str) -> str:
    """A PATH with the basic programs and those named, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in (*BASICS, *more):
        found = shutil.which(name)
        assert found, name
        link = folder / Path(name).name
        if not link.exists():
            link.symlink_to(Path(found).resolve())
    return str(folder)


def run(argv: Sequence[str | Path], cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the door with the variables of the tests and the given ones; an empty one is unset."""
    merged = {name: value for name, value in {**os.environ, **variables}.items() if value}
    return subprocess.run(argv, cwd=cwd, env=merged, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)


def with_uv() -> str:
    return f"{Path(uv()).parent}:{os.environ['PATH']}"


def test_it_works_from_any_folder_and_through_links(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "absolute").symlink_to(clone / "dev.sh")
    (tmp_path / "links" / "relative").symlink_to("absolute")
    for program, cwd in ((clone / "dev.sh", Path("/")), ("./dev.sh", clone), (tmp_path / "links" / "relative", tmp_path)):
        done = run([program, "--version"], cwd, PATH=with_uv())
        assert (done.returncode, done.stdout[:13]) == (0, "torch-starter"), done.stderr


def test_the_tool_is_built_once(clone: Path) -> None:
    """Also where the locale cannot write the folder's name."""
    first = run(["./dev.sh", "--version"], clone, PATH=with_uv(), LC_ALL="C")
    assert first.returncode == 0, first.stderr
    (tool,) = clone.glob(".torch-starter/*/tool")
    before = (tool / "key").stat().st_mtime_ns
    again = run(["./dev.sh", "--version"], clone, PATH=with_uv(), LC_ALL="C")
    assert (again.returncode, again.stdout[:13]) == (0, "torch-starter")
    assert (tool / "key").stat().st_mtime_ns == before
    assert again.stderr == ""


def test_it_is_built_anew_when_its_lock_changes(clone: Path) -> None:
    (clone / "tool").unlink()
    (clone / "tool").mkdir()
    shutil.copy(REPOSITORY / "tool" / "lock.txt", clone / "tool")
    (clone / "tool" / "src").symlink_to(REPOSITORY / "tool" / "src")
    run(["./dev.sh", "--version"], clone, PATH=with_uv())
    (tool,) = clone.glob(".torch-starter/*/tool")
    before = (tool / "key").read_text()
    with (clone / "tool" / "lock.txt").open("a") as lock:
        lock.write("# changed\n")
    assert run(["./dev.sh", "--version"], clone, PATH=with_uv()).returncode == 0
    assert (tool / "key").read_text() != before


def test_the_warm_path_starts_no_uv(clone: Path, tmp_path: Path) -> None:
    run(["./dev.sh", "--version"], clone, PATH=with_uv())
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "uv").write_text("#!/bin/sh\necho started >&2\nexit 1\n")
    (trap / "uv").chmod(0o755)
    done = run(["./dev.sh", "--version"], clone, PATH=f"{trap}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_shim_that_only_prints_an_error_is_passed_over(clone: Path, tmp_path: Path) -> None:
    trap = tmp_path / "shims"
    trap.mkdir()
    (trap / "python3.12").write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    (trap / "python3.12").chmod(0o755)
    done = run(["./dev.sh", "--version"], clone, PATH=f"{trap}:{with_uv()}")
    assert done.returncode == 0, done.stderr


def test_without_uv_and_without_pip_it_says_what_to_do(clone: Path, tmp_path: Path) -> None:
    done = run(["./dev.sh", "--version"], clone, PATH=programs(tmp_path))
    assert done.returncode == 4
    assert "what to do: install uv" in done.stderr


def asked_of_pip(clone: Path, tmp_path: Path, spec: str, **variables: str) -> str:
    """The version of uv that the door asks pip for, with this spec."""
    (clone / "torch-starter.toml").write_text(spec)
    path, told = programs(tmp_path), tmp_path / "told"
    pip = Path(path) / "python3"
    pip.write_text(f'#!/bin/sh\necho "$*" >{told}\nexit 1\n')
    pip.chmod(0o755)
    assert run(["./dev.sh", "--version"], clone, PATH=path, **variables).returncode == 4
    return told.read_text().split()[-1]


@pytest.mark.parametrize("line", ['uv = "0.13.1"  # x', 'uv="0.13.1"', "  uv\t= '0.13.1'\r"])
def test_uv_is_asked_for_in_the_version_of_the_spec(clone: Path, tmp_path: Path, line: str) -> None:
    assert (
        asked_of_pip(clone, tmp_path, f'[variables]\nuv = "7"\n[python]\nversion = "3.12"\n{line}\n[install]\n') == "uv==0.13.1"
    )


def test_where_the_spec_says_nothing_it_is_the_default_of_the_spec_and_a_variable_wins(clone: Path, tmp_path: Path) -> None:
    assert asked_of_pip(clone, tmp_path, '[python]\nversion = "3.12"\n') == f"uv=={Python().uv}"
    assert asked_of_pip(clone, tmp_path, "", TORCH_STARTER_PYTHON_UV="0.13.2") == "uv==0.13.2"


def test_it_needs_no_home(clone: Path, tmp_path: Path) -> None:
    nothing = {"HOME": "", "PYENV_ROOT": "", "UV_PYTHON_DOWNLOADS": "never", "UV_CACHE_DIR": str(tmp_path / "cache")}
    path = programs(tmp_path, uv())
    done = run(["./dev.sh", "--version"], clone, PATH=path, UV_PYTHON_INSTALL_DIR=str(tmp_path / "none"), **nothing)
    assert (done.returncode, "what to do: one of" in done.stderr) == (4, True), done.stderr


def test_nothing_is_left_where_another_command_has_built_it_meanwhile(clone: Path, tmp_path: Path) -> None:
    assert run(["./dev.sh", "--version"], clone, PATH=with_uv()).returncode == 0
    (tool,) = clone.glob(".torch-starter/*/tool")
    kept, shims = tmp_path / "kept", tmp_path / "shims"
    tool.rename(kept)
    shims.mkdir()
    (shims / "uv").write_text(f'#!/bin/sh\ncase $1 in pip) mv "{kept}" "{tool}" ;; *) exec "{uv()}" "$@" ;; esac\n')
    (shims / "uv").chmod(0o755)
    done = run(["./dev.sh", "--version"], clone, PATH=f"{shims}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tool.parent.glob("tool*")] == ["tool"]


def test_without_a_python_312_it_says_what_to_do(clone: Path, tmp_path: Path) -> None:
    nothing = {"HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path), "UV_PYTHON_DOWNLOADS": "never"}
    path = programs(tmp_path, uv())
    done = run(["./dev.sh", "--version"], clone, PATH=path, UV_PYTHON_INSTALL_DIR=str(tmp_path / "none"), **nothing)
    assert done.returncode == 4, done.stderr
    assert "apt install python3.12" in done.stderr
    assert "pyenv install 3.12" in done.stderr
    assert "uv python install 3.12" in done.stderr


def test_the_platform_is_called_alike_in_the_door_and_in_the_tool(clone: Path) -> None:
    run(["./dev.sh", "--version"], clone, PATH=with_uv())
    (state,) = clone.glob(".torch-starter/*")
    code = (
        "from pathlib import Path; from torch_starter.core.project import platform_name; "
        "from torch_starter.facts.system import in_container; "
        "print(platform_name(Path('/etc/os-release').read_text(), in_container()))"
    )
    told = run([state / "tool" / "bin" / "python", "-I", "-c", code], clone).stdout.strip()
    assert told == state.name


def test_exit_codes_come_through(clone: Path) -> None:
    assert run(["./dev.sh", "no-such-command"], clone, PATH=with_uv()).returncode == 2
    assert run(["./dev.sh", "rollback"], clone, PATH=with_uv()).returncode == 3
