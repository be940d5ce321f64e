"""Fetching the packages of all extras into uv's cache, without touching the environment."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.problems import Problem
from torch_starter.core.report import Change, Finding, Measurement
from torch_starter.core.units import human_size
from torch_starter.making import kept, wheels
from torch_starter.making.build import Plan, Tools, installed, packages, venv
from torch_starter.making.proposal import Resolver
from torch_starter.verbs import _build, _plan, _settle

LEFT = "What has come is kept. An environment that was begun goes with the next cache warm, setup or clean."
WARM = "-warm"  # the end of the name of such an environment: one that was not proven is kept for who wants to look at it
NAMED = 6  # packages that are named where several are to be fetched


@dataclass(frozen=True)
class Wanted:
    """What the packages of one accelerator are: the plan of an environment with all extras, and what of it is not in the cache.

    `sizes` are bytes to download, by name, as far as the index tells them; `seed`: whether the cache has a pip, which each
    environment begins with.
    """

    plan: Plan
    tools: Tools
    lacking: Mapping[str, str]
    sizes: Mapping[str, int]
    total: int
    seed: bool = True

    @property
    def title(self) -> str:
        return f"packages of {self.plan.accelerator} with all extras"


def wanted(ask: Ask) -> Wanted:
    """Look what is there; raises a Problem for what is wrong with the spec or the lock."""
    choice = _plan.accelerator(ask)
    extras = requirements.parse(ask.machine.files.read(ask.project.pyproject)).extras
    plan = _plan.plan_for(ask, choice, ask.project.lock(choice.name), tuple(extras))
    tools = _build.tools(ask)
    text = ask.machine.files.read(plan.lock) or ""
    pins = lock_file.parse(text, f"locks/{plan.lock.name}")
    locked = lock_file.selected(pins, wheels.marker_values(architecture(), ask.spec.python.version))
    cache = kept.cache_of(tools.variables)
    there = kept.unpacked(kept.archives(cache)) if cache else frozenset()
    lacking, seed = not_unpacked(locked, there), any(name.startswith("pip-") for name in there)
    plan = replace(plan, environment=plan.environment.with_name(f"{plan.environment.name}{WARM}"))
    return Wanted(plan, tools, lacking, sizes(ask, plan, tools, text) if lacking else {}, len(locked), seed)


def architecture() -> wheels.Architecture:
    """This machine's, as wheels name it."""
    return "aarch64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def not_unpacked(locked: Mapping[str, str], there: frozenset[str]) -> dict[str, str]:
    """The packages of a lock of which the cache has no wheel of that version."""
    known = {named(name) for name in there}
    return {name: version for name, version in locked.items() if (name, Version(version)) not in known}


def named(metadata: str) -> tuple[str, Version | None]:
    """Name and version from the name of a folder of metadata."""
    name, _, version = metadata.removesuffix(kept.METADATA).partition("-")
    try:
        return canonicalize_name(name), Version(version)
    except InvalidVersion:
        return canonicalize_name(name), None


def sizes(ask: Ask, plan: Plan, tools: Tools, text: str) -> dict[str, int]:
    """Bytes of each package's wheel; of those that the index does not tell, or while it cannot be reached, nothing."""
    scratch = ask.project.environments / f"{plan.environment.name}-sizes"
    accelerator = ask.spec.accelerators[plan.accelerator]
    resolver = Resolver(ask.machine, ask.project.pyproject, tools.uv, tools.variables, plan.python, scratch)
    try:
        listed = wheels.read(resolver.files_of(text, accelerator))
        return wheels.download_bytes(listed, architecture(), ask.spec.python.version)
    finally:
        ask.machine.files.remove_tree(scratch)


def to_fetch(found: Wanted) -> str:
    """How much is lacking, such as "3 of 89 packages, 1.2 GB"."""
    known = [found.sizes[name] for name in found.lacking if name in found.sizes]
    size = f", {human_size(sum(known))}" if known else ""
    more = f" and {len(found.lacking) - len(known)} of unknown size" if known and len(known) < len(found.lacking) else ""
    return f"{len(found.lacking)} of {found.total} packages{size}{more}"


def planned(found: Wanted) -> list[Change]:
    """The packages that would be fetched, the largest first."""
    ranked = sorted(found.lacking, key=lambda name: -found.sizes.get(name, 0))
    rows = [(name, found.lacking[name], found.sizes.get(name, 0)) for name in ranked[:NAMED]]
    changes = [
        Change(kind="package", name=name, was="", now=version, why=human_size(size) if size else "")
        for name, version, size in rows
    ]
    more = len(ranked) - NAMED
    return [*changes, Change(kind="package", name=f"{more} more", was="", now="fetched")] if more > 0 else changes


def fetch(ask: Ask, found: Wanted) -> tuple[Finding, list[Measurement]]:
    """Install them into an environment of links that is thrown away: uv unpacks each wheel into its cache on the way.

    Where it is interrupted that stays for the next one to remove: with 100,000 links it may take a minute, and somebody waits.
    """
    cache = kept.cache_of(found.tools.variables)
    before = kept.archives(cache) if cache else frozenset()
    with _settle.held(ask):  # a set-up removes what it does not know below envs/
        for begun in ask.project.environments.glob(f"*{WARM}"):
            _build.discard(ask, begun)
        try:
            install(ask, found)
            come = kept.unpacked(kept.archives(cache) - before) if cache else frozenset()
            bytes_of = dict(kept.packages(found.plan.environment))
        except KeyboardInterrupt:
            ask.progress.say(LEFT)
            raise
        except Problem:
            ask.machine.files.remove_tree(found.plan.environment)
            raise
        ask.machine.files.remove_tree(found.plan.environment)
    fetched = {name: size for name, size in bytes_of.items() if name in come}
    told = f"{len(fetched)} of {len(bytes_of)} fetched" if fetched else f"all {len(bytes_of)} were in the cache"
    seen = f"{told}, {human_size(sum(bytes_of.values()))} unpacked"
    measured = Measurement(name="fetched", unit="bytes", better="lower", samples=(float(sum(fetched.values())),))
    return Finding(id="packages", verdict="ok", title=found.title, seen=seen), [measured]


def install(ask: Ask, found: Wanted) -> None:
    """Where nothing lacks it is done without the network: an index that is away stops nothing then."""
    linked = replace(found.tools, variables={**found.tools.variables, "UV_LINK_MODE": "symlink"})
    offline = replace(linked, variables={**linked.variables, "UV_OFFLINE": "1"})
    if found.seed and not found.lacking:
        venv(found.plan, offline, ask.project, ask.machine)
        if installed(found.plan, offline, ask.project, ask.machine, ask.progress).ok:
            return
    venv(found.plan, linked, ask.project, ask.machine)
    packages(found.plan, linked, ask.project, ask.machine, ask.progress)
