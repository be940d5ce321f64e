"""A bundle carries a project to a machine without a network: made, imported, set up and proven."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from real import _shop
from real._carried import bundle_of
from real._sandbox import REPOSITORY
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


@pytest.mark.skipif(not MAY_CUT, reason="this user may not make a network namespace")
def test_the_door_of_a_fresh_clone_imports_with_the_network_cut(exported: _shop.Shop, away: _shop.Shop, tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "dev.sh", away.root)
    shutil.copy(REPOSITORY / "tool" / "bootstrap.py", away.root / "tool")
    (away.root / "tool" / "src").symlink_to(REPOSITORY / "tool" / "src")
    path = programs(tmp_path)
    for name in ("python3", "python3.12"):
        (Path(path) / name).symlink_to(Path(sys.base_prefix) / "bin" / "python3.12")
    variables = {"PATH": path, "HOME": str(away.home), "UV_PYTHON_DOWNLOADS": "never"}
    argv = [shutil.which("unshare") or "", *CUT[1:], "./dev.sh"]
    for words in (["cache", "import", str(bundle_of(exported)), "--json"], ["verify-setup", "--json"]):
        done = subprocess.run([*argv, *words], cwd=away.root, env=variables, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["exit_code"] == 0
    (state,) = away.root.glob(".torch-starter/*/tool")
    assert (state.parent / "uv" / "bin" / "uv").exists()
