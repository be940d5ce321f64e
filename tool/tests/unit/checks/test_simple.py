"""Checks that need no more than facts, variables, paths or one probe."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from torch_starter.checks import bridges, gpu, interpreter, numerics, training, variables
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer
from torch_starter.core.report import Verdict
from torch_starter.testing import evidence, findings

CHECKS: dict[str, Check] = {
    check.id: check for module in (bridges, gpu, interpreter, numerics, training, variables) for check in module.CHECKS
}


def verdict(id: str, given: Evidence) -> Verdict:
    """The verdict of a check with one finding; what is not well says what mends it."""
    (finding,) = findings(CHECKS[id], given)
    assert finding.id.startswith(id)
    assert finding.verdict not in ("warn", "fail", "crash") or finding.remedy
    return finding.verdict


@pytest.mark.parametrize(
    ("id", "given", "wanted"),
    [
        ("python.version", evidence(), "ok"),
        ("python.version", evidence(version="3.13.1"), "fail"),
        ("python.version", evidence(version="3.13.1", ours=False), "ok"),
        ("python.version", evidence(version="3.8.18", ours=False), "fail"),
        ("python.start", evidence(), "ok"),
        ("python.start", evidence(start_noise="hello\n"), "warn"),
        ("python.path", evidence(), "ok"),
        ("python.path", evidence(variables={"PYTHONPATH": "/x"}), "warn"),
        ("python.pip", evidence(installed={"pip": "25"}), "ok"),
        ("python.pip", evidence(), "fail"),
        ("python.pip", evidence(ours=False), "skip"),
        ("python.base", evidence(), "ok"),
        (
            "python.base",
            replace(evidence(), interpreter=msgspec.structs.replace(evidence().interpreter, base_exists=False)),
            "fail",
        ),
    ],
)
def test_the_interpreter(id: str, given: Evidence, wanted: Verdict) -> None:
    assert verdict(id, given) == wanted


@pytest.mark.parametrize(
    ("name", "value", "id", "wanted"),
    [
        ("CUDA_VISIBLE_DEVICES", None, "cuda-visible-devices", "ok"),
        ("CUDA_VISIBLE_DEVICES", "0,1", "cuda-visible-devices", "ok"),
        ("CUDA_VISIBLE_DEVICES", "GPU-0123abcd", "cuda-visible-devices", "ok"),
        ("CUDA_VISIBLE_DEVICES", "MIG-GPU-1/2/3", "cuda-visible-devices", "ok"),
        ("CUDA_VISIBLE_DEVICES", "all", "cuda-visible-devices", "fail"),
        ("CUDA_VISIBLE_DEVICES", "", "cuda-visible-devices", "warn"),
        ("CUDA_VISIBLE_DEVICES", "-1", "cuda-visible-devices", "warn"),
        ("TORCH_NUM_THREADS", None, "torch-num-threads", "ok"),
        ("TORCH_NUM_THREADS", "4", "torch-num-threads", "warn"),
        ("OMP_NUM_THREADS", "4", "threads", "ok"),
        ("OMP_NUM_THREADS", "4,2", "threads", "ok"),
        ("OMP_NUM_THREADS", "auto", "threads", "fail"),
        ("OMP_NUM_THREADS", "0", "threads", "fail"),
        ("TRANSFORMERS_CACHE", None, "transformers-cache", "ok"),
        ("TRANSFORMERS_CACHE", "/x", "transformers-cache", "warn"),
        ("PYTORCH_ALLOC_CONF", "a:1", "allocator", "ok"),
        ("PYTHONHASHSEED", None, "pythonhashseed", "ok"),
        ("PYTHONHASHSEED", "random", "pythonhashseed", "ok"),
        ("PYTHONHASHSEED", "4294967295", "pythonhashseed", "ok"),
        ("PYTHONHASHSEED", "4294967296", "pythonhashseed", "fail"),
        ("PYTHONHASHSEED", "-1", "pythonhashseed", "fail"),
    ],
)
def test_a_variable(name: str, value: str | None, id: str, wanted: Verdict) -> None:
    assert verdict(f"variables.{id}", evidence(variables={} if value is None else {name: value})) == wanted


@pytest.mark.parametrize(
    ("given", "id"),
    [
        ({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "2"}, "threads"),
        ({"PYTORCH_ALLOC_CONF": "a:1", "PYTORCH_CUDA_ALLOC_CONF": "a:2"}, "allocator"),
    ],
)
def test_variables_that_contradict_each_other_are_a_warning(given: dict[str, str], id: str) -> None:
    assert verdict(f"variables.{id}", evidence(variables=given)) == "warn"


@pytest.mark.parametrize(
    ("id", "probe", "packages"),
    [
        ("training.trainer", "hugging_face.use_trainer", ("torch", "transformers", "accelerate")),
        ("bridges.numpy-torch", "bridges.numpy_torch", ("numpy", "torch")),
        ("numerics.matmul", "numerics.matmul", ("torch",)),
    ],
)
def test_a_probe_decides_where_its_packages_are_there(id: str, probe: str, packages: tuple[str, ...]) -> None:
    assert CHECKS[id].probes == (probe,)
    installed = dict.fromkeys(packages, "1.0")
    assert verdict(id, evidence()) == "skip"
    assert verdict(id, evidence(installed=installed, answers=[Answer(probe, "ok")])) == "ok"
    wrong = Answer(probe, "raised", error_type="AssertionError", error="off")
    assert verdict(id, evidence(installed=installed, answers=[wrong])) == "fail"
    assert verdict(id, evidence(installed=installed, answers=[wrong], ours=False)) == "fail"
