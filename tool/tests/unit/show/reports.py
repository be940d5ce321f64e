"""Reports such as commands give, for the tests of how they look."""

from __future__ import annotations

from typing import Any

from torch_starter.core.report import Change, Entry, Finding, Limit, Measurement, Past, Place, Report, Stop


def judged() -> Report:
    """A verification that found something of every kind."""
    return Report(
        command="verify-setup",
        seconds=21.43,
        findings=[
            Finding(id="system.platform", verdict="ok", title="the platform is one that PyTorch has wheels for", seen="Debian"),
            Finding(id="system.memory", verdict="ok", title="memory", seen="16.0 GB"),
            *(Finding(id=f"imports.package-{number}", verdict="ok", title="can be imported") for number in range(12)),
            Finding(
                id="packages.trio.torchaudio",
                verdict="fail",
                title="torchaudio belongs to the installed torch",
                seen="torchaudio 2.11.0 (cu132) with torch 2.14.1 (cu130) (import torchaudio: OSError: undefined symbol)",
                wanted="the same release line and the same CUDA: the resolver is content, the import is not",
                remedy="uv pip install --python /a/long/path/to/an/environment/bin/python 'torch==2.14.1' 'torchaudio==2.11.0'",
            ),
            Finding(id="bridges.numpy-torch", verdict="crash", title="NumPy and torch share memory", seen="killed by SIGSEGV"),
            Finding(id="gpu.driver", verdict="skip", title="driver", seen="no NVIDIA driver is loaded"),
            Finding(id="gpu.build", verdict="skip", title="build", seen="no NVIDIA driver is loaded"),
            Finding(
                id="variables.threads",
                verdict="warn",
                title="thread counts agree",
                seen="OMP_NUM_THREADS=1, [MKL_NUM_THREADS]=2",
                place=Place(".env", 3),
                remedy="unset MKL_NUM_THREADS",
            ),
            Finding(id="caches.hf", verdict="unknown", title="the cache is ours", seen="a mistake in this check: KeyError: 'x'"),
        ],
        notes=["The new environment was not proven, and is not used: .venv is still cu128-20260101-000000-7."],
    )


def well() -> Report:
    """A verification that found nothing wrong."""
    return Report(command="verify-setup", seconds=3.0, findings=[Finding(id="system.cpu", verdict="ok", title="processors")])


def planned() -> Report:
    """A dry run."""
    changes = [
        Change(kind="environment", name=".venv", was="cu128-a", now="cu130-b", why="driver 580.65.06"),
        Change(kind="package", name="numpy", was="", now="1.26.4"),
    ]
    return Report(command="setup", changes=changes, notes=["Nothing was changed."])


def stopped() -> Report:
    """A command that could not do its work."""
    stop = Stop(
        "network.unreachable", "the package index cannot be reached while [installing] the packages", "connect, then again"
    )
    return Report(command="setup", stop=stop, stop_exit_code=5)


def everything() -> Report:
    """All that a report can hold at once."""
    report = judged()
    report.started_at = "2026-01-02T03:04:05Z"
    report.findings.append(Finding(id="uses.torch", verdict="ok", title="torch computes", seen="gradient to 0e+00", seconds=3.5))
    report.findings.append(Finding(id="imports.torch", verdict="ok", title="torch can be imported", seen="2.14.1", seconds=1.25))
    report.changes = planned().changes
    report.measurements = [
        Measurement(
            name="matmul",
            unit="TFLOP/s",
            samples=(612.0, 655.0, 640.0),
            params={"dtype": "bfloat16"},
            limit=Limit(989.0, "datasheet"),
            busy=0.03,
        ),
        Measurement(name="batch", unit="ms", samples=(3.25,), better="lower"),
    ]
    report.facts = {
        "cpu": {"model": "AMD EPYC", "count": 16, "affinity": 2, "quota": None},
        "gpu": {"driver": "580.65.06", "devices": [{"name": "NVIDIA H200", "memory": 150754820096}]},
        "memory": {"total": 25276510208},
        "network": {"absent": "no network here"},
        "system": {"distribution": "Debian GNU/Linux 12", "architecture": "x86_64", "container": True},
    }
    return report


def many() -> Report:
    """More that is wrong than an issue holds, each with more words than a person reads."""
    words = "".join(f"line {number} of what a program said\n" for number in range(200))
    findings = [Finding(id=f"uses.package-{number}", verdict="fail", title="works", seen=words) for number in range(120)]
    return Report(command="verify-setup", findings=findings, facts={"cpu": {"count": 2}}, seconds=9.0)


def of_benchmark(name: str, unit: str, values: list[list[float]], params: dict[str, str], **more: Any) -> Measurement:
    """A figure with the values of several processes."""
    samples, counts = tuple(value for each in values for value in each), tuple(map(len, values))
    titles = {"limits": "what the processors can do at most", "matmul": "the product of two matrices", "launch": "starting"}
    return Measurement(
        name=name, title=titles.get(name, ""), unit=unit, samples=samples, processes=counts, params=params, version=1, **more
    )


def around(value: float) -> list[list[float]]:
    """Five processes of three values: they differ by 2 %, and by 1 % in themselves, those of each figure in another order."""
    steps = [[((int(value) // (number + 1) + at) % 3) - 1 for at in range(3)] for number in range(5)]
    return [[value * (1 + 0.02 * (number - 2) / 2) * (1 + 0.01 * step) for step in steps[number]] for number in range(5)]


def of_processors() -> list[Measurement]:
    """Limits, and products of which one is a bound."""
    limits = [
        of_benchmark("limits", unit, around(value), {"what": what, "threads": threads})
        for what, unit, one in (("flops", "GFLOP/s", 115.0), ("bf16", "GFLOP/s", 230.0), ("stream", "GB/s", 20.0))
        for threads, value in (("1", one), ("2", 2 * one))
    ]
    clock = of_benchmark("limits", "GHz", around(3.6), {"what": "clock"})
    products = [
        of_benchmark("matmul", "GFLOP/s", around(value), params, limit=Limit(limit, "measured"), intensity=intensity, **more)
        for value, params, limit, intensity, more in (
            (90.0, {"dtype": "float32", "threads": "1"}, 115.0, 256.0, {}),
            (180.0, {"dtype": "float32", "threads": "2"}, 230.0, 256.0, {}),
            (310.0, {"dtype": "bfloat16", "threads": "2"}, 460.0, 512.0, {"bounded": True, "busy": 0.4}),
        )
    ]
    return [*limits, clock, *products]


def of_a_gpu() -> list[Measurement]:
    """Held against its data sheet."""
    params, sheet = {"dtype": "bfloat16", "device": "cuda:0"}, Limit(989.0, "datasheet")
    return [
        of_benchmark("matmul", "TFLOP/s", around(640.0), params, limit=sheet, intensity=2048.0),
        of_benchmark("memory", "GB/s", around(2900.0), {"device": "cuda:0"}, limit=Limit(3350.0, "datasheet")),
    ]


def benchmarked() -> Report:
    """A run of benchmarks: processors with their limits, a GPU, times, words too long for a line, and earlier runs."""
    triad = of_benchmark("memory", "GB/s", around(36.0), {"threads": "2"}, limit=Limit(40.0, "measured"), intensity=1 / 6)
    launch = of_benchmark("launch", "us", [[1.5, 1.6]], {"what": "dispatch"}, better="lower", bounded=True)
    params = {"workers": "4", "what": "delivered", "decoder": "PIL with libjpeg-turbo", "start": "spawn"}
    loader = of_benchmark("loader", "ms/image", around(12.0), params, better="lower", limit=Limit(8.0, "derived"))
    return Report(
        command="benchmark",
        measured=True,
        measurements=[*of_processors(), *of_a_gpu(), triad, launch, loader],
        history=[
            Past(
                f"2026-01-0{day}T10:00:00Z",
                run,
                "matmul dtype=float32 threads=2",
                "GFLOP/s",
                value,
                value - 3,
                value + 4,
                day == 3,
            )
            for day, run, value in ((1, "before", 150.0), (2, "", 151.0), (3, "", 120.0), (4, "", 178.0))
        ],
        findings=[Finding(id="compile", verdict="skip", title="a compiled model", seen="there is no C++ compiler")],
        facts={
            **everything().facts,
            "run": {"settings": {"threads": "2"}, "snapshot": {"packages": {"torch": "2.14.1"}}},
        },
        conclusion="the product of two matrices (float32, 2 threads): 78 % of what these processors can do",
        started_at="2026-01-05T03:04:05Z",
        seconds=48.2,
    )


def remembered() -> Report:
    """What was measured before."""
    long = [
        Past(f"2026-01-0{day}", "", "disk of=the folder of the data way=read at once", "MB/s", 9.0, 8.0, 9.5) for day in (1, 2)
    ]
    return Report(command="benchmark", history=[*benchmarked().history, *long], conclusion="4 runs since 2026-01-01")


def choice() -> Report:
    """A list of what can be asked for."""
    about = "torch.mm of two square matrices into a third that is there already: what most of a training consists of."
    entries = [Entry("matmul", "the product of two matrices", about, "quick"), Entry("compile", "a compiled model", "It is.")]
    return Report(command="benchmark", entries=entries, conclusion="2 benchmarks")
