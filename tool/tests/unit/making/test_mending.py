"""Each repair: how it is told, and what it does to real files or which commands it gives to uv."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.problems import Problem
from torch_starter.core.repair import Reinstall, Remove, Repair, SetMode, SetVariable
from torch_starter.core.report import Change
from torch_starter.making.build import Tools
from torch_starter.making.mending import Workshop, as_change, carry_out
from unit.answering import Answering, done

SPEC = '[variables]\nOMP_NUM_THREDS = "2"  # mine\nKEEP = "x"\n'
AGAIN = Reinstall((("numpy", "1.26.4"), ("torch", "2.11.0+cpu")), "two files are altered")


def workshop(folder: Path, processes: Answering | None = None, index: str | None = None) -> Workshop:
    (folder / "spec.toml").write_text(SPEC)
    machine = Machine(processes or Answering(), LocalFiles(), {})
    tools = Tools(folder / "uv", {"UV_CACHE_DIR": "/cache"})
    return Workshop(machine, tools, folder / "bin" / "python", index, folder / "spec.toml")


@pytest.mark.parametrize(
    ("repair", "change"),
    [
        (AGAIN, ("package", "numpy 1.26.4, torch 2.11.0+cpu", "not as it was installed", "installed again")),
        (SetMode("/home/me/.netrc", "644", "600", "w"), ("file", "/home/me/.netrc", "644", "600")),
        (Remove("/env/~orch", "w"), ("file", "/env/~orch", "there", "removed")),
        (SetVariable("OMP_NUM_THREDS", "2", "2", "w", "OMP_NUM_THREADS"), ("setting", "OMP_NUM_THREDS", "2", "OMP_NUM_THREADS")),
        (SetVariable("OMP_NUM_THREADS", "abc", "2", "w"), ("setting", "OMP_NUM_THREADS", "abc", "2")),
        (SetVariable("TORCH_X", "1", None, "w"), ("setting", "TORCH_X", "1", "unset")),
    ],
    ids=["reinstall", "mode", "remove", "rename", "value", "unset"],
)
def test_how_each_is_told(repair: Repair, change: tuple[str, str, str, str]) -> None:
    told = as_change(repair)
    assert isinstance(told, Change)
    assert (told.kind, told.name, told.was, told.now) == change
    assert told.why == repair.why


def test_a_mode_is_set(tmp_path: Path) -> None:
    path = tmp_path / ".netrc"
    path.write_text("words")
    path.chmod(0o644)
    carry_out(SetMode(str(path), "644", "600", "others may read it"), workshop(tmp_path))
    assert (stat.S_IMODE(path.stat().st_mode), path.read_text()) == (0o600, "words")


def test_the_mode_of_what_is_gone_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem) as stopped:
        carry_out(SetMode(str(tmp_path / "gone"), "644", "600", "w"), workshop(tmp_path))
    assert (stopped.value.exit_code, stopped.value.remedy != "") == (5, True)


@pytest.mark.parametrize("kind", ["file", "folder", "link", "gone"])
def test_what_belongs_to_nothing_goes_and_nothing_else(tmp_path: Path, kind: str) -> None:
    path, beside = tmp_path / "~orch-2.dist-info", tmp_path / "beside"
    beside.mkdir()
    (beside / "file").write_text("mine")
    if kind == "file":
        path.write_text("left")
    elif kind == "folder":
        path.mkdir()
        (path / "METADATA").write_text("left")
    elif kind == "link":
        path.symlink_to(beside)
    carry_out(Remove(str(path), "pip left it"), workshop(tmp_path))
    assert not path.exists()
    assert (beside / "file").read_text() == "mine"


def test_a_variable_of_the_spec_is_corrected_and_the_rest_stays(tmp_path: Path) -> None:
    shop = workshop(tmp_path)
    carry_out(SetVariable("OMP_NUM_THREDS", "2", "2", "w", renamed_to="OMP_NUM_THREADS"), shop)
    assert shop.spec.read_text().splitlines()[0] == "[variables]"
    assert 'OMP_NUM_THREADS = "2"' in shop.spec.read_text()
    assert 'KEEP = "x"' in shop.spec.read_text()
    carry_out(SetVariable("OMP_NUM_THREADS", "2", None, "w"), shop)
    assert shop.spec.read_text() == '[variables]\nKEEP = "x"\n'


def test_packages_leave_the_cache_before_they_are_installed_again(tmp_path: Path) -> None:
    processes = Answering()
    shop = workshop(tmp_path, processes)
    carry_out(AGAIN, shop)
    clean, install = (each.argv for each in processes.started)
    assert clean == (str(tmp_path / "uv"), "cache", "clean", "numpy", "torch")
    assert install[:5] == (str(tmp_path / "uv"), "pip", "install", "--python", str(tmp_path / "bin" / "python"))
    assert "--no-deps" in install
    assert install[-2:] == ("numpy==1.26.4", "torch==2.11.0+cpu")
    assert [install[n + 1] for n, word in enumerate(install) if word == "--reinstall-package"] == ["numpy", "torch"]
    assert "--index" not in install
    assert [each.env for each in processes.started] == [{"UV_CACHE_DIR": "/cache"}] * 2


def test_builds_of_their_own_index_come_from_there(tmp_path: Path) -> None:
    processes = Answering()
    carry_out(AGAIN, workshop(tmp_path, processes, "https://example.org/whl/cpu"))
    assert processes.started[1].argv[-2:] == ("--index", "https://example.org/whl/cpu")


@pytest.mark.parametrize(("fails", "doing", "started"), [("cache", "clearing", 1), ("pip", "installing", 2)])
def test_where_uv_fails_it_is_said_and_the_rest_stays_undone(tmp_path: Path, fails: str, doing: str, started: int) -> None:
    processes = Answering(lambda program: done(err="error: no", code=2 if program.argv[1] == fails else 0))
    with pytest.raises(Problem) as stopped:
        carry_out(AGAIN, workshop(tmp_path, processes))
    assert f"{doing} numpy, torch" in stopped.value.message
    assert len(processes.started) == started
