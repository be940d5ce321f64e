"""Reports such as commands give, for the tests of how they look."""

from __future__ import annotations

from torch_starter.core.report import Change, Finding, Limit, Measurement, Place, Report, Stop


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
