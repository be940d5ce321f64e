"""Where allocators are found, in trees of files such as distributions make them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from torch_starter.core.files import LocalFiles
from torch_starter.facts.allocators import Allocators, huge_pages, search, versions
from unit.machines import local

X86, ARM = 62, 183  # of the header of a program
DEBIAN = "usr/lib/x86_64-linux-gnu"


def binary(path: Path, machine: int = X86, wide: bool = True) -> Path:
    """The header of a program or a library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x7fELF" + bytes([2 if wide else 1, 1]) + bytes(12) + machine.to_bytes(2, "little") + bytes(8))
    return path


def found(root: Path, *libraries: str, variables: dict[str, str] | None = None) -> dict[str, str]:
    """What is found of libraries at these paths; told without the folder that stands for the root."""
    for library in libraries:
        binary(root / library)
    told = search(variables or {}, root, binary(root / "python"))
    return {name: path.replace(f"{root}/", "/") for name, path in told.items()}


@pytest.mark.parametrize(
    ("libraries", "paths"),
    [
        (
            (f"{DEBIAN}/libtcmalloc_minimal.so.4", f"{DEBIAN}/libjemalloc.so.2", f"{DEBIAN}/libmimalloc.so.2.0"),
            {
                "tcmalloc": f"/{DEBIAN}/libtcmalloc_minimal.so.4",
                "jemalloc": f"/{DEBIAN}/libjemalloc.so.2",
                "mimalloc": f"/{DEBIAN}/libmimalloc.so.2.0",
            },
        ),
        (("usr/lib64/libjemalloc.so.2",), {"jemalloc": "/usr/lib64/libjemalloc.so.2"}),
        (
            ("usr/lib/libtcmalloc.so.4", "usr/lib/libmimalloc.so"),
            {"tcmalloc": "/usr/lib/libtcmalloc.so.4", "mimalloc": "/usr/lib/libmimalloc.so"},
        ),
        (("usr/local/lib/libjemalloc.so.2", "usr/lib64/libjemalloc.so.2"), {"jemalloc": "/usr/local/lib/libjemalloc.so.2"}),
        ((f"{DEBIAN}/libtcmalloc_minimal_debug.so.4", f"{DEBIAN}/libjemalloc.so.2.bak", f"{DEBIAN}/libjemalloc.a"), {}),
    ],
    ids=["Debian", "Fedora", "Arch", "by hand", "none of them"],
)
def test_libraries_are_found_where_distributions_put_them(
    tmp_path: Path, libraries: tuple[str, ...], paths: dict[str, str]
) -> None:
    assert found(tmp_path, *libraries) == paths


def test_those_of_an_environment_go_first_and_are_told_by_its_variable(tmp_path: Path) -> None:
    conda = {"CONDA_PREFIX": str(tmp_path / "conda")}
    libraries = ("conda/lib/libjemalloc.so.2", f"{DEBIAN}/libjemalloc.so.2", f"{DEBIAN}/libmimalloc.so.2")
    assert found(tmp_path, *libraries, variables=conda) == {
        "jemalloc": "$CONDA_PREFIX/lib/libjemalloc.so.2",
        "mimalloc": f"/{DEBIAN}/libmimalloc.so.2",
    }


def test_pip_puts_some_beside_packages(tmp_path: Path) -> None:
    packages = "env/lib/python3.12/site-packages"
    libraries = (f"{packages}/cmeel.prefix/lib/libmimalloc.so.3", f"{packages}/ray/core/libjemalloc.so", "env/lib/libiomp5.so")
    told = found(tmp_path, *libraries, variables={"VIRTUAL_ENV": str(tmp_path / "env")})
    assert told == {
        "mimalloc": "$VIRTUAL_ENV/lib/python3.12/site-packages/cmeel.prefix/lib/libmimalloc.so.3",
        "jemalloc": "$VIRTUAL_ENV/lib/python3.12/site-packages/ray/core/libjemalloc.so",
        "iomp5": "$VIRTUAL_ENV/lib/libiomp5.so",
    }


def test_the_environment_of_the_project_is_looked_at(tmp_path: Path) -> None:
    told = found(tmp_path, "project/.venv/lib/libiomp5.so", variables={"TORCH_STARTER_ROOT": str(tmp_path / "project")})
    assert told == {"iomp5": "$TORCH_STARTER_ROOT/.venv/lib/libiomp5.so"}


def test_what_the_loader_finds_itself_is_told_by_its_name(tmp_path: Path) -> None:
    folders = {"LD_LIBRARY_PATH": f":{tmp_path}/nowhere:{tmp_path}/modules/lib"}
    assert found(tmp_path, "modules/lib/libjemalloc.so.2", variables=folders) == {"jemalloc": "libjemalloc.so.2"}


def test_a_library_of_another_processor_cannot_be_loaded(tmp_path: Path) -> None:
    binary(tmp_path / "usr/lib/libjemalloc.so.2", wide=False)
    binary(tmp_path / "usr/lib/aarch64-linux-gnu/libjemalloc.so.2", ARM)
    assert found(tmp_path) == {}
    assert found(tmp_path, "lib64/libjemalloc.so.1") == {"jemalloc": "/lib64/libjemalloc.so.1"}


def test_what_is_no_library_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib64"
    folder.mkdir(parents=True)
    (folder / "libjemalloc.so.2").symlink_to("gone")
    (folder / "libtcmalloc_minimal.so.4").write_text("GROUP ( /usr/lib/libtcmalloc.so )")
    (folder / "libmimalloc.so.2").mkdir()
    assert found(tmp_path) == {}
    assert search({}, tmp_path, folder / "libtcmalloc_minimal.so.4") == {}


def test_the_name_by_which_programs_ask_for_it_is_taken_the_newest_first(tmp_path: Path) -> None:
    for name in ("libjemalloc.so", "libjemalloc.so.1", "libjemalloc.so.2", "libjemalloc.so.10", "libjemalloc.so.2.1.0"):
        binary(tmp_path / name)
    told = [path.name for path in versions(tmp_path, "libjemalloc.so")]
    assert told[:3] == ["libjemalloc.so.10", "libjemalloc.so.2", "libjemalloc.so.1"]
    assert sorted(told[3:]) == ["libjemalloc.so", "libjemalloc.so.2.1.0"]


def test_variables_are_filled_in_where_a_library_is_loaded() -> None:
    fact = Allocators(found={"jemalloc": "$HOME/lib/libjemalloc.so.2", "mimalloc": "/usr/lib/libmimalloc.so"})
    assert fact.libraries == {"jemalloc": f"{os.environ['HOME']}/lib/libjemalloc.so.2", "mimalloc": "/usr/lib/libmimalloc.so"}


@pytest.mark.parametrize(
    ("text", "told"), [("always [madvise] never\n", "madvise"), ("[always] madvise never\n", "always"), ("", ""), (None, "")]
)
def test_the_kernel_tells_for_whom_it_makes_huge_pages(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "sys/kernel/mm/transparent_hugepage/enabled"
    file.parent.mkdir(parents=True)
    if text is not None:
        file.write_text(text)
    assert huge_pages(LocalFiles(), tmp_path) == told


@pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")
def test_what_is_found_here_is_there() -> None:
    fact = Allocators.gather(local())
    assert all(Path(path).is_file() for path in fact.libraries.values() if "/" in path)
    assert fact.huge_pages in ("always", "madvise", "never", "")
