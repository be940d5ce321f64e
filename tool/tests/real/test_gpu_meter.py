"""What samples ask of a GPU, by NVML's C library: one that we compile, since most machines that test this have no GPU."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from torch_starter.samples import _gpu

SOURCE = Path(__file__).with_name("fake_nvml.c")
ASK = f"""
import json, sys
sys.path.append({str(Path(_gpu.__file__).parent)!r})
import _gpu
_gpu.PAUSE = 0.0
gpu = _gpu.Gpu(sys.argv[1])
print(json.dumps({{"others": gpu.others, **gpu.look()}}))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    made = tmp_path_factory.mktemp("nvml") / _gpu.LIBRARY
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, SOURCE], check=True)
    return made.parent


def told(library: Path, uuid: str = "GPU-1", **variables: str) -> dict[str, Any]:
    env = {**os.environ, "LD_LIBRARY_PATH": str(library), **variables}
    done = subprocess.run([sys.executable, "-c", ASK, uuid], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_clock_its_link_and_what_holds_it_down_are_read(library: Path) -> None:
    found = told(library, FAKE_NVML_USE="0")
    assert found == {"others": 0.0, "clock": 1755, "link": pytest.approx(8 * 1.969), "held": ["power", "heat (hardware)"]}


@pytest.mark.parametrize(("uses", "others"), [("90,40,60", 0.4), ("90,90,3", 0.0), ("5", 0.0), ("6", 0.06)])
def test_others_are_those_who_stay(library: Path, uses: str, others: float) -> None:
    assert told(library, FAKE_NVML_USE=uses)["others"] == pytest.approx(others)


def test_what_it_does_not_tell_is_left_out(library: Path) -> None:
    found = told(library, FAKE_NVML_NO_LINK="1")
    assert found["others"] == 0.0
    assert found["clock"] == 1755
    assert "link" not in found


def test_of_another_gpu_nothing_is_told(library: Path) -> None:
    assert told(library, "GPU-2", FAKE_NVML_USE="90") == {"others": 0.0}
