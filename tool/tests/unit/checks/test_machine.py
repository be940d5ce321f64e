"""The machine under the environment: platform, processors, memory, limits."""

from __future__ import annotations

import signal

import msgspec
import pytest

from torch_starter.checks import limits, memory, processors, system
from torch_starter.core.cause import Cause
from torch_starter.core.facts import Fact
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer
from torch_starter.core.report import Verdict
from torch_starter.facts.cgroup import ControlGroup
from torch_starter.facts.clock import Clock
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.limits import Limits
from torch_starter.facts.memory import Memory
from torch_starter.facts.system import System
from torch_starter.facts.tracing import Tracing
from torch_starter.testing import evidence, machine_with
from unit.checks.asking import explained, one, verdict

CHECKS: dict[str, Check] = {check.id: check for module in (limits, memory, processors, system) for check in module.CHECKS}
LINUX = System(
    os="Linux", kernel="6.1", architecture="x86_64", libc="glibc 2.36", distribution="Debian", wsl=False, container=False
)
MB, GB = 2**20, 2**30


def linux(**changes: object) -> System:
    return msgspec.structs.replace(LINUX, **changes)


def ram(total: int = 16 * GB, available: int = 8 * GB, limit: int | None = None) -> Memory:
    return Memory(total=total, available=available, limit=limit, shm=None)


def shm(size: int | None, free: int | None = None) -> Memory:
    return Memory(total=16 * GB, available=8 * GB, limit=None, shm=size, shm_free=free)


def limit(**limits: int | bool) -> Limits:
    return Limits(**{"open_files": -1, "stack": -1, **limits})  # type: ignore[arg-type]


def group(**told: int | None) -> ControlGroup:
    return ControlGroup(version="2", **told)


@pytest.mark.parametrize(
    ("id", "fact", "wanted"),
    [
        ("system.clock", Clock(now=1_800_000_000, newest=1_790_000_000), "ok"),
        ("system.clock", Clock(now=1_800_000_000, newest=1_800_080_000), "ok"),
        ("system.clock", Clock(now=0, newest=1_790_000_000), "fail"),
        ("system.ptrace", Tracing(capability=True, yama=1), "ok"),
        ("system.ptrace", Tracing(capability=False, yama=0), "ok"),
        ("system.ptrace", Tracing(capability=False, yama=1), "skip"),
        ("system.ptrace", Tracing(capability=True, yama=3), "skip"),
        ("system.memory", ram(), "ok"),
        ("system.memory", ram(limit=GB), "warn"),
        ("system.memory", ram(total=GB // 4), "fail"),
        ("system.memory", ram(available=GB // 4), "warn"),
        ("system.shm", shm(None), "skip"),
        ("system.shm", shm(4 * GB), "ok"),
        ("system.shm", shm(64 * MB), "warn"),
        ("system.shm", shm(64 * MB + 1), "ok"),
        ("system.shm", shm(39 * MB), "warn"),
        ("system.shm", shm(8 * MB), "fail"),
        ("system.shm", shm(4 * GB, GB), "ok"),
        ("system.shm", shm(4 * GB, 50 * MB), "warn"),
        ("system.shm", shm(4 * GB, 8 * MB), "fail"),
        ("system.oom-kills", group(oom_kills=0), "ok"),
        ("system.oom-kills", group(oom_kills=2, memory_limit=GB), "warn"),
        ("system.oom-kills", group(), "skip"),
        ("system.pids", group(), "ok"),
        ("system.pids", group(pids_limit=4096, pids_used=100), "ok"),
        ("system.pids", group(pids_limit=300, pids_used=100), "warn"),
        ("system.pids", group(pids_limit=100, pids_used=101), "fail"),
        ("system.open-files", limit(open_files=65536), "ok"),
        ("system.open-files", limit(), "ok"),
        ("system.open-files", limit(open_files=256), "warn"),
        ("system.open-files", limit(open_files=128), "fail"),
        ("system.processes", limit(processes=4096), "ok"),
        ("system.processes", limit(processes=100), "warn"),
        ("system.processes", limit(processes=10), "fail"),
        ("system.processes", limit(processes=10, root=True), "skip"),
        ("system.stack", limit(stack=8 * MB), "ok"),
        ("system.stack", limit(stack=MB // 2), "warn"),
        ("system.stack", limit(stack=MB // 16), "fail"),
        ("system.memlock", limit(memlock=MB), "skip"),
        ("system.memlock", limit(memlock=MB, infiniband=True), "warn"),
        ("system.memlock", limit(infiniband=True), "ok"),
        ("system.address-space", limit(), "ok"),
        ("system.address-space", limit(address_space=8 * GB), "warn"),
        ("system.address-space", limit(address_space=2 * GB), "fail"),
    ],
)
def test_the_machine(id: str, fact: Fact, wanted: Verdict) -> None:
    assert verdict(CHECKS[id], evidence(machine=machine_with(fact))) == wanted


@pytest.mark.parametrize(
    ("flags", "architecture", "wanted"),
    [
        (("sse4_2", "avx", "avx2"), "x86_64", "ok"),
        (("sse4_2", "avx"), "x86_64", "warn"),
        (("asimd",), "aarch64", "ok"),
        ((), "x86_64", "ok"),
    ],
    ids=["new", "old", "ARM", "not told"],
)
def test_a_processor_has_avx2_where_that_exists(flags: tuple[str, ...], architecture: str, wanted: Verdict) -> None:
    found = Cpu(model="x", count=8, affinity=8, quota=1.5, flags=flags)
    given = evidence(machine=machine_with(found, linux(architecture=architecture)))
    assert verdict(CHECKS["system.cpu"], given) == wanted


@pytest.mark.parametrize(
    ("variables", "affinity", "quota", "wanted"),
    [
        ({}, 8, None, "ok"),
        ({}, 64, 4.0, "warn"),
        ({}, 2, 1.5, "ok"),
        ({"OMP_NUM_THREADS": "4"}, 64, 4.0, "ok"),
        ({"OMP_NUM_THREADS": "8"}, 4, None, "warn"),
        ({"OMP_NUM_THREADS": "4,2"}, 4, None, "ok"),
        ({"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "16"}, 8, None, "warn"),
        ({"OMP_NUM_THREADS": "64", "MKL_NUM_THREADS": "2"}, 8, None, "ok"),
        ({"OMP_NUM_THREADS": "auto"}, 2, None, "skip"),
        ({"OMP_NUM_THREADS": "0"}, 2, None, "skip"),
    ],
)
def test_threads_have_processors(variables: dict[str, str], affinity: int, quota: float | None, wanted: Verdict) -> None:
    found = Cpu(model="x", count=64, affinity=affinity, quota=quota)
    assert verdict(CHECKS["system.threads"], evidence(machine=machine_with(found), variables=variables)) == wanted


@pytest.mark.parametrize(
    ("id", "bad", "good"),
    [
        ("system.clock", Clock(now=0, newest=1_790_000_000), Clock(now=1, newest=1)),
        ("system.memory", ram(limit=GB), ram()),
        ("system.shm", shm(8 * MB), shm(GB)),
        ("system.oom-kills", group(oom_kills=1), group(oom_kills=0)),
        ("system.open-files", limit(open_files=128), limit()),
        ("system.pids", group(pids_limit=1, pids_used=1), group()),
        ("system.processes", limit(processes=1), limit()),
        ("system.address-space", limit(address_space=GB), limit()),
    ],
)
def test_only_what_is_not_well_explains_failures_elsewhere(id: str, bad: Fact, good: Fact) -> None:
    assert explained(CHECKS[id], evidence(machine=machine_with(bad))) == [id]
    assert explained(CHECKS[id], evidence(machine=machine_with(good))) == []


@pytest.mark.parametrize(
    ("id", "fact", "answer"),
    [
        ("system.shm", shm(8 * MB), Answer("p", "crashed", signal=signal.SIGBUS)),
        ("system.shm", shm(8 * MB), Answer("p", "raised", traceback="OSError: No space left on device (28)")),
        ("system.shm", shm(8 * MB), Answer("p", "raised", err="worker (pid 1) is killed by signal: Bus error.")),
        ("system.shm", shm(8 * MB), Answer("p", "raised", traceback="RuntimeError: unable to allocate shared memory(shm)")),
        ("system.oom-kills", group(oom_kills=1), Answer("p", "crashed", signal=signal.SIGKILL)),
        ("system.open-files", limit(open_files=128), Answer("p", "raised", traceback="OSError: [Errno 24] Too many open files")),
        ("system.pids", group(pids_limit=1), Answer("p", "crashed", err="libgomp: Thread creation failed: Resource")),
        ("system.address-space", limit(address_space=GB), Answer("p", "raised", traceback="x.so: failed to map segment")),
    ],
)
def test_a_failure_is_explained_by_its_sign(id: str, fact: Fact, answer: Answer) -> None:
    ask = CHECKS[id].causes
    assert ask is not None
    (cause,) = ask(evidence(machine=machine_with(fact)))
    assert cause.explains(answer, frozenset())
    assert not cause.explains(Answer("p", "crashed", signal=signal.SIGSEGV), frozenset())


def test_a_cause_without_a_signal_explains_no_raised_error() -> None:
    assert not Cause("x").explains(Answer("p", "raised", error="y"), frozenset())


def test_what_is_seen_has_the_numbers() -> None:
    given = evidence(machine=machine_with(group(pids_limit=300, pids_used=100)))
    assert one(CHECKS["system.pids"], given).seen == "100 of 300 are there already"
    assert one(CHECKS["system.shm"], evidence(machine=machine_with(shm(8 * MB)))).seen == "8.4 MB, of which 8.4 MB are free"
