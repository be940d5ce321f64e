"""A bundle carries a project to a machine without a network: made, imported, set up and proven; and what stops it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from real import _repacked, _shelf, _shop
from real._sandbox import REPOSITORY, START, uv
from real.test_dev_sh import programs
from torch_starter.bundles.manifest import Item
from unit.bundles.bundling import PLAIN, beginning, by_hand
from unit.bundles.test_mirror import COMMIT, hub

CUT = ["unshare", "--user", "--map-root-user", "--net"]
MAY_CUT = shutil.which("unshare") is not None and subprocess.run([*CUT, "true"], capture_output=True).returncode == 0


def locked(shop: _shop.Shop) -> None:
    """Two packages, of which one needs the other; a third in an extra; all locked."""
    shop.shelf.publish("alpha", "1.0", requires=["beta"])
    for name in ("beta", "gamma"):
        shop.shelf.publish(name, "1.0")
    shop.want("alpha", spare=["gamma"])
    (shop.root / "locks").mkdir(exist_ok=True)
    argv = [uv(), "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--all-extras"]
    argv += ["pyproject.toml", "-o", "locks/cpu.txt", "--python", sys.executable]
    subprocess.run(argv, cwd=shop.root, env=shop.variables, check=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> _shop.Shop:
    """A project with the tool's own packages in its bundle, and a model; nothing is set up, and the index is away by now."""
    folder = tmp_path_factory.mktemp("exported")
    with _shelf.served(_shelf.Shelf(folder / "shelf")) as shelf:
        made = _shop.Shop(folder / "here", shelf)
        locked(made)
        text, wheels = _repacked.lock(folder / "repacked")
        (made.root / "tool").mkdir()
        (made.root / "tool" / "lock.txt").write_text(text)
        for wheel in wheels:
            shelf.stock(wheel)
        hub(made.home / ".cache" / "huggingface" / "hub")
        report = made.json("cache", "export", "bundle.tar.zst", "--model", "org/name@main")
        assert report["exit_code"] == 0, report
    return made


@pytest.fixture
def away(exported: _shop.Shop, tmp_path: Path) -> _shop.Shop:
    """The same project on another machine: an empty home and cache, and nothing that was fetched."""
    other = object.__new__(_shop.Shop)
    other.__dict__.update(vars(exported))
    for name in ("home", "root"):
        setattr(other, name, tmp_path / name)
    other.home.mkdir()
    shutil.copytree(exported.root, other.root, ignore=shutil.ignore_patterns(".torch-starter", "*.zst"))
    there = {"HOME": other.home, "UV_CACHE_DIR": tmp_path / "cache", "PWD": other.root}
    other.variables = {**exported.variables, **{name: str(path) for name, path in there.items()}}
    return other


def bundle_of(exported: _shop.Shop) -> Path:
    return exported.root / "bundle.tar.zst"


def stopped(shop: _shop.Shop, *words: str | Path) -> dict[str, Any]:
    """The problem that an import ends with, which changes nothing."""
    before = sorted(path for path in shop.root.rglob("*") if ".lock" not in path.suffixes)
    report = shop.json("cache", "import", *map(str, words))
    assert report["problem"], report
    after = sorted(path for path in shop.root.rglob("*") if ".lock" not in path.suffixes and path.name != ".torch-starter")
    assert after == before
    return {"exit": report["exit_code"], **report["problem"]}


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


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.999])
def test_a_truncated_bundle_changes_nothing(exported: _shop.Shop, away: _shop.Shop, tmp_path: Path, share: float) -> None:
    whole = bundle_of(exported).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    problem = stopped(away, tmp_path / "cut")
    assert (problem["exit"], problem["code"]) == (5, "bundle.truncated")


def test_one_altered_byte_changes_nothing_and_its_file_is_named(exported: _shop.Shop, away: _shop.Shop, tmp_path: Path) -> None:
    whole = bytearray(bundle_of(exported).read_bytes())
    at = whole.index(b"beta.py") + 40
    whole[at] ^= 1
    (tmp_path / "altered").write_bytes(whole)
    problem = stopped(away, tmp_path / "altered")
    assert (problem["exit"], problem["code"]) == (5, "bundle.damaged")
    assert "wheels/beta-1.0-py3-none-any.whl was altered" in problem["message"]


def test_what_is_for_another_platform_python_or_accelerator_or_too_large_is_refused(away: _shop.Shop, tmp_path: Path) -> None:
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    here = msgspec.structs.replace(PLAIN, machine=os.uname().machine, python=python)
    huge = Item("wheels/alpha-1.0-py3-none-any.whl", 1 << 60, "0" * 64)
    foreign = Item("wheels/alpha-1.0-cp312-cp312-manylinux_2_99_x86_64.whl", 1, "0" * 64)
    for number, (manifest, code, exit_code) in enumerate(
        (
            (msgspec.structs.replace(here, machine="riscv64"), "bundle.platform", 4),
            (msgspec.structs.replace(here, python="3.9"), "bundle.python", 4),
            (msgspec.structs.replace(here, items=(foreign,)), "bundle.platform", 4),
            (msgspec.structs.replace(here, accelerators=("cu130",)), "bundle.accelerator", 2),
            (msgspec.structs.replace(here, items=(huge,)), "disk.full", 5),
        )
    ):
        path = by_hand(tmp_path / f"bundle {number}", beginning(manifest))
        problem = stopped(away, path)
        assert (problem["code"], problem["exit"]) == (code, exit_code)
        assert problem["remedy"]


def test_what_is_no_bundle_or_not_there_is_wrong_usage(away: _shop.Shop, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no bundle")
    assert stopped(away, tmp_path / "text")["code"] == "bundle.unknown"
    assert stopped(away, tmp_path / "absent")["exit"] == 2
    assert stopped(away)["code"] == "bundle.name"
    assert stopped(away, tmp_path / "text", "--to", tmp_path / "text")["code"] == "bundle.to"


def test_a_disk_that_is_full_meanwhile_leaves_nothing(exported: _shop.Shop, away: _shop.Shop) -> None:
    code = START.format(source=str(REPOSITORY / "tool" / "src"))
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)); {code}"
    argv = [sys.executable, "-I", "-c", limited, "cache", "import", str(bundle_of(exported)), "--json"]
    variables = {**away.variables, "TORCH_STARTER_ROOT": str(away.root), "TORCH_STARTER_PLATFORM": "tests"}
    done = subprocess.run(argv, cwd=away.root, env=variables, capture_output=True, text=True, timeout=60)
    assert (done.returncode, json.loads(done.stdout)["problem"]["code"]) == (5, "disk.error"), done.stderr
    assert [path.name for path in (away.root / ".torch-starter").iterdir() if path.name != "mirror.lock"] in ([], ["tests"])


def test_a_bundle_of_another_lock_says_what_is_not_in_it(exported: _shop.Shop, away: _shop.Shop) -> None:
    lock = away.root / "locks" / "cpu.txt"
    lock.write_text(lock.read_text().replace("alpha==1.0", "alpha==2.0"))
    report = away.json("cache", "import", str(bundle_of(exported)))
    assert (report["exit_code"], report["problem"]["code"]) == (5, "network.unreachable")
    assert "alpha 2.0" in report["problem"]["message"]
