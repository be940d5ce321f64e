"""Verdicts on recorded machines with GPUs, and on answers that GPUs could give. No GPU is needed, and none was there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from torch_starter.checks import distributed, gpu, gpu_build, gpu_compute, gpu_devices, gpu_health
from torch_starter.checks.gpu_build import runs_by
from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.spec import Accelerator, Spec
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.testing import evidence, machine_with, recorded_machine
from torch_starter.verbs._judge import ask_check

MACHINES = Path(__file__).parents[2] / "machines"
MODULES = (gpu, gpu_build, gpu_compute, gpu_devices, gpu_health, distributed)
CHECKS: dict[str, Check] = {check.id: check for module in MODULES for check in module.CHECKS}
ASPECTS = ("compute", "matmul", "convolution", "attention", "mixed-precision")
CU130 = ["sm_75", "sm_80", "sm_90", "sm_100", "sm_120"]
SPEC = Spec(
    accelerators={
        "cu130": Accelerator(cuda="13.0", driver="580", driver_full="580.65.06", capability=("7.5", "12.1")),
        "cu124": Accelerator(cuda="12.4", driver="525.60.13", driver_full="550.54.14", capability=("5.0", "9.0")),
        "cpu": Accelerator(),
    }
)
WELL = {aspect: {"value": [{"device": "GPU 0 (H200)", "seen": "right"}]} for aspect in ASPECTS}


def on(machine: str, flavour: str = "cu130", *, ours: bool = True, accelerator: str = "", **more: Any) -> Evidence:
    """A recorded machine, and a torch of some flavour on it."""
    return evidence(
        machine=recorded_machine(MACHINES / machine),
        installed={"torch": Distribution("2.14.1", flavour=flavour)},
        spec=SPEC,
        ours=ours,
        accelerator=accelerator or flavour,
        **more,
    )


def only(id: str, given: Evidence) -> Finding:
    """The one finding of a check; what is not well says what mends it."""
    (finding,) = ask_check(CHECKS[id], given)
    assert finding.id == id
    assert finding.verdict not in ("warn", "fail") or finding.remedy
    return finding


def computed(value: Mapping[str, object]) -> tuple[Answer, ...]:
    return (Answer("gpu.compute", "ok", value=dict(value)),)


@pytest.mark.parametrize(
    ("id", "given", "verdict", "seen"),
    [
        ("gpu.driver", on("two-h200"), "ok", "driver 580.65.06 (CUDA 13.0), torch is built for CUDA 13.0"),
        ("gpu.driver", on("worn-h200"), "fail", "too old"),
        ("gpu.driver", on("worn-h200", "cu124"), "ok", "CUDA 12.4"),
        ("gpu.driver", on("worn-h200", "cu129", ours=False), "ok", "with limits below CUDA 12.9"),
        ("gpu.driver", on("worn-h200", "cu132", ours=False), "fail", "too old"),
        ("gpu.driver", on("old-driver"), "fail", "driver 470.256.02 (CUDA 11.4), torch is built for CUDA 13.0: too old"),
        ("gpu.driver", on("old-driver", "cu113", ours=False), "ok", "torch is built for CUDA 11.3"),
        ("gpu.driver", on("gpu-without-driver"), "fail", "a GPU is on the bus and no NVIDIA driver is loaded"),
        ("gpu.driver", on("gpu-without-driver", "cpu"), "warn", "0000:01:00.0: nouveau"),
        ("gpu.driver", on("two-cores-no-gpu"), "skip", "no NVIDIA driver is loaded"),
        ("gpu.nvml", on("two-h200"), "ok", "2 GPUs"),
        ("gpu.nvml", on("driver-updated-under-way"), "fail", "Driver/library version mismatch: the kernel module is 580.65.06"),
        ("gpu.nvml", on("container-lost-its-gpu"), "fail", "Unknown Error"),
        ("gpu.nvml", on("container-without-gpu"), "skip", "this container was given no GPU"),
        ("gpu.devices", on("two-h200"), "ok", "/dev/nvidia-uvm"),
        ("gpu.devices", on("container-lost-its-gpu"), "fail", "/dev/nvidia0: Operation not permitted"),
        ("gpu.devices", on("container-without-gpu"), "warn", "this container was given no GPU"),
        ("gpu.devices", on("container-without-gpu", "cpu"), "skip", "this container was given no GPU"),
        ("gpu.devices", on("old-driver"), "ok", "/dev/nvidia0"),
        ("gpu.build", on("two-h200"), "ok", "built for cu130; 2 GPUs"),
        ("gpu.build", on("two-h200", "cpu"), "warn", "this environment is one for the CPU, and a build for GPUs would fit"),
        ("gpu.build", on("two-h200", "cpu", accelerator="cu130"), "fail", "built for cpu"),
        ("gpu.build", on("old-driver", "cpu"), "skip", "no build fits (cu130 needs driver 580; cu124 needs driver 525.60.13)"),
        ("gpu.build", on("old-driver", "cpu", ours=False), "fail", "built for cpu"),
        ("gpu.build", on("two-h200", "cpu", ours=False), "fail", "built for cpu"),
        ("gpu.build", on("container-without-gpu", "cpu"), "skip", "this container was given no GPU"),
        ("gpu.capability", on("two-h200"), "ok", "NVIDIA H200: 9.0 between 7.5 and 12.1"),
        ("gpu.capability", on("old-driver"), "fail", "GTX 1080: 6.1 has no kernels"),
        ("gpu.capability", on("old-driver", ours=False), "skip", "not known"),
        ("gpu.capability", on("driver-updated-under-way"), "skip", "no GPU tells"),
        ("gpu.memory-used", on("two-h200"), "ok", "GPU 1: 0.0 of 150.8 GB used"),
        ("gpu.memory-used", on("worn-h200"), "warn", "GPU 0: 141.0 of 150.8 GB used"),
        ("gpu.memory-used", on("driver-updated-under-way"), "skip", "NVML lists no GPU"),
        ("gpu.health", on("two-h200"), "ok", "2 GPUs"),
        ("gpu.health", on("worn-h200"), "fail", "GPU 1: no spare memory rows are left, 3 memory errors"),
        ("gpu.visible", on("two-h200"), "ok", "all 2 GPUs"),
        ("gpu.visible", on("two-h200", variables={"CUDA_VISIBLE_DEVICES": "1,0"}), "ok", "1,0"),
        ("gpu.visible", on("two-h200", variables={"CUDA_VISIBLE_DEVICES": "0,2"}), "fail", "none is 2"),
        ("gpu.visible", on("two-h200", variables={"CUDA_VISIBLE_DEVICES": "GPU-6f0a1c2e-0001"}), "ok", "GPU-6f0a1c2e"),
        ("gpu.visible", on("two-h200", variables={"CUDA_VISIBLE_DEVICES": "GPU-ffff"}), "fail", "none is GPU-ffff"),
        ("gpu.visible", on("driver-updated-under-way"), "skip", "NVML lists no GPU"),
    ],
)
def test_recorded_machines(id: str, given: Evidence, verdict: Verdict, seen: str) -> None:
    finding = only(id, given)
    assert (finding.verdict, seen in finding.seen) == (verdict, True), finding


def test_a_build_that_the_driver_runs_is_named_for_an_environment_that_is_not_ours() -> None:
    finding = only("gpu.driver", on("worn-h200", ours=False))
    assert finding.remedy == "install a torch built for cu124, or NVIDIA driver 580 or newer"
    assert "the CPU" in only("gpu.driver", on("old-driver", ours=False)).remedy


def test_slow_and_resettable_gpus_are_warned_about() -> None:
    for fault in ({"throttled": "heat (driver)"}, {"lost": 1}, {"mending": True}):
        found = Gpu(driver="580", devices=(Device("H200", "9.0", 1, **fault),), source="NVML")
        assert only("gpu.health", evidence(machine=machine_with(found))).verdict == "warn"


def test_a_container_without_the_library_of_nvml_can_compute() -> None:
    found = Gpu(driver="580", devices=(), source="/proc", nvml="NVML Shared Library Not Found", files={"/dev/nvidia0": ""})
    system = recorded_machine(MACHINES / "container-without-gpu").recorded["system"]
    machine = machine_with(found)
    machine.recorded["system"] = system
    finding = only("gpu.nvml", evidence(machine=machine))
    assert (finding.verdict, finding.remedy) == ("warn", "add `utility` to NVIDIA_DRIVER_CAPABILITIES")


def test_nvml_that_was_not_asked_is_unknown() -> None:
    found = Gpu(driver="580", devices=(), source="/proc")
    assert only("gpu.nvml", evidence(machine=machine_with(found))).verdict == "unknown"
    assert only("gpu.devices", evidence(machine=machine_with(found))).verdict == "unknown"


def test_a_missing_uvm_is_a_fault_where_nothing_computes() -> None:
    broken = computed({"compute": {"error": "RuntimeError: CUDA unknown error"}})
    finding = only("gpu.devices", on("old-driver", "cu113", ours=False, answers=broken))
    assert (finding.verdict, finding.remedy) == ("fail", "sudo nvidia-modprobe -u -c=0")
    assert only("gpu.compute", on("old-driver", "cu113", ours=False, answers=broken)).seen == "see gpu.devices"


@pytest.mark.parametrize(
    ("capability", "architectures", "by"),
    [
        ("9.0", CU130, "by sm_90"),
        ("8.9", CU130, "by sm_80"),
        ("7.0", CU130, ""),
        ("12.1", CU130, "by sm_120"),
        ("10.3", ["sm_100a"], ""),
        ("10.0", ["sm_100a"], "by sm_100a"),
        ("10.3", ["sm_100f"], "by sm_100f"),
        ("12.0", ["sm_90", "compute_90"], "by PTX of compute_90, compiled at each kernel's first use"),
        ("8.0", ["compute_90", "noise"], ""),
    ],
)
def test_by_what_a_gpu_runs_its_kernels(capability: str, architectures: list[str], by: str) -> None:
    assert runs_by(capability, architectures) == by


def test_the_architectures_of_the_build_count_more_than_the_table() -> None:
    answers = (Answer("gpu.build", "ok", value={"architectures": ["sm_75"]}),)
    finding = only("gpu.capability", on("two-h200", answers=answers))
    assert (finding.verdict, finding.wanted) == ("fail", "one of sm_75")
    assert only("gpu.capability", on("two-h200", "cu128", ours=False, answers=answers)).verdict == "fail"


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_aspect_tells_what_each_gpu_did(aspect: str) -> None:
    id = f"gpu.{aspect}"
    assert only(id, on("two-h200", answers=computed(WELL))).seen == "GPU 0 (H200): right"
    wrong = {**WELL, aspect: {"value": [{"device": "GPU 1 (H200)", "error": "AssertionError: 7 times its bound"}]}}
    finding = only(id, on("two-h200", answers=computed(wrong)))
    assert (finding.verdict, finding.seen) == ("fail", "GPU 1 (H200): AssertionError: 7 times its bound")
    dead = {**WELL, aspect: {"error": "killed by SIGSEGV"}}
    assert only(id, on("two-h200", answers=computed(dead))).verdict == "crash"
    gone = {name: result for name, result in WELL.items() if name != aspect}
    assert only(id, on("two-h200", answers=computed(gone))).verdict == "unknown"
    assert only(id, on("two-h200")).verdict == "unknown"


def test_one_cause_gives_one_red_line() -> None:
    dead = computed({aspect: {"error": "RuntimeError: Found no NVIDIA driver"} for aspect in ASPECTS})
    seen = {aspect: only(f"gpu.{aspect}", on("two-h200", answers=dead)) for aspect in ASPECTS}
    assert {aspect: finding.verdict for aspect, finding in seen.items()} == {**dict.fromkeys(ASPECTS, "skip"), "compute": "fail"}
    assert seen["matmul"].seen == "see gpu.compute"
    assert only("gpu.compute", on("old-driver", answers=dead)).seen == "see gpu.driver"
    assert only("gpu.compute", on("driver-updated-under-way", answers=dead)).seen == "see gpu.nvml"
    assert only("gpu.compute", on("two-h200", "cpu", ours=False, answers=dead)).seen == "see gpu.build"


@pytest.mark.parametrize(
    ("given", "probes"),
    [
        (on("two-h200"), {"gpu.compute", "gpu_full.thorough", "gpu.build", "distributed.nccl"}),
        (on("old-driver"), {"gpu.compute", "gpu_full.thorough", "gpu.build"}),
        (on("driver-updated-under-way"), {"gpu.compute", "gpu_full.thorough"}),
        (on("container-without-gpu"), set()),
        (on("two-h200", "cpu"), {"gpu.build"}),
        (on("old-driver", "cpu"), {"gpu.build"}),
        (on("two-cores-no-gpu"), set()),
        (on("two-h200", variables={"CUDA_VISIBLE_DEVICES": "-1"}), {"gpu.build"}),
    ],
    ids=["two", "one", "unknown", "not given", "for the CPU", "none fits", "none", "hidden"],
)
def test_probes_are_started_where_a_gpu_is(given: Evidence, probes: set[str]) -> None:
    assert {probe for check in CHECKS.values() if check.dynamic_probes for probe in check.dynamic_probes(given)} == probes


def test_hidden_and_absent_gpus_are_no_faults() -> None:
    hidden = only("gpu.compute", on("two-h200", variables={"CUDA_VISIBLE_DEVICES": ""}))
    assert (hidden.verdict, hidden.seen) == ("skip", "CUDA_VISIBLE_DEVICES hides every GPU")
    assert only("gpu.matmul", on("container-without-gpu")).verdict == "skip"
    for module in MODULES[:-1]:
        for check in module.CHECKS:
            finding = only(check.id, evidence(machine=machine_with((Gpu, Absent("no NVIDIA driver is loaded")))))
            assert (finding.verdict, finding.seen) == ("skip", "no NVIDIA driver is loaded")


def test_a_group_of_gpus() -> None:
    assert only("distributed.nccl", on("old-driver")).seen == "1 GPU: there is no group to make"
    assert only("distributed.nccl", on("driver-updated-under-way")).verdict == "skip"
    assert only("distributed.nccl", on("two-h200")).verdict == "unknown"
    well = Answer("distributed.nccl", "ok", value={"seen": "2 ranks"})
    assert only("distributed.nccl", on("two-h200", answers=(well,))).verdict == "ok"
    stuck = Answer("distributed.nccl", "raised", error_type="AssertionError", error="torchrun ended with 1")
    assert only("distributed.nccl", on("two-h200", answers=(stuck,))).verdict == "fail"
    assert only("distributed.nccl", on("worn-h200", answers=(stuck,))).seen == "see gpu.driver"
