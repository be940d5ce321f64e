"""Where uv is, the variables that the spec gives it, and what its errors mean."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from torch_starter.core.files import nearest
from torch_starter.core.problems import CommandFailed, Missing, Problem
from torch_starter.core.processes import Done
from torch_starter.core.project import Project
from torch_starter.core.spec import Spec
from torch_starter.core.units import seconds


class DiskFull(Problem):
    """No space is left."""

    exit_code = 5


def find(project: Project, variables: Mapping[str, str]) -> Path:
    """uv on PATH, or the one that dev.sh installed; raises Missing."""
    own = project.state / "uv" / "bin" / "uv"
    found = shutil.which("uv", path=variables.get("PATH", "")) or (str(own) if os.path.exists(own) else None)
    if found is None:
        raise Missing("uv.missing", "uv is neither on PATH nor below .torch-starter", "python3 -m pip install uv")
    return Path(found)


def variables(spec: Spec, base: Mapping[str, str], cache: Path | None, environments: Path, offline: bool) -> dict[str, str]:
    """The variables for uv: the spec's, where the user has not set them."""
    wanted = {
        "UV_CONCURRENT_DOWNLOADS": str(spec.install.concurrent_downloads),
        "UV_HTTP_TIMEOUT": f"{seconds(spec.install.http_timeout):.0f}",
        "UV_LINK_MODE": spec.install.link_mode if spec.install.link_mode != "auto" else link_mode(cache, environments),
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "automatic",
    }
    if cache is not None:
        wanted["UV_CACHE_DIR"] = str(cache)
    if offline:
        wanted["UV_OFFLINE"] = "1"
    clean = {name: value for name, value in base.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT")}
    return {**wanted, **clean}


def link_mode(cache: Path | None, environments: Path) -> str:
    """Hard links where cache and environments are on one file system; copies where a link cannot be made."""
    if cache is None:
        return "hardlink"
    return "hardlink" if device(cache) == device(environments) else "copy"


def device(path: Path) -> int:
    """The file system that a path is, or will be, on."""
    return os.stat(nearest(path)).st_dev


def problem(done: Done, doing: str) -> Problem:
    """What an error of uv means, and what mends it."""
    text = done.err
    if "No space left on device" in text or "os error 28" in text:
        return DiskFull(
            "disk.full", f"no space left while {doing}", "free some space, then run the command again; df -h . shows it"
        )
    if "Hash mismatch" in text or "hash mismatch" in text:
        name = re.search(r"`([A-Za-z0-9._-]+==[^`]+)`", text)
        what = name[1] if name else "a package"
        return CommandFailed(
            "lock.hash",
            f"{what} is not the file that the lock names: its sha256 differs",
            "git checkout -- locks, then run again",
        )
    if is_network(text):
        return unreachable(doing, "")
    last = [line.strip() for line in text.splitlines() if line.strip()]
    return CommandFailed(
        "uv.failed", f"uv failed while {doing}: {' '.join(last[-6:])[-600:]}", "run the command again with UV_VERBOSE=1"
    )


def unreachable(doing: str, detail: str) -> Problem:
    """The problem of a lost network; `detail` says what would have been needed from it."""
    told = f"the package index cannot be reached while {doing}" + (f": {detail}" if detail else "")
    remedy = (
        "connect, or go on from what is there: ./dev.sh setup --offline"
        if detail.startswith("all")
        else "connect, then try again; or bring a bundle from a machine that is connected: ./dev.sh cache import"
    )
    return CommandFailed("network.unreachable", told, remedy)


def is_absent(text: str) -> bool:
    """Whether an error of uv says, while it may not ask the network, that a package or its version is not there."""
    return is_network(text) or re.search(r"there is no\s+version\s+of", text) is not None


def is_network(text: str) -> bool:
    """Whether an error of uv is one of the network, or of its absence."""
    words = (
        "Network connectivity is disabled",
        "network was disabled",
        "dns error",
        "error sending request",
        "Failed to fetch",
        "client error (Connect)",
        "timed out",
    )
    return any(word in text for word in words)
