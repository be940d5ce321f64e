"""A bundle carries a project to a machine without a network: made, imported, set up and proven."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from real import _managed, _shop
from real._carried import bundle_of
from real._sandbox import REPOSITORY, verdicts
from real.test_dev_sh import programs
from unit.bundles.test_mirror import COMMIT

CUT = ["unshare", "--user", "--map-root-user", "--net"]
MAY_CUT = shutil.which("unshare") is not None and subprocess.run([*CUT, "true"], capture_output=True).returncode == 0


def test_a_second_export_needs_no_network_and_is_the_same(exported: _shop.Shop) -> None:
    report = exported.json("cache", "export", "again.tar.zst", "--model", "org/name")
    assert report["exit_code"] == 0, report
    assert (exported.root / "again.tar.zst").read_bytes() == bundle_of(exported).read_bytes()
    assert not list((exported.root / ".torch-starter" / "tests").glob("bundle.*"))


def test_without_the_network_it_is_said_what_is_missing(exported: _shop.Shop) -> None:
    report = exported.json("cache", "export", "more.tar.zst", "--extra", "spare")
    assert (report["exit_code"], report["problem"]["code"]) == (5, "network.unreachable")
    assert "gamma 1.0" in report["problem"]["message"]
    assert "alpha" not in report["problem"]["message"]
    assert not (exported.root / "more.tar.zst").exists()


def test_a_model_that_is_not_there_is_refused(exported: _shop.Shop) -> None:
    report = exported.json("cache", "export", "more.tar.zst", "--model", "org/other")
    assert (report["exit_code"], report["problem"]["code"]) == (2, "model.absent")
    assert "cache warm" in report["problem"]["remedy"]


def test_an_import_sets_up_and_proves_without_an_index(exported: _shop.Shop, away: _shop.Shop) -> None:
    dry = away.json("cache", "import", str(bundle_of(exported)), "--dry-run")
    assert (dry["exit_code"], (away.root / ".torch-starter" / "mirror").exists()) == (0, False)
    report = away.json("cache", "import", str(bundle_of(exported)))
    assert report["exit_code"] == 0, report
    assert away.installed == {"alpha": "1.0", "beta": "1.0"}
    model = away.home / ".cache/huggingface/hub/models--org--name/snapshots" / COMMIT / "deep" / "model.bin"
    assert model.read_bytes() == b"weights"
    again = away.json("cache", "import", str(bundle_of(exported)))
    assert (again["exit_code"], again["changes"][0]["now"].startswith("all ")) == (0, True)
    assert [path.name for path in (away.root / ".torch-starter").iterdir() if ".new." in path.name] == []


def test_setup_offline_works_from_what_was_imported_and_says_what_is_not_in_it(exported: _shop.Shop, away: _shop.Shop) -> None:
    assert away.json("cache", "import", str(bundle_of(exported)), "--no-setup")["exit_code"] == 0
    assert not away.venv.exists()
    lacking = away.json("setup", "--offline", "--extra", "spare")
    assert (lacking["exit_code"], lacking["problem"]["code"]) == (5, "network.unreachable")
    assert "1 of 2 direct dependencies not in the cache: gamma 1.0" in lacking["problem"]["message"]
    assert away.json("setup", "--offline")["exit_code"] == 0


def clone_of(away: _shop.Shop, *links: tuple[str, Path | str]) -> dict[str, str]:
    """A clone in which nothing is installed, with its own door; the variables of a shell that finds basic programs and these."""
    shutil.copy(REPOSITORY / "dev.sh", away.root)
    shutil.copy(REPOSITORY / "tool" / "bootstrap.py", away.root / "tool")
    (away.root / "tool" / "src").symlink_to(REPOSITORY / "tool" / "src")
    path = programs(away.home.parent)
    for name, program in links:
        (Path(path) / name).symlink_to(program)
    return {"PATH": path, "HOME": str(away.home), "UV_PYTHON_DOWNLOADS": "never"}


def through_the_door(away: _shop.Shop, variables: dict[str, str], *words: str) -> dict[str, Any]:
    """The answer of a command, with the network cut."""
    argv = [shutil.which("unshare") or "", *CUT[1:], "./dev.sh", *words, "--json"]
    done = subprocess.run(argv, cwd=away.root, env=variables, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not MAY_CUT, reason="this user may not make a network namespace")
def test_the_door_of_a_fresh_clone_imports_with_the_network_cut(exported: _shop.Shop, away: _shop.Shop) -> None:
    python = Path(sys.base_prefix) / "bin" / "python3.12"
    variables = clone_of(away, ("python3", python), ("python3.12", python))
    for words in (["cache", "import", str(bundle_of(exported))], ["verify-setup"]):
        assert through_the_door(away, variables, *words)["exit_code"] == 0
    (state,) = away.root.glob(".torch-starter/*/tool")
    assert (state.parent / "uv" / "bin" / "uv").exists()


@pytest.mark.skipif(not MAY_CUT, reason="this user may not make a network namespace")
def test_a_python_is_carried_to_a_machine_that_has_no_such_one(exported: _shop.Shop, away: _shop.Shop, tmp_path: Path) -> None:
    pythons = _managed.python(tmp_path / "pythons").parent
    report = exported.json("cache", "export", "python.tar.zst", UV_PYTHON_INSTALL_DIR=str(pythons))
    assert verdicts(report)["python"] == "ok", report
    shutil.rmtree(pythons)
    starts_with = shutil.which("python3", path="/usr/bin:/bin") or Path(sys.base_prefix) / "bin" / "python3.12"
    variables = clone_of(away, ("python3", starts_with))
    through_the_door(away, variables, "cache", "import", str(exported.root / "python.tar.zst"))
    (carried,) = away.root.glob(".torch-starter/*/python")
    for environment in (away.venv, carried.parent / "tool"):
        argv = [str(environment / "bin" / "python"), "-c", "import sys; print(sys.base_prefix)"]
        assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == f"{carried}\n"


def test_what_came_in_a_bundle_is_held_against_the_locks(exported: _shop.Shop, away: _shop.Shop) -> None:
    assert away.json("cache", "import", str(bundle_of(exported)), "--no-setup")["exit_code"] == 0
    assert verdicts(away.json("cache", "verify", "--only", "mirror")) == {"mirror": "ok"}
    wheel = away.root / ".torch-starter" / "mirror" / "wheels" / "beta-1.0-py3-none-any.whl"
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(content)
    altered = away.json("cache", "verify", "--only", "mirror")
    bad = [each for each in altered["findings"] if each["verdict"] != "ok"]
    assert (altered["exit_code"], [each["id"] for each in bad]) == (1, [f"mirror.{wheel.name}"])
    assert "cache import" in bad[0]["remedy"]
