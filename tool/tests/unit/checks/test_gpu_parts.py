"""Machines of which a program has a part: some of the GPUs, none that a build fits, or a newer CUDA than its driver's."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from shape.source import ROOT
from torch_starter.checks import distributed, gpu, gpu_build, gpu_compute, gpu_devices, gpu_health
from torch_starter.checks.gpu_build import ON_CPU, for_the_cpu
from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.fitting import Host
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.core.spec_file import load
from torch_starter.facts.gpu import Device, Gpu
from torch_starter.facts.system import System
from torch_starter.making.accelerator import choose
from torch_starter.testing import evidence, machine_with
from torch_starter.verbs._judge import ask_check

MODULES = (gpu, gpu_build, gpu_compute, gpu_devices, gpu_health, distributed)
CHECKS: dict[str, Check] = {check.id: check for module in MODULES for check in module.CHECKS}
SPEC = load((ROOT / "torch-starter.toml").read_text(), {}).spec
GB = 10**9
CLOSED = "Operation not permitted"


def nvml(*capabilities: str, driver: str = "580.65.06", cuda: str = "13.0", files: dict[str, str] | None = None) -> Gpu:
    devices = tuple(Device("a GPU", each, 80 * GB, uuid=f"GPU-{i}a", used=0) for i, each in enumerate(capabilities))
    return Gpu(driver=driver, devices=devices, source="NVML", cuda=cuda, files=files)


def on(found: Gpu, accelerator: str = "cu130", architecture: str = "x86_64", *, container: bool = False, **more: Any) -> Evidence:
    system = System(
        os="Linux", kernel="6", architecture=architecture, libc="glibc 2.39", distribution="", wsl=False, container=container
    )
    torch = Distribution("2.14.1", flavour=accelerator)
    return evidence(machine=machine_with(found, system), installed={"torch": torch}, spec=SPEC, accelerator=accelerator, **more)


def only(id: str, given: Evidence) -> Finding:
    (finding,) = ask_check(CHECKS[id], given)
    return finding


@pytest.mark.parametrize(
    ("found", "architecture", "reason"),
    [
        (nvml("3.7", driver="470.256.02", cuda="11.4"), "x86_64", "driver 470.256.02, compute capability 3.7: no build fits ("),
        (nvml("9.0", driver="550.54.15", cuda="12.4"), "aarch64", "cu130 needs driver 580; cu128 is not for aarch64"),
    ],
    ids=["Kepler", "GH200"],
)
def test_where_no_build_fits_the_one_for_the_cpu_is_no_fault(found: Gpu, architecture: str, reason: str) -> None:
    given = on(found, "cpu", architecture)
    told = {id: only(id, given) for id in ("gpu.build", "gpu.compute", "gpu.matmul")}
    assert {finding.verdict for finding in told.values()} == {"skip"}
    assert all(reason in finding.seen for finding in told.values())


def test_an_environment_that_was_asked_to_be_for_the_cpu_is_a_warning_and_its_gpus_are_not_tried() -> None:
    given = on(nvml("9.0", "9.0"), "cpu")
    build = only("gpu.build", given)
    assert (build.verdict, build.remedy) == ("warn", "./dev.sh setup --accelerator auto")
    assert [only(id, given).verdict for id in ("gpu.compute", "distributed.nccl")] == ["skip", "skip"]


def test_what_fits_is_what_set_up_would_choose() -> None:
    drivers = ("470.256.02", "525.60.13", "550.54.15", "580.65.06")
    groups = ((), ("3.7",), ("6.1",), ("7.0", "9.0"), ("6.1", "12.0"), ("13.0",))
    for driver, group, architecture in product(drivers, groups, ("x86_64", "aarch64")):
        choice = choose(SPEC, Host(architecture, driver, group))
        told = for_the_cpu(on(nvml(), "cpu", architecture), nvml(*group, driver=driver))
        why_not = "" if told == ON_CPU else told
        assert (choice.reason == f"{why_not}: cpu") == (choice.name == "cpu") == bool(why_not), (driver, group, architecture)


@pytest.mark.parametrize(
    ("capabilities", "second", "verdict", "words"),
    [
        (("9.0",), CLOSED, "ok", "/dev/nvidia0, /dev/nvidiactl; given to others: /dev/nvidia1"),
        (("9.0", "9.0"), CLOSED, "fail", "/dev/nvidia1: Operation not permitted"),
        (("9.0", "9.0"), "", "ok", "/dev/nvidia0, /dev/nvidia1, /dev/nvidiactl"),
    ],
    ids=["a part", "one too few", "all"],
)
def test_files_of_gpus_that_others_were_given_are_not_missed(
    capabilities: tuple[str, ...], second: str, verdict: str, words: str
) -> None:
    files = {"/dev/nvidia0": "", "/dev/nvidia1": second, "/dev/nvidiactl": ""}
    finding = only("gpu.devices", on(nvml(*capabilities, files=files)))
    assert (finding.verdict, finding.seen) == (verdict, words)


def test_a_file_that_is_missed_is_told_with_what_mends_it() -> None:
    def remedy(why: str, *, container: bool = False, nodes: tuple[str, ...] = ("/dev/nvidia0", "/dev/nvidiactl")) -> str:
        finding = only("gpu.devices", on(nvml("9.0", files={node: why for node in nodes}), container=container))
        assert finding.verdict == "fail"
        return finding.remedy

    assert remedy("Permission denied").startswith("sudo chmod 666 /dev/nvidia0")
    assert remedy(CLOSED).startswith("start the job again")
    assert remedy(CLOSED, container=True).startswith("restart the container")
    alone = Gpu(driver="580", devices=(), source="NVML", files={"/dev/nvidia0": CLOSED, "/dev/nvidiactl": ""})
    assert only("gpu.devices", on(alone)).verdict == "fail"


@pytest.mark.parametrize(
    ("driver", "cuda", "accelerator", "state"),
    [
        ("535.104.05", "13.0", "cu130", "ok"),
        ("535.104.05", "12.2", "cu130", "fail"),
        ("535.104.05", "", "cu130", "fail"),
        ("580.10", "13.0", "cu130", "ok"),
    ],
)
def test_a_library_of_cuda_that_is_newer_than_its_driver_runs_the_build(
    driver: str, cuda: str, accelerator: str, state: str
) -> None:
    finding = only("gpu.driver", on(nvml("9.0", driver=driver, cuda=cuda), accelerator))
    assert finding.verdict == state
    assert ("with limits below 580.65.06" in finding.seen) == (driver == "580.10")


SHARED = Gpu(
    driver="580",
    source="NVML",
    devices=(
        Device("a GPU", "9.0", 80 * GB, uuid="GPU-0a", used=79 * GB, throttled="heat (driver)"),
        Device("a GPU", "9.0", 80 * GB, uuid="GPU-1a", used=0),
    ),
)


@pytest.mark.parametrize(
    ("value", "verdict", "numbers"),
    [
        (None, "warn", (0, 1)),
        ("1", "ok", (1,)),
        (" 1 ", "ok", (1,)),
        ("0", "warn", (0,)),
        ("1,0", "warn", (0, 1)),
        ("GPU-1", "ok", (1,)),
        ("1,5", "warn", (0, 1)),
        ("all", "warn", (0, 1)),
        ("²", "warn", (0, 1)),
        ("MIG-1", "warn", (0, 1)),
        ("", "skip", ()),
        ("-1", "skip", ()),
    ],
)
def test_gpus_that_a_program_does_not_get_are_not_judged(value: str | None, verdict: str, numbers: tuple[int, ...]) -> None:
    given = on(SHARED, variables={} if value is None else {"CUDA_VISIBLE_DEVICES": value})
    memory, health = only("gpu.memory-used", given), only("gpu.health", given)
    assert (memory.verdict, health.verdict) == (verdict, verdict)
    assert [i for i in range(2) if f"GPU {i}: " in memory.seen] == list(numbers)


@pytest.mark.parametrize(
    ("variables", "verdict"),
    [
        ({"CUDA_VISIBLE_DEVICES": "1"}, "warn"),
        ({"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, "ok"),
        ({"CUDA_VISIBLE_DEVICES": "GPU-1"}, "ok"),
    ],
)
def test_a_number_among_gpus_of_several_kinds_may_be_another_one(variables: dict[str, str], verdict: str) -> None:
    other = Device("an older GPU", "8.0", 80 * GB, uuid="GPU-1a", used=0)
    mixed = Gpu(driver="580", source="NVML", devices=(SHARED.devices[0], other))
    assert only("gpu.memory-used", on(mixed, variables=variables)).verdict == verdict
