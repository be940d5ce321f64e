"""Taking over the environment that the Dockerfile has made: it is written down what it is, as after a set-up.

It is not proven yet, since a build sees neither the GPU nor the limits of the container: `build` proves it, in a container,
before the image gets its name.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from packaging.utils import canonicalize_name

from torch_starter.artifacts import dockerfile
from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.problems import WrongSpec, WrongUsage
from torch_starter.core.rendered import digest
from torch_starter.core.report import Report
from torch_starter.facts.image import FILE, Image
from torch_starter.making.build import Plan, make_importable
from torch_starter.verbs import _build, _plan

NAME = "image"


def adopt(ask: Ask) -> Report:
    """Make the environment of an image the current one; raises WrongUsage outside of one, WrongSpec where the lock has others."""
    image = ask.project.image
    environment = ask.project.environments / NAME
    if image is None or not (environment / "bin" / "python").exists():
        raise WrongUsage("adopt.nothing", "there is no environment of an image here", "./dev.sh setup")
    plan = replace(_plan.make_plan(ask), environment=environment, reason="built into the image")
    refuse_other_packages(ask, plan)
    make_importable(environment, ask.project.root / "src", ask.machine)
    about = Image(accelerator=plan.accelerator, lock_hash=plan.lock_hash, dockerfile=digest(dockerfile.render(ask.spec)))
    ask.machine.files.write(image / FILE, msgspec.json.encode(about))
    _build.make_current(ask, plan)
    return Report(command="setup", notes=[f"The environment of the image is current: {plan.accelerator}."])


def refuse_other_packages(ask: Ask, plan: Plan) -> None:
    """Raise WrongSpec where a package is installed that the lock has at another version, or not at all."""
    pins = lock_file.parse(ask.machine.files.read(plan.lock) or "", plan.lock.name)
    locked = {(pin.name, pin.version) for pin in pins}
    found = [name.removesuffix(".dist-info").partition("-") for name in sorted(_plan.installed_names(plan.environment))]
    for name, _, version in found:
        if (canonicalize_name(name), version) not in locked and name != "pip":
            raise WrongSpec(
                "adopt.other", f"{name} {version} is installed, and locks/{plan.lock.name} has no such", "./dev.sh render"
            )
