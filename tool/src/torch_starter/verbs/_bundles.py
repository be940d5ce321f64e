"""Gathering what a bundle is to hold: which wheels, from where, the uv and the Python that start the tool, and models."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch_starter.bundles import models, relocatable
from torch_starter.bundles.mirror import Mirror, named, sha256
from torch_starter.bundles.pack import Source
from torch_starter.caches import huggingface
from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.lock import Pin
from torch_starter.core.lookout import Lookout
from torch_starter.core.problems import CommandFailed, Missing, WrongUsage
from torch_starter.making import fetching, wheels
from torch_starter.making.accelerator import choose
from torch_starter.making.accelerator import named as accelerator_named
from torch_starter.making.build import Plan, Tools
from torch_starter.making.fetching import Fetcher, Wheel
from torch_starter.verbs import _plan, _warming

ELF = b"\x7fELF"
MOST_NAMED = 8
TOOL_LOCK = Path("tool") / "lock.txt"


@dataclass(frozen=True)
class Order:
    """What was asked for: a plan for each accelerator, and what they have in common."""

    plans: tuple[Plan, ...]
    tools: Tools

    @property
    def first(self) -> Plan:
        return self.plans[0]


@dataclass(frozen=True)
class Package:
    """A package that the bundle needs. `index`: where else than in the usual one it may be."""

    pin: Pin
    index: str | None
    start: bool = False


@dataclass(frozen=True)
class Gathered:
    """The packages' files that are there already, and those that an index has."""

    there: Mapping[str, Path]  # by the name of the package
    coming: tuple[Wheel, ...]
    starting: frozenset[str]  # names of packages that the tool needs to start

    @property
    def bytes_there(self) -> int:
        return sum(path.stat().st_size for path in self.there.values())

    @property
    def bytes_coming(self) -> int:
        return sum(each.size for each in self.coming)


def file_of(ask: Ask, command: str) -> Path:
    """The file that was named; raises WrongUsage."""
    if len(ask.rest) != 1:
        raise WrongUsage("bundle.name", "one file is to be named", f"such as: ./dev.sh {command} bundle.tar.zst")
    return Path(ask.machine.variables.get("PWD", ".")) / Path(ask.rest[0]).expanduser()


def order(ask: Ask, tools: Tools) -> Order:
    """Plans for the accelerators and extras that were asked for, or that set-up would take; raises a Problem."""
    extras, here = _plan.wanted_extras(ask), _plan.host(ask)
    names = dict.fromkeys(ask.texts("accelerator") or ("auto",))
    choices = [
        choose(ask.spec, here) if name == "auto" else accelerator_named(ask.spec, name, here.architecture) for name in names
    ]
    return Order(tuple(_plan.plan_for(ask, each, ask.project.lock(each.name), extras) for each in choices), tools)


def packages(ask: Ask, order: Order, fetcher: Fetcher) -> tuple[list[Package], bool]:
    """All that the bundle needs, each once, those of the tool first; and whether it could be told which ones of the locks."""
    found = {(pin.name, pin.version): Package(pin, None, start=True) for pin in tool_pins(ask)}
    whole = True
    for plan in order.plans:
        pins = applying(ask, plan.lock)
        chosen = fetcher.chosen(ask.project.pyproject, plan.lock, plan.extras, plan.index)
        whole = whole and chosen is not None
        for pin in pins:
            if chosen is None or chosen.get(pin.name) == pin.version:
                found.setdefault((pin.name, pin.version), Package(pin, plan.index))
    return list(found.values()), whole


def tool_pins(ask: Ask) -> list[Pin]:
    """The packages of the tool's own environment."""
    path = ask.project.root / TOOL_LOCK
    return applying(ask, path) if path.is_file() else []


def applying(ask: Ask, lock: Path) -> list[Pin]:
    """The pins of a lock that belong onto this platform."""
    pins = lock_file.parse(ask.machine.files.read(lock) or "", lock.name)
    environment = wheels.marker_values(_warming.architecture(), ask.spec.python.version)
    return [pin for pin in pins if pin.applies(environment)]


def gather(wanted: Sequence[Package], whole: bool, mirror: Mirror, fetcher: Fetcher) -> Gathered:
    """What of them the mirror folder has, by hashes, and where the rest is; raises a Problem that names what cannot be had."""
    there = in_mirror(wanted, mirror, fetcher.version)
    lacking = [each for each in wanted if each.pin.name + each.pin.version not in there]
    starting = frozenset(each.pin.name for each in wanted if each.start)
    coming: list[Wheel] = []
    try:
        if lacking and not whole:
            raise CommandFailed("network.unreachable", "", "")
        for index, pins in questions(lacking):
            coming += fetcher.found(pins, index)
        there, more = with_pip(there, coming, mirror, fetcher)
    except CommandFailed as problem:
        if problem.code != "network.unreachable":
            raise
        raise unreachable([each.pin for each in lacking], len(wanted)) from problem
    return Gathered(there, (*coming, *more), starting)


def questions(lacking: Sequence[Package]) -> Iterator[tuple[str | None, list[Pin]]]:
    """What is asked of an index at a time: of each package one version, though locks may differ."""
    groups: dict[tuple[str | None, int], list[Pin]] = {}
    for each in lacking:
        turn = sum(each.pin.name == pin.name for (index, _), pins in groups.items() if index == each.index for pin in pins)
        groups.setdefault((each.index, turn), []).append(each.pin)
    for (index, _), pins in groups.items():
        yield index, pins


def with_pip(
    there: dict[str, Path], coming: Sequence[Wheel], mirror: Mirror, fetcher: Fetcher
) -> tuple[dict[str, Path], list[Wheel]]:
    """With a pip, which each environment begins with, whatever its lock says."""
    if any(named(path.name)[0] == "pip" for path in there.values()) or any(each.name == "pip" for each in coming):
        return there, []
    kept = [path for (name, _), paths in mirror.there().items() if name == "pip" for path in paths]
    if kept:
        return {**there, "pip": kept[-1]}, []
    newest = fetcher.newest("pip")
    return there, [newest] if newest else []


def in_mirror(wanted: Iterable[Package], mirror: Mirror, version: tuple[int, int]) -> dict[str, Path]:
    """Name and version -> the wheel of it that fits this machine, and whose hash is the lock's."""
    known, found = mirror.there(), {}
    for each in wanted:
        for path in known.get((each.pin.name, each.pin.version), ()):
            if fetching.fit(path.name, version) is not None and sha256(path) in each.pin.hashes:
                found[each.pin.name + each.pin.version] = path
    return found


def unreachable(lacking: Sequence[Pin], of: int) -> CommandFailed:
    """The problem for an export without the network, with the packages that are not there."""
    names = ", ".join(f"{pin.name} {pin.version}" for pin in lacking[:MOST_NAMED]) or "pip"
    more = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
    return CommandFailed(
        "network.unreachable",
        f"the package index cannot be reached, and {len(lacking) or 1} of {of} packages were not fetched before: {names}{more}",
        "connect, then run the same command again: uv's cache holds no wheels that could be passed on",
    )


def uv_program(tools: Tools) -> Path:
    """uv itself; raises Missing where what is called so is a script that starts another."""
    path = Path(os.path.realpath(tools.uv))
    with path.open("rb") as file:
        if file.read(len(ELF)) != ELF:
            raise Missing(
                "uv.script",
                f"{path} is a script, which works on this machine alone",
                "put uv itself first on PATH, or take it from PATH: ./dev.sh then installs one below .torch-starter/",
            )
    return path


def python_root(ask: Ask, tools: Tools) -> Path | None:
    """The folder of an interpreter that works wherever it is put: of a bundle, or uv's own; None where there is none."""
    short = ".".join(ask.spec.python.version.split(".")[:2])
    own = ask.project.state / "python"
    if (own / "bin" / f"python{short}").exists():
        return own
    argv: list[str | Path] = [tools.uv, "python", "find", "--managed-python", "--no-project", short]
    done = ask.machine.processes.run(argv, env=tools.variables, cwd=Path("/"))
    return relocatable.root_of(Path(done.out.strip())) if done.ok and done.out.strip() else None


def hub(ask: Ask) -> Path:
    """The user's cache of the Hugging Face hub."""
    return next(iter(huggingface.roots(Lookout(ask.project, ask.machine, ask.spec))))


def of_models(ask: Ask) -> tuple[tuple[str, ...], list[Source], dict[str, str]]:
    """The models that were asked for: their names, files and links; raises a Problem for one that is not there."""
    names: list[str] = []
    sources: dict[str, Source] = {}
    links: dict[str, str] = {}
    for word in dict.fromkeys(ask.texts("model")):
        model = models.find(word, hub(ask))
        files, leads = models.sources(model)
        names.append(model.name)
        sources.update({each.path: each for each in files})
        links.update(leads)
    return tuple(names), list(sources.values()), links
