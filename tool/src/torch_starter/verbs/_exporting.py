"""Making a bundle: fetch what is not there, hash all of it, write it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch_starter import __version__
from torch_starter.bundles import pack, relocatable
from torch_starter.bundles.manifest import Manifest
from torch_starter.bundles.mirror import Mirror, named
from torch_starter.bundles.pack import Source
from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.files import DiskProblem
from torch_starter.core.report import Change, Finding, Measurement, Report
from torch_starter.core.units import human_size
from torch_starter.making import index_logins
from torch_starter.making.fetching import Fetcher
from torch_starter.verbs import _build, _bundles
from torch_starter.verbs._bundles import Gathered, Order

SPARE = 64 << 20  # bytes that are left free


@dataclass(frozen=True)
class Export:
    """What goes into a bundle, before anything is fetched."""

    order: Order
    gathered: Gathered
    python: Path | None
    models: tuple[str, ...]
    model_files: tuple[Source, ...]
    links: dict[str, str]

    @property
    def size(self) -> int:
        """Bytes of all, about: the Python is counted as it is on the disk."""
        known = self.gathered.bytes_there + self.gathered.bytes_coming
        models = sum(each.file.stat().st_size for each in self.model_files)
        programs = _bundles.uv_program(self.order.tools).stat().st_size + (relocatable.size(self.python) if self.python else 0)
        return known + models + programs


@contextmanager
def scratch(ask: Ask) -> Iterator[Path]:
    """A folder that is gone at the end; and what a killed export has left goes first. Hold the mirror's lock."""
    for old in ask.project.state.glob("bundle.*"):
        ask.machine.files.remove_tree(old)
    folder = ask.project.state / f"bundle.{os.getpid()}"
    ask.machine.files.make_folder(folder)
    try:
        yield folder
    finally:
        ask.machine.files.remove_tree(folder)


def export(ask: Ask, path: Path) -> Report:
    """Do it, or say what would be done."""
    mirror = Mirror(ask.project.mirror, ask.machine.files)
    with ask.machine.files.lock(ask.project.mirror.with_suffix(".lock"), ask.progress.say), scratch(ask) as aside:
        made = look(ask, mirror, aside)
        report = Report(command="cache export", findings=findings(ask, made))
        report.notes += [f"{each.title}: {each.seen}" for each in report.findings if each.verdict == "ok"]
        if ask.flag("dry-run"):
            report.changes.append(Change(kind="file", name=str(path), was=is_there(path), now=f"about {human_size(made.size)}"))
            report.notes.append("Nothing was fetched, and nothing was written.")
            return report
        refuse_full(ask, path, made)
        wheels = fetch(ask, made, mirror, aside)
        sources = all_sources(ask, made, wheels, aside)
        was = is_there(path)
        write(ask, path, made, sources, mirror)
    report.changes.append(Change(kind="file", name=str(path), was=was, now=human_size(path.stat().st_size)))
    size = Measurement(name="bundle", unit="bytes", better="lower", samples=(float(path.stat().st_size),))
    report.measurements.append(size)
    report.notes.append(f"On the other machine, in a clone of this project:  ./dev.sh cache import {path.name}")
    return report


def is_there(path: Path) -> str:
    return human_size(path.stat().st_size) if path.is_file() else ""


def look(ask: Ask, mirror: Mirror, aside: Path) -> Export:
    """Find all of it; raises a Problem."""
    models, model_files, links = _bundles.of_models(ask)
    tools = _build.tools(ask)
    order = _bundles.order(ask, tools)
    _bundles.uv_program(tools)
    fetcher = fetcher_of(ask, order, aside)
    with ask.progress.stage("looking for packages", None, "things"):
        wanted, whole = _bundles.packages(ask, order, fetcher)
        gathered = _bundles.gather(wanted, whole, mirror, fetcher)
    python = None if ask.flag("no-python") else _bundles.python_root(ask, tools)
    return Export(order, gathered, python, models, tuple(model_files), links)


def fetcher_of(ask: Ask, order: Order, aside: Path) -> Fetcher:
    logins = index_logins.for_pip(ask.machine, order.tools.variables, ask.project.root)
    return Fetcher(ask.machine, order.tools.uv, order.tools.variables, order.first.python, aside, logins)


def findings(ask: Ask, made: Export) -> list[Finding]:
    """What the bundle will hold, a line for each kind."""
    there, coming = len(made.gathered.there), len(made.gathered.coming)
    size = human_size(made.gathered.bytes_there + made.gathered.bytes_coming)
    names = ", ".join(plan.accelerator for plan in made.order.plans)
    extras = f" with {', '.join(made.order.first.extras)}" if made.order.first.extras else ""
    fetched = f", {coming} of them to fetch" if coming else ", all there"
    wheels = f"{there + coming} wheels, {size}{fetched}"
    found = [Finding(id="packages", verdict="ok", title=f"packages of {names}{extras}", seen=wheels)]
    title, short = "a Python that works anywhere", ".".join(ask.spec.python.version.split(".")[:2])
    if made.python:
        found.append(Finding(id="python", verdict="ok", title=title, seen=str(made.python)))
    else:
        left = "left out, as asked" if ask.flag("no-python") else "uv keeps none here: the other machine must have its own"
        remedy = "" if ask.flag("no-python") else f"uv python install {short}"
        found.append(Finding(id="python", verdict="skip", title=title, seen=left, remedy=remedy))
    for name in made.models:
        found.append(Finding(id=f"models.{name}", verdict="ok", title=name, seen="from the cache of the hub"))
    return found


def refuse_full(ask: Ask, path: Path, made: Export) -> None:
    """Raise DiskProblem where it cannot fit."""
    wanted, free = made.size + SPARE, ask.machine.files.free_bytes(path.parent)
    if wanted > free:
        raise DiskProblem(
            "disk.full",
            f"the bundle needs about {human_size(made.size)}, and {human_size(free)} are free on the disk of {path.parent}",
            "write it to another disk, or free some space: ./dev.sh clean",
        )


def fetch(ask: Ask, made: Export, mirror: Mirror, aside: Path) -> dict[str, Path]:
    """All wheels by name of the package; what was fetched is in the mirror folder from now on."""
    found = {path.name: path for path in made.gathered.there.values()}
    if made.gathered.coming:
        with ask.progress.stage("fetching", made.gathered.bytes_coming, "bytes") as stage:

            def come(path: Path) -> None:
                ask.machine.files.move(path, mirror.wheels / path.name)
                found[path.name] = mirror.wheels / path.name

            fetcher_of(ask, made.order, aside).fetch(
                made.gathered.coming, come, lambda size, name: stage.to(size, made.gathered.bytes_coming, name)
            )
    return found


def all_sources(ask: Ask, made: Export, wheels: dict[str, Path], aside: Path) -> list[Source]:
    """The files of the bundle in their order: what starts the tool comes first."""
    sources = [Source("uv/bin/uv", _bundles.uv_program(made.order.tools), start=True)]
    if made.python:
        archive = aside / "python.tar.gz"
        with ask.progress.stage("packing Python", None, "things"):
            relocatable.pack(made.python, archive, ask.machine.files)
        sources.append(Source("python.tar.gz", archive, start=True))
    of_wheels = [
        Source(f"wheels/{name}", path, start=named(name)[0] in made.gathered.starting) for name, path in sorted(wheels.items())
    ]
    return [*sources, *sorted(of_wheels, key=lambda each: not each.start), *made.model_files]


def write(ask: Ask, path: Path, made: Export, sources: Sequence[Source], mirror: Mirror) -> None:
    """Hash the files, then write them: the manifest is the first of them."""
    total = sum(each.file.stat().st_size for each in sources)
    with ask.progress.stage("hashing", total, "bytes") as stage:
        count = Count(partial(stage.to, total=total))
        items = tuple(pack.item(each, count.more) for each in sources)
    manifest = Manifest(
        tool=f"torch-starter {__version__}",
        system=platform.system().lower(),
        machine=platform.machine(),
        python=".".join(ask.spec.python.version.split(".")[:2]),
        accelerators=tuple(plan.accelerator for plan in made.order.plans),
        extras=made.order.first.extras,
        locks={plan.lock.name: lock_file.digest(ask.machine.files.read(plan.lock) or "") for plan in made.order.plans},
        models=made.models,
        items=items,
        links=made.links,
    )
    with ask.progress.stage("writing", total, "bytes") as stage:
        pack.write(path, manifest, sources, ask.machine.files, Count(partial(stage.to, total=total)).more)
    mirror.write_index({name: item.sha256 for name, item in manifest.wheels.items()})


class Count:
    """Adds up what comes, and tells how much it is by now."""

    def __init__(self, tell: partial[None]) -> None:
        self._tell = tell
        self._sum = 0

    def more(self, size: int) -> None:
        self._sum += size
        self._tell(self._sum)
