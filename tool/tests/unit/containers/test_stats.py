"""What is said of readings: measurements against limits, and what is not well."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.containers.gpu_usage import GpuUsage
from torch_starter.containers.stats import Sample, Seen, report
from torch_starter.containers.usage import Usage
from torch_starter.core.report import Report

USAGE = Usage(
    at=0.0,
    cpu=0.0,
    cpus=8,
    quota=2.0,
    memory=10**9,
    memory_limit=4 * 10**9,
    oom_kills=0,
    pids=9,
    pids_limit=100,
    shm=0,
    shm_size=10**8,
)


def course(*usages: Usage) -> Report:
    """What is said of readings of one container, a second apart."""
    return report([Sample(time=1000.0 + number, containers=(Seen("dev", usage=usage),)) for number, usage in enumerate(usages)])


def later(seconds: float, **changed: float | None) -> Usage:
    return msgspec.structs.replace(USAGE, at=seconds, **changed)


def verdicts(of: Report) -> dict[str, str]:
    return {finding.id: finding.verdict for finding in of.findings}


def test_two_readings_are_a_sample_of_each_quantity() -> None:
    found = course(USAGE, later(1.0, cpu=1.5, memory=2 * 10**9))
    told = {each.name: each for each in found.measurements}
    assert told["cpu"].samples == (1.5,)
    assert told["cpu"].limit is not None
    assert told["cpu"].limit.value == 2.0
    assert told["memory"].samples == (2e9,)
    assert (told["memory"].every, told["memory"].params) == (1.0, {"container": "dev"})
    assert verdicts(found) == {"containers.dev": "ok"}
    assert found.measured


def test_a_first_reading_alone_measures_nothing() -> None:
    assert course(USAGE).measurements == []


def test_a_restart_on_the_way_leaves_out_what_spans_it() -> None:
    usages = (USAGE, later(1.0, cpu=5.0), later(2.0, cpu=0.5), later(3.0, cpu=1.0))
    cpu = next(each for each in course(*usages).measurements if each.name == "cpu")
    assert cpu.samples == (5.0, 0.5)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"memory": 3.7e9}, {"containers.dev.memory": "warn"}),
        ({"memory": 3.5e9}, {"containers.dev": "ok"}),
        ({"memory": 3.9e9, "memory_limit": None}, {"containers.dev": "ok"}),
        ({"shm": 9.5e7}, {"containers.dev.shm": "warn"}),
        ({"pids": 95}, {"containers.dev.pids": "warn"}),
        ({"oom_kills": 2}, {"containers.dev.oom": "fail"}),
        ({"oom_kills": None}, {"containers.dev": "ok"}),
        ({"periods": 10, "throttled": 6}, {"containers.dev.throttled": "warn"}),
        ({"periods": 10, "throttled": 2}, {"containers.dev": "ok"}),
    ],
)
def test_what_is_near_a_limit_or_over_it(changed: dict[str, float | None], expected: dict[str, str]) -> None:
    given_ = {name: int(value) if isinstance(value, float) else value for name, value in changed.items()}
    assert verdicts(course(USAGE, later(1.0, **given_))) == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen("dev", "exited with exit status 137", killed=True), {"containers.dev.oom": "fail"}),
        (Seen("dev", "exited with exit status 0"), {"containers.dev": "skip"}),
        (Seen("dev", "running", problem="no shell in it"), {"containers.dev": "unknown"}),
        (Seen("dev", "running, unhealthy", ill=True, usage=USAGE), {"containers.dev": "warn"}),
    ],
)
def test_how_a_container_is(seen: Seen, expected: dict[str, str]) -> None:
    found = report([Sample(time=1.0, containers=(seen,))])
    assert verdicts(found) == expected
    assert all(finding.remedy for finding in found.findings if finding.verdict in ("fail", "warn"))


def test_gpus_are_told_by_what_they_tell() -> None:
    samples = [Sample(time=float(n), gpus=(GpuUsage(0, "H100", 90.0 + n, 2e9, 8e10, None),)) for n in range(2)]
    told = {each.name: each for each in report(samples).measurements}
    assert set(told) == {"gpu-busy", "gpu-memory"}
    assert (told["gpu-busy"].samples, told["gpu-busy"].better) == ((90.0, 91.0), "higher")
    assert told["gpu-memory"].params == {"gpu": "0 H100"}


@given(st.lists(st.builds(Usage, at=st.floats(0, 1e6), cpu=st.floats(0, 1e6), cpus=st.integers(1, 256)), min_size=1, max_size=5))
def test_whatever_was_read_can_be_told(usages: list[Usage]) -> None:
    found = course(*usages)
    assert found.findings
    assert all(sample >= 0 for each in found.measurements for sample in each.samples)
