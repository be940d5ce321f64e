"""What searches share: tools, the interpreter, kept trials, and what a lock says of its proof."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.fitting import misfit
from torch_starter.core.problems import CommandFailed
from torch_starter.core.spec import Accelerator
from torch_starter.facts.gpu import Gpu
from torch_starter.making import interpreter, lock_label, wheels
from torch_starter.making.build import Tools
from torch_starter.making.candidate import Aside
from torch_starter.making.proposal import Kept, Resolver
from torch_starter.search.holds import Hold
from torch_starter.search.questions import both
from torch_starter.search.trials import Trials, contents, judges
from torch_starter.search.world import Candidate
from torch_starter.verbs import _build, _plan
from torch_starter.verbs._bench import Bench
from torch_starter.verbs._trying import Trying

TRIALS = "trials"
VERSIONS = "import json, platform; print(json.dumps([platform.python_version(), platform.python_implementation()]))"


@dataclass(frozen=True)
class Workshop:
    """Makes the worlds in which searches go on. `ask` is of the project as it would be; `folder` for what is needed meanwhile."""

    ask: Ask
    folder: Path
    moving: tuple[str, ...] | None = None

    @cached_property
    def ends(self) -> float | None:
        """When the budget is over, in seconds of the monotonic clock; None where there is none."""
        budget = self.ask.budget
        return None if budget is None else time.monotonic() + budget

    @cached_property
    def tools(self) -> Tools:
        return _build.tools(self.ask)

    @cached_property
    def python(self) -> Path:
        return interpreter.find(self.ask.machine, self.ask.spec.python.version, self.tools.uv)

    @cached_property
    def known(self) -> requirements.Requirements:
        return requirements.parse(self.ask.machine.files.read(self.ask.project.pyproject))

    @cached_property
    def wanted(self) -> dict[str, Requirement]:
        """All direct dependencies that are asked for here."""
        return self.known.direct(self.known.extras, self.markers)

    @cached_property
    def markers(self) -> Mapping[str, str]:
        """The variables of PEP 508 that the target's interpreter has."""
        done = self.ask.machine.processes.run([self.python, "-I", "-c", VERSIONS], timeout=20)
        if not done.ok:
            raise CommandFailed("python.silent", f"{self.python} does not answer", "./dev.sh verify-setup --only python")
        version, implementation = json.loads(done.out)
        own = {"python_version": ".".join(version.split(".")[:2]), "python_full_version": version}
        named = {"implementation_version": version, "platform_python_implementation": implementation}
        return {**{key: str(value) for key, value in default_environment().items()}, **own, **named}

    @cached_property
    def gpu(self) -> str:
        """The GPU that trials compute on, with its driver; empty where there is none."""
        try:
            seen = self.ask.facts[Gpu]
            return f"{', '.join(sorted({device.name for device in seen.devices}))}, driver {seen.driver}"
        except (Absent, Unknown):
            return ""

    @cached_property
    def conditions(self) -> dict[str, str]:
        """What the result of a trial depends on besides the set."""
        commands, root = self.ask.spec.verify.commands, self.ask.project.root
        return {
            "python": self.markers["python_full_version"],
            "machine": f"{platform.system()} {platform.machine()} {self.ask.project.platform}",
            "judges": judges(),
            "gpu": self.gpu,
            "direct": json.dumps(sorted(self.wanted)),
            "commands": json.dumps(commands),
            "files": contents(root, own_files(self.ask)) if commands else "",
        }

    def bench(self, name: str) -> Bench:
        """The world of one accelerator."""
        accelerator, text = self.ask.spec.accelerators[name], self.ask.machine.files.read(self.ask.project.lock(name))
        scratch = self.folder / f"resolving-{name}"
        self.ask.machine.files.make_folder(scratch)
        program, variables = self.tools.uv, self.tools.variables
        pyproject, newest = self.ask.project.pyproject, self.ask.spec.update.exclude_newer
        at_once = self.ask.spec.install.concurrent_downloads
        resolver = Resolver(self.ask.machine, pyproject, program, variables, self.python, scratch, newest, at_once)
        now = _plan.current(self.ask)
        place = self.folder / f"trying-{name}"
        aside = Aside(place, self.ask.machine, self.ask.project, program, variables, self.python, now[0] if now else None)
        extras, without = tuple(self.known.extras), self.without(accelerator)
        conditions = {**self.conditions, "without": ", ".join(sorted(without))}
        trials = Trials(self.ask.project.state / TRIALS, self.ask.machine.files, conditions)
        trying = Trying(writing_bytecode(self.ask), aside, name, extras, accelerator.index, without)
        return Bench(
            self.ask,
            name,
            accelerator,
            resolver,
            trying,
            trials,
            self.markers,
            self.wanted,
            Kept(text, self.moving) if self.moving is not None and text else None,
            self.ends,
            self.ask.flag("dry-run"),
            platform.machine() not in accelerator.architectures,
        )

    def without(self, accelerator: Accelerator) -> frozenset[str]:
        """What no set of an accelerator can be asked here: nothing of a GPU that it does not fit."""
        here = _plan.host(self.ask)
        fits = accelerator.cuda is None or here.driver is None or misfit(accelerator, here) is None
        return frozenset() if fits else frozenset({"gpu"})

    def order(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The packages that should stay newest first: those that the spec prefers, then the direct ones; and the former alone."""
        preferred = tuple(canonicalize_name(name) for name in self.ask.spec.update.prefer)
        return tuple(dict.fromkeys((*preferred, *self.wanted))), preferred

    def labelled(self, bench: Bench, found: Candidate) -> str:
        """A lock with the comment that says what it was proven on, and what was only looked at."""
        seen = bool(self.gpu) and bench.accelerator.cuda is not None and "gpu" not in bench.trying.without
        listed = wheels.read(bench.resolver.files_of(found.text, bench.accelerator))
        python = self.markers["python_version"]
        lines = lock_label.lines(bench.accelerator, listed, python, self.gpu if seen else "", bench.elsewhere)
        return lock_label.comment([*lines, *([found.remark] if found.remark else [])]) + found.text


def writing_bytecode(ask: Ask) -> Ask:
    """The same, but what is imported leaves its bytecode: the next trial has most of it already."""
    machine = ask.machine
    return replace(ask, machine=replace(machine, variables={**machine.variables, "PYTHONDONTWRITEBYTECODE": ""}))


def own_files(ask: Ask) -> list[str]:
    """The files of the project that git does not ignore, without the locks; without git those below src/ and tests/."""
    root = ask.project.root
    told = ask.machine.processes.run(["git", "ls-files", "-zco", "--exclude-standard"], env=ask.machine.variables, cwd=root)
    if told.ok:
        return [name for name in told.out.split("\0") if name and not name.startswith("locks/")]
    return [str(path.relative_to(root)) for folder in ("src", "tests") for path in (root / folder).rglob("*.py")]


def bounds(holds: Iterable[Hold]) -> dict[str, str]:
    """What holds allow together."""
    found: dict[str, str] = {}
    for hold in holds:
        found = both(found, {hold.package: hold.bound})
    return found


def fits(candidate: Candidate, ranges: Mapping[str, Requirement]) -> bool:
    """Whether a set is still within what pyproject.toml asks for."""
    versions = candidate.versions
    return bool(versions) and all(
        name in versions and asked.specifier.contains(versions[name], prereleases=True) for name, asked in ranges.items()
    )


def unnamed(ask: Ask) -> Ask:
    """The same without options: the environment has the accelerator and extras that it had, or what fits this machine."""
    return replace(ask, options={})
