"""What stops an import, each with its problem, and leaves all as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from real import _shop
from real._carried import bundle_of
from real._sandbox import REPOSITORY, START
from torch_starter.bundles.manifest import Item
from unit.bundles.bundling import PLAIN, beginning, by_hand


def stopped(shop: _shop.Shop, *words: str | Path) -> dict[str, Any]:
    """The problem that an import ends with, which changes nothing."""
    before = sorted(path for path in shop.root.rglob("*") if ".lock" not in path.suffixes)
    report = shop.json("cache", "import", *map(str, words))
    assert report["problem"], report
    after = sorted(path for path in shop.root.rglob("*") if ".lock" not in path.suffixes and path.name != ".torch-starter")
    assert after == before
    return {"exit": report["exit_code"], **report["problem"]}


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
