"""Checks that need no more than facts, variables, paths or one probe."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from torch_starter.checks import bridges, caches, gpu, interpreter, numerics, system, training, variables
from torch_starter.core.evidence import Distribution, Evidence, PathState
from torch_starter.core.facts import Absent, Fact, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer
from torch_starter.core.report import Verdict
from torch_starter.core.spec import Accelerator, Cache, Spec
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.disk import Disk
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.facts.limits import Limits
from torch_starter.facts.memory import Memory
from torch_starter.facts.system import System
from torch_starter.testing import evidence, findings, machine_with

CHECKS: dict[str, Check] = {
    check.id: check
    for module in (bridges, caches, gpu, interpreter, numerics, system, training, variables)
    for check in module.CHECKS
}
LINUX = System(
    os="Linux", kernel="6", architecture="x86_64", libc="glibc 2.36", distribution="Debian", wsl=False, container=False
)
WINDOWS = System(os="Windows", kernel="10", architecture="AMD64", libc="", distribution="", wsl=False, container=False)
GB = 2**30


def verdict(id: str, given: Evidence) -> Verdict:
    """The verdict of a check with one finding; what is not well says what mends it."""
    (finding,) = findings(CHECKS[id], given)
    assert finding.id.startswith(id)
    assert finding.verdict not in ("warn", "fail", "crash") or finding.remedy
    return finding.verdict


@pytest.mark.parametrize(
    ("id", "fact", "wanted"),
    [
        ("system.platform", LINUX, "ok"),
        ("system.platform", WINDOWS, "fail"),
        ("system.cpu", Cpu(model="x", count=8, affinity=8, quota=1.5), "ok"),
        ("system.memory", Memory(total=16 * GB, available=GB, limit=None, shm=None), "ok"),
        ("system.memory", Memory(total=16 * GB, available=GB, limit=GB, shm=None), "warn"),
        ("system.shm", Memory(total=16 * GB, available=GB, limit=None, shm=None), "skip"),
        ("system.shm", Memory(total=16 * GB, available=GB, limit=None, shm=64 * 2**20), "warn"),
        ("system.shm", Memory(total=16 * GB, available=GB, limit=None, shm=4 * GB), "ok"),
        ("system.disk", Disk(free=10 * GB), "ok"),
        ("system.disk", Disk(free=GB), "warn"),
        ("system.open-files", Limits(open_files=65536, stack=-1), "ok"),
        ("system.open-files", Limits(open_files=-1, stack=-1), "ok"),
        ("system.open-files", Limits(open_files=256, stack=-1), "warn"),
    ],
)
def test_the_machine(id: str, fact: Fact, wanted: Verdict) -> None:
    assert verdict(id, evidence(machine=machine_with(fact))) == wanted


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
    ("state", "wanted"),
    [
        (PathState("/c", "missing"), "ok"),
        (PathState("/c", "folder", "755"), "ok"),
        (PathState("/c", "folder", "700"), "ok"),
        (PathState("/c", "folder", "777"), "warn"),
        (PathState("/c", "folder", "755", mine=False, writable=False), "fail"),
        (PathState("/c", "file", "644"), "fail"),
    ],
)
def test_a_folder_is_ours_and_closed_to_others(state: PathState, wanted: Verdict) -> None:
    spec = Spec(caches={"hf": Cache(host="~/x", container="/x", volume="x")})
    assert verdict("caches", evidence(spec=spec, paths={"cache hf": state})) == wanted
    assert verdict("caches.environment", evidence(paths={"environment": state})) == wanted
    assert verdict("caches.environment", evidence(paths={"environment": state}, ours=False)) == "skip"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (PathState("/t", "missing"), "ok"),
        (PathState("/t", "file", "600"), "ok"),
        (PathState("/t", "file", "400"), "ok"),
        (PathState("/t", "file", "644"), "fail"),
        (PathState("/t", "file", "600", mine=False), "fail"),
    ],
)
def test_credentials_are_for_their_owner_alone(state: PathState, wanted: Verdict) -> None:
    assert verdict("caches.credentials", evidence(paths={"credentials t": state})) == wanted


def with_gpu(
    driver: str,
    flavour: str,
    accelerator: str = "cu130",
    ours: bool = True,
    answers: tuple[Answer, ...] = (),
    capability: str = "9.0",
) -> Evidence:
    found = Gpu(driver=driver, devices=(Device("a GPU", capability, GB),), source="NVML")
    build = Accelerator(cuda="13.0", driver="580", driver_full="580.65.06", capability=("7.5", "12.1"))
    spec = Spec(accelerators={"cu130": build, "cpu": Accelerator()})
    torch = {"torch": Distribution("2.14.1", flavour=flavour)}
    return evidence(installed=torch, spec=spec, accelerator=accelerator, ours=ours, machine=machine_with(found), answers=answers)


@pytest.mark.parametrize(
    ("id", "given", "wanted"),
    [
        ("gpu.driver", with_gpu("580.65.06", "cu130"), "ok"),
        ("gpu.driver", with_gpu("580.1", "cu130"), "ok"),
        ("gpu.driver", with_gpu("535.104", "cu130"), "fail"),
        ("gpu.driver", with_gpu("535.104", "cu130", ours=False), "ok"),
        ("gpu.build", with_gpu("580.65.06", "cu130"), "ok"),
        ("gpu.build", with_gpu("580.65.06", "cpu", accelerator="cpu"), "fail"),
        ("gpu.build", with_gpu("580.65.06", "cpu", ours=False), "fail"),
        ("gpu.capability", with_gpu("580.65.06", "cu130"), "ok"),
        ("gpu.capability", with_gpu("580.65.06", "cu130", capability="7.0"), "fail"),
        ("gpu.capability", with_gpu("580.65.06", "cu130", capability=""), "skip"),
        ("gpu.capability", with_gpu("580.65.06", "cu130", ours=False), "skip"),
        ("gpu.compute", with_gpu("580.65.06", "cu130", answers=(Answer("gpu.compute", "ok"),)), "ok"),
        ("gpu.compute", with_gpu("580.65.06", "cu130", answers=(Answer("gpu.compute", "crashed", signal=11),)), "crash"),
        ("gpu.compute", with_gpu("580.65.06", "cu130"), "unknown"),
    ],
)
def test_a_gpu(id: str, given: Evidence, wanted: Verdict) -> None:
    assert verdict(id, given) == wanted


@pytest.mark.parametrize("id", ["gpu.driver", "gpu.build", "gpu.capability", "gpu.compute"])
def test_without_a_gpu_its_checks_do_not_apply(id: str) -> None:
    given = evidence(machine=machine_with((Gpu, Absent("no NVIDIA driver is loaded"))))
    with pytest.raises(Absent, match="no NVIDIA driver is loaded"):
        findings(CHECKS[id], given)


def test_a_gpu_is_asked_to_compute_only_where_one_is_known_to_be() -> None:
    ask = CHECKS["gpu.compute"].dynamic_probes
    assert ask is not None
    assert [*ask(with_gpu("580.65.06", "cu130"))] == ["gpu.compute"]
    assert [*ask(evidence(machine=machine_with((Gpu, Absent("none")))))] == []
    assert [*ask(evidence(machine=machine_with((Gpu, Unknown("could not look")))))] == []


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
