"""The samples of disks, loaders, start-up, torch.compile and collectives, in this repository's environment with tiny settings."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.probing import PROBES, Answer, Target, ask, ask_fresh
from unit.machines import local

SAMPLES = PROBES.parent / "samples"
HOW = {"seconds": 0.01, "values": 2, "warm": 0.02}
TINY = 2**20
CALL = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("measure", sys.argv[1] + "/_measure.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(json.dumps(module.take(*json.loads(sys.argv[2]))))
"""
KILLED = """
import importlib.util, os, signal, sys
spec = importlib.util.spec_from_file_location("places", sys.argv[1] + "/_places.py")
places = importlib.util.module_from_spec(spec)
spec.loader.exec_module(places)
with places.scratch(sys.argv[2]) as folder:
    places.put(folder + "/file", b"data")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def probe(sample: str, given: dict[str, Any]) -> str:
    return f"samples/_measure.take {json.dumps({'sample': sample, 'how': HOW, 'given': given})}"


def answered(current: Path, sample: str, given: dict[str, Any], variables: dict[str, str] | None = None) -> Answer:
    target = Target(current / ".venv" / "bin" / "python", {**os.environ, **(variables or {})})
    name = probe(sample, given)
    return ask(local(), target, [name], preload="torch", timeout=300)[name]


def told(current: Path, sample: str, **given: Any) -> dict[str, Any]:
    answer = answered(current, sample, given)
    assert answer.ok, answer.traceback + answer.err
    return answer.value


def alone(sample: str, given: dict[str, Any], before: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a sample that needs no torch answers in this interpreter."""
    words = [*before, sys.executable, "-c", CALL, str(SAMPLES), json.dumps([sample, HOW, given])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def walls(series: dict[str, Any]) -> list[float]:
    assert series["amount"] > 0
    found = [value["wall"] for value in series["values"]]
    assert found
    assert min(found) > 0
    return found


def values(series: dict[str, Any]) -> list[float]:
    return [value["value"] for value in series["values"]]


def own_mounts(script: str, *words: str) -> tuple[str, ...]:
    """What runs a command where a script has mounted something that others do not see; skips where nobody may."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mounts of our own here")
    return unshare, "-m", "sh", "-c", f'{script} && exec "$@"', "sh"


def test_a_disk_is_written_and_read_and_nothing_stays(tmp_path: Path) -> None:
    whole = alone("disk.sequential", {"folder": str(tmp_path), "size": 2 * TINY})
    assert whole["write"]["amount"] == whole["read"]["amount"] == 2 * TINY
    assert walls(whole["write"])
    assert walls(whole["read"])
    assert "page cache" in whole["notes"][0]
    small = alone("disk.small", {"folder": str(tmp_path), "size": TINY})
    assert walls(small["random"])
    assert walls(small["fsync"])
    imports = alone("disk.imports", {"folder": str(tmp_path), "files": 60})
    assert imports["files"]["amount"] == 60
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sample", "given"),
    [("disk.sequential", {"size": 2**60}), ("disk.small", {"size": 2**60}), ("disk.imports", {"files": 2**40})],
)
def test_a_disk_without_room_is_left_alone(tmp_path: Path, sample: str, given: dict[str, Any]) -> None:
    assert "MiB are free" in alone(sample, {"folder": str(tmp_path), **given})["skip"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("sample", "given"), [("disk.small", {"size": TINY}), ("disk.imports", {"files": 2})])
def test_a_folder_that_is_not_there_is_said(tmp_path: Path, sample: str, given: dict[str, Any]) -> None:
    assert "it is not there" in alone(sample, {"folder": str(tmp_path / "nowhere"), **given})["skip"]


@pytest.mark.parametrize(("sample", "given"), [("disk.sequential", {"size": TINY}), ("disk.imports", {"files": 2})])
def test_a_folder_that_can_only_be_read_is_said(tmp_path: Path, sample: str, given: dict[str, Any]) -> None:
    before = own_mounts(f"mount -t tmpfs -o ro tmpfs {tmp_path}")
    assert "it can only be read" in alone(sample, {"folder": str(tmp_path), **given}, before)["skip"]


def test_a_disk_that_becomes_full_meanwhile_is_said_and_left_empty(tmp_path: Path) -> None:
    """No more files, though there is space: what is counted first is right, and what is written fails."""
    before = own_mounts(f"mount -t tmpfs -o size=64m,nr_inodes=20 tmpfs {tmp_path}")
    assert "no space left" in alone("disk.imports", {"folder": str(tmp_path), "files": 100}, before)["skip"]


def test_a_file_system_without_direct_reads_is_measured_through_memory(tmp_path: Path) -> None:
    before = own_mounts(f"mount -t ramfs ramfs {tmp_path}")
    whole = subprocess.run([*before, "stat", "-f", "-c", "%a", str(tmp_path)], capture_output=True, text=True, check=True)
    if whole.stdout.strip() == "0":  # ramfs tells no free space: it is skipped, in words
        assert "MiB are free" in alone("disk.small", {"folder": str(tmp_path), "size": TINY}, before)["skip"]
    else:
        assert walls(alone("disk.small", {"folder": str(tmp_path), "size": TINY}, before)["random"])


def test_a_folder_of_a_sample_that_is_killed_is_removed(tmp_path: Path) -> None:
    """The pipe of stdout ends when the last that holds it does: the sweeper, after its work."""
    words = [sys.executable, "-c", KILLED, str(SAMPLES), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.startswith(str(tmp_path / ".torch-starter-"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("workers", "decoder"), [(0, "raw"), (2, "PIL"), (1, "torchvision")])
def test_a_loader_delivers(current: Path, workers: int, decoder: str) -> None:
    found = told(current, "loader.feeding", workers=workers, decoder=decoder, device="cpu")
    assert walls(found["delivered"])
    assert walls(found["alone"])
    assert found["delivered"]["amount"] % 16 == 0
    assert all(0 < value <= 1 for value in values(found["used"]))
    assert all(value > 0 for value in values(found["cost"]))


def test_workers_that_have_too_little_shared_memory_are_not_started(current: Path) -> None:
    assert "/dev/shm has" in told(current, "loader.feeding", workers=2**20, decoder="raw", device="cpu")["skip"]


def test_images_are_read_cold_and_nothing_stays(current: Path, tmp_path: Path) -> None:
    found = told(current, "loader.cold", folder=str(tmp_path), decoder="PIL")
    assert walls(found["read"])
    assert not list(tmp_path.iterdir())


def test_a_start_is_measured_in_a_fresh_interpreter(current: Path) -> None:
    target = Target(current / ".venv" / "bin" / "python", dict(os.environ))
    found = ask_fresh(local(), target, probe("start_up.first", {"device": "cpu"}), timeout=300).value
    assert set(found) == {"interpreter", "import", "step"}
    assert max(walls(found["interpreter"])) < max(walls(found["import"])) * 10
    assert len(walls(found["step"])) == 1


def test_torch_compile_is_measured_cold_and_warm(current: Path) -> None:
    if shutil.which("g++") is None:
        pytest.skip("there is no C++ compiler here")
    found = told(current, "compile.training", device="cpu")
    assert len(walls(found["cold"])) == len(walls(found["warm"])) == 1
    assert all(value > 0 for value in values(found["ratio"]))
    assert bool(found["even"]["values"]) != bool(found["notes"])
    hit, asked = found["graphs"]
    assert hit == asked > 0, "the second process finds all graphs of the first"


def test_torch_compile_that_is_switched_off_is_not_measured(current: Path) -> None:
    answer = answered(current, "compile.training", {"device": "cpu"}, {"TORCHDYNAMO_DISABLE": "1"})
    assert "TORCHDYNAMO_DISABLE" in answer.value["skip"]


@pytest.mark.parametrize("what", ["all-reduce", "all-gather", "broadcast", "reduce-scatter"])
def test_ranks_compute_together(current: Path, what: str) -> None:
    found = told(current, "collectives.together", what=what, backend="gloo", ranks=2, size=8192)
    if "skip" in found:
        assert what in found["skip"]
    else:
        assert walls(found["done"])
        assert found["done"]["amount"] % 8192 == 0


def test_ranks_that_cannot_meet_are_said(current: Path) -> None:
    given = {"what": "all-reduce", "backend": "gloo", "ranks": 2, "size": 8192}
    answer = answered(current, "collectives.together", given, {"GLOO_SOCKET_IFNAME": "nowhere0"})
    assert answer.outcome == "raised"
    assert "rank 0" in answer.error
