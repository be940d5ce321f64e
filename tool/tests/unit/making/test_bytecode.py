from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from torch_starter.making.bytecode import compile_all, sources, take_over
from torch_starter.testing import NoProgress
from unit.machines import local

TREE = {
    "package/__init__.py": "x = 1\n",
    "package/inner.py": "y = 2\n",
    "package/broken.py": "this is no Python\n",
    "package/tests/test_inner.py": "z = 3\n",
    "package/data.txt": "",
    "test/alone.py": "",
    "top.py": "",
}


def environment(folder: Path) -> Path:
    """An environment: a link to our interpreter, and a small tree of packages; the folder with these."""
    site = folder / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    for name, text in TREE.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    return site


def names(site: Path) -> list[str]:
    return sorted(str(path.relative_to(site)) for path in sources(site))


def compiled(site: Path) -> set[str]:
    return {f"{path.parent.parent.name}/{path.name.split('.')[0]}" for path in site.rglob("__pycache__/*.pyc")}


@pytest.fixture(params=["plain", "tests"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Also where the project itself is in a folder that is called as one that is left out."""
    return environment(tmp_path / str(request.param) / "env")


def root(site: Path) -> Path:
    return site.parent.parent.parent


def test_modules_are_compiled_and_test_suites_are_not(site: Path) -> None:
    compile_all(local(), root(site), NoProgress(), None)
    assert compiled(site) == {"package/__init__", "package/inner", "site-packages/top"}


def test_what_is_compiled_needs_no_compiling(site: Path) -> None:
    assert names(site) == ["package/__init__.py", "package/broken.py", "package/inner.py", "top.py"]
    compile_all(local(), root(site), NoProgress(), None)
    assert names(site) == ["package/broken.py"]


def test_the_bytecode_is_what_python_loads(site: Path) -> None:
    compile_all(local(), root(site), NoProgress(), None)
    words = [sys.executable, "-v", "-c", "import package.inner"]
    done = subprocess.run(words, env={"PYTHONPATH": str(site)}, capture_output=True, text=True, check=True)
    assert f"matches {site}/package/inner.py" in done.stderr


def linked(old: Path, new: Path) -> None:
    """Make the sources of two environments the same files, as hard links into one cache are."""
    for name in TREE:
        (new / name).unlink()
        os.link(old / name, new / name)


def test_bytecode_of_the_same_files_is_taken_over_by_links(tmp_path: Path) -> None:
    old, new = environment(tmp_path / "old"), environment(tmp_path / "new")
    linked(old, new)
    compile_all(local(), tmp_path / "old", NoProgress(), None)
    take_over(old, new)
    assert compiled(new) == compiled(old)
    for path in old.rglob("*.pyc"):
        assert path.samefile(new / path.relative_to(old))


def test_bytecode_of_other_files_is_not_taken_over(tmp_path: Path) -> None:
    old, new = environment(tmp_path / "old"), environment(tmp_path / "new")
    compile_all(local(), tmp_path / "old", NoProgress(), None)
    take_over(old, new)
    assert compiled(new) == set()


def test_what_was_taken_over_is_not_compiled_again(tmp_path: Path) -> None:
    old, new = environment(tmp_path / "old"), environment(tmp_path / "new")
    linked(old, new)
    compile_all(local(), tmp_path / "old", NoProgress(), None)
    (new / "late.py").write_text("")
    compile_all(local(), tmp_path / "new", NoProgress(), tmp_path / "old")
    assert compiled(new) == {*compiled(old), "site-packages/late"}
    assert next((new / "package").rglob("inner.*.pyc")).stat().st_nlink == 2
