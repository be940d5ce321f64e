"""Planning an environment: which build, which packages, which interpreter, and whether there is anything to do."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from torch_starter.core import lock as lock_file
from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.fitting import Host
from torch_starter.core.problems import WrongSpec, WrongUsage
from torch_starter.core.report import Change, Report
from torch_starter.facts.gpu import Gpu
from torch_starter.making import interpreter, uv
from torch_starter.making.accelerator import Choice, choose, named
from torch_starter.making.build import Plan
from torch_starter.making.environments import Environments, Record


def environments(ask: Ask) -> Environments:
    """The environments of this project on this platform."""
    return Environments(ask.project, ask.machine.files)


def current(ask: Ask) -> tuple[Path, Record] | None:
    """The current environment and what is known of it."""
    here = environments(ask)
    path = here.current()
    record = here.record(path) if path else None
    return (path, record) if path and record else None


def host(ask: Ask) -> Host:
    """This machine as far as the choice of a build goes."""
    try:
        gpu = ask.facts[Gpu]
    except (Absent, Unknown) as reason:
        return Host(platform.machine(), no_gpu_because=str(reason))
    return Host(platform.machine(), gpu.driver, tuple(device.capability for device in gpu.devices if device.capability))


def accelerator(ask: Ask) -> Choice:
    """The build that was asked for now or before, or that fits this machine."""
    here, now = host(ask), current(ask)
    before = now[1].accelerator if now and now[1].asked and now[1].accelerator in ask.spec.accelerators else "auto"
    asked = ask.text("accelerator") or before
    return choose(ask.spec, here) if asked == "auto" else named(ask.spec, asked, here.architecture)


def elsewhere(ask: Ask) -> Report:
    """Which build another host would get, by its driver and the compute capability of its GPUs."""
    driver, capabilities = ask.text("driver"), ask.texts("capability")
    if not ask.flag("dry-run"):
        raise WrongUsage("setup.elsewhere", "--driver and --capability plan for another host", "add --dry-run")
    if not driver:
        raise WrongUsage(
            "setup.elsewhere", "--capability says nothing without a driver", "add --driver, such as --driver 535.104"
        )
    for word in (driver, *capabilities):
        if not all(part.isdigit() for part in word.split(".")):
            raise WrongUsage("setup.version", f"{word!r} is no version", "give numbers with dots, such as 535.104 or 7.0")
    choice = choose(ask.spec, Host(platform.machine(), driver, capabilities))
    change = Change(kind="environment", name="accelerator", was="", now=choice.name)
    return Report(command="setup", changes=[change], notes=[choice.reason, "For another host; nothing was changed."])


def make_plan(ask: Ask) -> Plan:
    """Everything that decides what the environment will be; raises a Problem for what is wrong with the spec or the lock."""
    choice = accelerator(ask)
    return plan_for(ask, choice, ask.project.lock(choice.name), wanted_extras(ask))


def plan_for(ask: Ask, choice: Choice, lock: Path, extras: tuple[str, ...]) -> Plan:
    """A plan for one build from one lock; raises WrongSpec where the lock is missing or is older than pyproject.toml."""
    text = ask.machine.files.read(lock)
    if text is None:
        raise WrongSpec("lock.missing", f"there is no locks/{lock.name}", f"./dev.sh lock-update --accelerator {choice.name}")
    pins = lock_file.parse(text, f"locks/{lock.name}")
    markers = requirements.here(ask.spec.python.version)
    wanted = requirements.parse(ask.machine.files.read(ask.project.pyproject)).direct(extras, markers)
    locked = lock_file.selected(pins, markers)
    refuse_unlocked(wanted, locked, lock.name)
    return Plan(
        accelerator=choice.name,
        reason=choice.reason,
        extras=extras,
        python=interpreter.find(ask.machine, ask.spec.python.version, uv.find(ask.project, ask.machine.variables)),
        lock=lock,
        lock_hash=lock_file.digest(text),
        asked=choice.asked,
        direct={name: locked[name] for name in wanted},
        index=ask.spec.accelerators[choice.name].index if "+" in text else None,
        environment=ask.project.environments / f"{choice.name}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}",
    )


def refuse_unlocked(wanted: Mapping[str, Requirement], locked: Mapping[str, str], lock: str) -> None:
    """Raise WrongSpec where pyproject.toml asks for what the lock does not have."""
    for name, requirement in wanted.items():
        if name not in locked or not requirement.specifier.contains(locked[name], prereleases=True):
            has = f"has {name} {locked[name]}" if name in locked else f"has no {name}"
            raise WrongSpec(
                "lock.stale", f"pyproject.toml asks for {requirement}, and locks/{lock} {has}", "./dev.sh lock-update"
            )


def wanted_extras(ask: Ask) -> tuple[str, ...]:
    """The spec's extras, those asked for now, and those that the present environment has."""
    now = current(ask)
    known = requirements.parse(ask.machine.files.read(ask.project.pyproject))
    kept = [extra for extra in (now[1].extras if now else ()) if extra in known.extras]
    dropped = known.known_extras(ask.texts("no-extra"))
    asked = known.known_extras((*ask.spec.python.extras, *ask.texts("extra"), *kept))
    return tuple(extra for extra in asked if extra not in dropped)


def up_to_date(ask: Ask, plan: Plan) -> bool:
    """Whether the current environment is the planned one, also by the packages that are in it now."""
    now = current(ask)
    if now is None or ask.flag("rebuild"):
        return False
    path, record = now
    same = (record.accelerator, record.lock_hash, set(record.extras)) == (plan.accelerator, plan.lock_hash, set(plan.extras))
    names = installed_names(path)
    return (
        same and made_with(path, ask.spec.python.version) and linked(ask) and names == set(record.packages) and has(names, plan)
    )


def made_with(environment: Path, version: str) -> bool:
    """Whether it is there, and its Python of that version, such as 3.12."""
    short = ".".join(version.split(".")[:2])
    return (environment / "bin" / "python").exists() and (environment / "lib" / f"python{short}").is_dir()


def has(names: set[str], plan: Plan) -> bool:
    """Whether all that is asked for is there: a package may have moved from an extra to the core, which changes no lock."""
    return plan.direct.keys() <= {canonicalize_name(name.split("-")[0]) for name in names}


def linked(ask: Ask) -> bool:
    """Whether `.venv` links to an environment of this platform, and so need not be made anew."""
    venv = ask.project.venv
    return venv.is_symlink() and (venv.parent / os.readlink(venv)).parent == ask.project.environments


def installed_names(environment: Path) -> set[str]:
    """The metadata folders of an environment: names with versions."""
    return {path.name for path in environment.glob("lib/python*/site-packages/*.dist-info")}


def planned(ask: Ask, plan: Plan) -> list[Change]:
    """What would be made, beside what there is; nothing where all is as it should be."""
    if up_to_date(ask, plan):
        return []
    now = current(ask)
    was = (now[1].accelerator, now[1].python, ", ".join(now[1].extras), now[0].name) if now else ("", "", "", "")
    rows = (plan.accelerator, str(plan.python), ", ".join(plan.extras), plan.environment.name)
    names = ("accelerator", "python", "extras", ".venv")
    return [Change(kind="environment", name=name, was=old, now=new) for name, old, new in zip(names, was, rows, strict=True)]
