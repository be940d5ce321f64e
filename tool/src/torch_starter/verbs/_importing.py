"""Unpacking a bundle: checked while it comes, put aside, renamed into a mirror folder."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch_starter.bundles import models, relocatable, unpack
from torch_starter.bundles.manifest import Item, Manifest
from torch_starter.bundles.mirror import Mirror, lacking
from torch_starter.bundles.unpack import Bundle
from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.files import DiskProblem
from torch_starter.core.problems import Missing, WrongUsage
from torch_starter.core.report import Change, Finding
from torch_starter.core.units import human_size
from torch_starter.making.fetching import fit
from torch_starter.verbs import _bundles, _plan
from torch_starter.verbs._exporting import Count

OF_THE_TOOL = (3, 12)  # the Python that the tool runs in
SPARE = 64 << 20  # bytes that are left free
PYTHON_GROWS = 4  # times, at most, as its archive is unpacked


@dataclass(frozen=True)
class Target:
    """Where a bundle goes: wheels and models into a mirror folder; uv and Python, where there are none, below the state."""

    mirror: Mirror
    state: Path | None

    @property
    def aside(self) -> Path:
        return self.mirror.root.with_name(f"{self.mirror.root.name}.new.{os.getpid()}")


def target(ask: Ask) -> Target:
    """The project's own, or a folder of its user, who then wants nothing else changed."""
    to = ask.path("to")
    if to is not None and to.exists() and not to.is_dir():
        raise WrongUsage("bundle.to", f"{to} is a file", "give a folder")
    return Target(Mirror(to or ask.project.mirror, ask.machine.files), None if to else ask.project.state)


def refuse(ask: Ask, manifest: Manifest, to: Target) -> None:
    """Raise a Problem where the bundle is for another machine, or does not fit onto the disk."""
    here = platform.system().lower(), platform.machine()
    if here != (manifest.system, manifest.machine):
        raise Missing(
            "bundle.platform",
            f"the bundle is for {manifest.platform}, and this machine is {'-'.join(here)}",
            "./dev.sh cache export, on a machine of the same kind",
        )
    if to.state is not None:
        refuse_other_python(ask, manifest)
    python = sum(item.size for item in manifest.items if item.path == "python.tar.gz")
    wanted, free = manifest.size + PYTHON_GROWS * python + SPARE, ask.machine.files.free_bytes(to.mirror.root)
    if wanted > free:
        raise DiskProblem(
            "disk.full",
            f"the bundle needs {human_size(wanted)}, and {human_size(free)} are free on the disk of {to.mirror.root.parent}",
            "free some space, ./dev.sh clean shows what can go; or unpack it on another disk, with --to",
        )


def refuse_other_python(ask: Ask, manifest: Manifest) -> None:
    """Raise a Problem where its wheels cannot be installed here."""
    short = ".".join(ask.spec.python.version.split(".")[:2])
    if manifest.python != short:
        raise Missing(
            "bundle.python",
            f"the bundle is for CPython {manifest.python}, and torch-starter.toml says {short}",
            "./dev.sh cache export, from a clone with the same torch-starter.toml",
        )
    major, minor = (int(part) for part in short.split("."))
    for name in manifest.wheels:
        if fit(name, (major, minor)) is None and fit(name, OF_THE_TOOL) is None:
            raise Missing(
                "bundle.platform",
                f"{name} cannot be installed on this machine: its system is older than the one the bundle was made on",
                "./dev.sh cache export, on a machine with the same system",
            )


@contextmanager
def asides(ask: Ask, to: Target) -> Iterator[Path]:
    """A folder on the same disk that is gone at the end; what a killed import has left goes first. Hold the lock."""
    for old in to.mirror.root.parent.glob(f"{to.mirror.root.name}.new.*"):
        ask.machine.files.remove_tree(old)
    try:
        yield to.aside
    finally:
        ask.machine.files.remove_tree(to.aside)


def bring(ask: Ask, bundle: Bundle, to: Target) -> list[Change]:
    """All of it: first aside, and only where every hash is right in place. Raises a Problem, and then nothing is changed."""
    files, manifest = ask.machine.files, bundle.manifest
    with files.lock(to.mirror.root.with_name(f"{to.mirror.root.name}.lock"), ask.progress.say), asides(ask, to) as aside:
        with ask.progress.stage("unpacking", manifest.size, "bytes") as stage:
            count = Count(partial(stage.to, total=manifest.size))
            for item, stream in bundle.contents():
                with files.writing(aside / item.path) as out:
                    unpack.copy(item, stream, out, count.more)
        changes = start(ask, manifest, to, aside)
        before = {path.name for path in to.mirror.wheels.glob("*.whl")}
        for item in manifest.items:
            if item.path.startswith(("wheels/", "models/")):
                files.move(aside / item.path, to.mirror.root / item.path)
        for path, leads in manifest.links.items():
            models.link(to.mirror.root / path, leads, files)
        to.mirror.write_index({name: item.sha256 for name, item in manifest.wheels.items()})
    come = [item for name, item in manifest.wheels.items() if name not in before]
    return [*changes, *told(ask, come, len(manifest.wheels), to)]


def shown(ask: Ask, path: Path) -> str:
    """A path as it is seen from the project."""
    return str(path.relative_to(ask.project.root)) if path.is_relative_to(ask.project.root) else str(path)


def told(ask: Ask, come: list[Item], of: int, to: Target) -> list[Change]:
    """What became of the mirror folder."""
    now = f"{len(come)} wheels" if come else f"all {of} wheels were there"
    size = human_size(sum(item.size for item in come)) if come else ""
    return [Change(kind="file", name=shown(ask, to.mirror.root), was="", now=now, why=size)]


def start(ask: Ask, manifest: Manifest, to: Target, aside: Path) -> list[Change]:
    """uv and Python, where there are none of a bundle yet."""
    changes = []
    files, names = ask.machine.files, {item.path for item in manifest.items}
    if to.state is None:
        return []
    uv, python = to.state / "uv" / "bin" / "uv", to.state / "python"
    if "uv/bin/uv" in names and not uv.exists():
        files.set_mode(aside / "uv/bin/uv", 0o755)
        files.move(aside / "uv/bin/uv", uv)
        changes.append(Change(kind="file", name="uv", was="", now=shown(ask, uv)))
    if "python.tar.gz" in names and not python.exists():
        relocatable.unpack(aside / "python.tar.gz", aside / "python")
        files.move(aside / "python", python)
        changes.append(Change(kind="file", name="python", was="", now=shown(ask, python)))
    return changes


def share_models(ask: Ask, manifest: Manifest, to: Target) -> list[Change]:
    """Models into the user's own cache of the hub; what is there stays as it is."""
    if not manifest.links:
        return []
    hub = _bundles.hub(ask)
    with ask.progress.stage("models", None, "bytes") as stage:
        come = models.share(to.mirror.models, hub, manifest.links, ask.machine.files, Count(partial(stage.to)).more)
    return [Change(kind="file", name=", ".join(manifest.models), was="", now=f"{come} files", why=str(hub))] if come else []


def judged(ask: Ask, manifest: Manifest, accelerator: str, mirror: Mirror) -> Finding:
    """Whether the bundle was made from the lock that is here, and if not what of that is not in the mirror folder."""
    lock = ask.project.lock(accelerator)
    text = ask.machine.files.read(lock) or ""
    title = f"the bundle and locks/{lock.name}"
    if manifest.locks.get(lock.name) == lock_file.digest(text):
        return Finding(id="lock", verdict="ok", title=title, seen="made from this lock")
    pins = {pin.name: pin.version for pin in _bundles.applying(ask, lock)}
    absent = lacking(pins, mirror.there())
    names = ", ".join(f"{name} {version}" for name, version in list(absent.items())[:6])
    return Finding(
        id="lock",
        verdict="warn",
        title=title,
        seen=f"made from another lock: {len(absent)} of {len(pins)} packages are not in the mirror folder: {names}",
        remedy="git pull, or ./dev.sh cache export from a clone with the same locks",
    )


def accelerator_of(ask: Ask, manifest: Manifest) -> str:
    """Which build is set up: the one that fits this machine; raises WrongUsage where that is not in the bundle."""
    choice = _plan.accelerator(ask)
    if choice.name not in manifest.accelerators:
        there = ", ".join(manifest.accelerators)
        raise WrongUsage(
            "bundle.accelerator",
            f"the bundle has the packages of {there}, and this machine takes {choice.name} ({choice.reason})",
            f"add --accelerator {manifest.accelerators[0]}, or make one with: ./dev.sh cache export --accelerator {choice.name}",
        )
    return choice.name
