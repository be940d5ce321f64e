"""Reports such as commands give, for the tests of how they look."""

from __future__ import annotations

from torch_starter.core.report import Change, Finding, Place, Report, Stop


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
