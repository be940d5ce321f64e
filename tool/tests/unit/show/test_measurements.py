"""Measurements, as people see them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from golden import golden
from torch_starter.containers.gpu_usage import GpuUsage
from torch_starter.containers.stats import Sample, Seen, report
from torch_starter.containers.usage import Usage
from torch_starter.core.report import Limit, Measurement
from torch_starter.show.measurements import lines
from torch_starter.show.screen import in_short
from torch_starter.show.terminal import console, show


def shown(measurement: Measurement, encoding: str = "utf-8") -> str:
    out = console(io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    return "\n".join(line.plain for line in lines([measurement], out))


def watched() -> list[Sample]:
    """Three looks at a container that works, and at a GPU."""
    usages = [
        Usage(
            at=2.0 * n,
            cpu=3.4 * n,
            cpus=8,
            quota=2.0,
            periods=20 * n,
            throttled=7 * n,
            memory=4_900_000_000 + n * 10**8,
            memory_limit=12 * 2**30,
            oom_kills=0,
            pids=37,
            pids_limit=4096,
            shm=10**8,
            shm_size=4 * 2**30,
            read=5_000_000 * n,
            written=n,
            received=2_000 * n,
            sent=100 * n,
        )
        for n in range(3)
    ]
    gpu = GpuUsage(0, "NVIDIA H100", 97.0, 34e9, 80e9, 612.0)
    return [Sample(2.0 * n, (Seen("torch-starter-dev-1", usage=usage),), (gpu,)) for n, usage in enumerate(usages)]


@pytest.mark.parametrize(("name", "encoding"), [("docker-stats.txt", "utf-8"), ("docker-stats-ascii.txt", "ascii")])
def test_a_user_sees_what_containers_use(name: str, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    show(report(watched()), console(stream))
    stream.flush()
    text = "".join(f"{line.rstrip()}\n" for line in raw.getvalue().decode(encoding).splitlines())
    assert text == golden(name, text)
    assert max(cell_len(line) for line in text.splitlines() if "mend" not in line) <= 80


def test_where_nothing_can_be_drawn_anew_there_is_a_line_a_container() -> None:
    found = in_short(report(watched()[:2]))
    assert found["torch-starter-dev-1"][0] == "cpu 1.7 of 2 CPUs"
    assert "memory 4.7 GiB of 12.0 GiB" in found["torch-starter-dev-1"]


def test_repetitions_have_a_range_and_what_goes_on_has_a_most() -> None:
    repeated = Measurement(name="matmul", unit="GFLOP/s", samples=(80.0, 100.0, 90.0), limit=Limit(200.0, "measured"))
    assert shown(repeated).endswith("45 %  90 of 200 GFLOP/s (80 to 100 GFLOP/s)")
    watched = Measurement(name="memory", unit="bytes", samples=(2.0**30, 3 * 2.0**30, 2 * 2.0**30), every=1.0, better="lower")
    assert shown(watched).endswith("2.0 GiB, at most 3.0 GiB")


@given(
    st.lists(st.floats(0, 1e12), min_size=1, max_size=4),
    st.none() | st.floats(0, 1e12),
    st.sampled_from(["bytes", "bytes/s", "%", "count", "CPUs", ""]),
    st.sampled_from(["utf-8", "ascii"]),
)
def test_whatever_was_measured_can_be_shown(samples: list[float], limit: float | None, unit: str, encoding: str) -> None:
    top = Limit(limit, "derived") if limit is not None else None
    found = shown(Measurement(name="x", unit=unit, samples=tuple(samples), limit=top, params={"a": "b"}), encoding)
    assert found.startswith("a b\n  x ")
    assert encoding == "utf-8" or found.replace("\N{NARROW NO-BREAK SPACE}", " ").isascii()
