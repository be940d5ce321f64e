"""The probes that compute, in this repository's environment: what they find where something is wrong, and GPUs' code on a CPU."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from torch_starter.core.probing import PROBES, Target, ask
from unit.machines import local

ON_CPU = """
import json, sys
sys.path.append(sys.argv[1])
import gpu, gpu_full, torch
cpu = torch.device("cpu")
aspects = (gpu._properties, gpu._matmul, gpu._convolution, gpu._attention, gpu._mixed_precision)
told = {aspect.__name__: aspect(cpu) for aspect in (*aspects, gpu_full._linear_algebra, gpu_full._transfer)}
gpu_full._written(cpu, 3 * 2**19)
gpu_full._copied(cpu, cpu)
print(json.dumps(told))
"""
WRONG = """
import sys
sys.path.append(sys.argv[1])
import gpu, torch
honest = torch.matmul
torch.Tensor.__matmul__ = lambda a, b: honest(a, b) * (1.01 if a.dtype is torch.float32 else 1)
gpu._matmul(torch.device("cpu"))
"""
SMALL_SHM = "mount -t tmpfs -o size=8m tmpfs /dev/shm && exec "


def python(current: Path) -> str:
    return str(current / ".venv" / "bin" / "python")


def run(current: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python(current), "-c", script, str(PROBES)], capture_output=True, text=True, timeout=300)


def test_the_code_for_gpus_is_right_on_a_cpu(current: Path) -> None:
    done = run(current, ON_CPU)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {"float32", "tf32", "float16", "bfloat16"} <= set(told["_matmul"].replace(",", "").split())
    assert "bfloat16 flash" in told["_attention"]


def test_a_product_that_is_one_percent_off_is_found(current: Path) -> None:
    done = run(current, WRONG)
    assert "AssertionError: float32 product of matrices" in done.stderr
    assert "times its bound" in done.stderr


def test_workers_fail_within_seconds_where_dev_shm_is_full(current: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mounts of our own here")
    script = f"import sys; sys.path.append({str(PROBES)!r}); import loaders; loaders.loader()"
    words = [unshare, "-m", "sh", "-c", f'{SMALL_SHM} "$0" -c "$1"', python(current), script]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert any(sign in done.stderr for sign in ("No space left", "Bus error", "unable to allocate shared memory"))


def test_an_interface_that_is_not_there_is_named(current: Path) -> None:
    target = Target(Path(python(current)), {**os.environ, "GLOO_SOCKET_IFNAME": "nowhere0"})
    answer = ask(local(), target, ["distributed.all_reduce"], preload="torch", timeout=60)["distributed.all_reduce"]
    assert answer.outcome == "raised"
    assert "GLOO_SOCKET_IFNAME is nowhere0" in answer.error
