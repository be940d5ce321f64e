"""What image is to be built: for which accelerator, processor and user, by which words, and whether there is room for it."""

from __future__ import annotations

import json
import os
import platform as this_platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch_starter.artifacts._template import accelerator as usual_accelerator
from torch_starter.containers import image, running
from torch_starter.containers.compose import Compose, Config
from torch_starter.containers.engine import Info
from torch_starter.core.ask import Ask
from torch_starter.core.problems import CommandFailed, WrongSpec, WrongUsage
from torch_starter.core.units import human_size
from torch_starter.making import mirrors
from torch_starter.verbs import _engine, _plan

CANDIDATE = "candidate"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Order:
    """What is to be built."""

    compose: Compose
    config: Config
    info: Info
    accelerator: str
    platform: str | None
    uid: str

    @property
    def foreign(self) -> bool:
        """Whether it is for another processor than this machine's, which cannot run it."""
        here = MACHINES.get(this_platform.machine(), this_platform.machine())
        return self.platform is not None and self.platform.split("/")[1:2] != [here]

    @property
    def name(self) -> str:
        """The image's name once it is proven."""
        tag = self.platform.replace("/", "-") if self.platform and self.foreign else "latest"
        return f"{self.config.image}:{tag}"

    @property
    def proving(self) -> str:
        """The name of the container that proves it."""
        return f"{self.config.image}-proof"

    @property
    def candidate(self) -> str:
        return f"{self.config.image}:{CANDIDATE}"


def ordered(ask: Ask) -> Order:
    """What the command line, the spec and this host make of it; raises a Problem for what cannot be built."""
    compose = _engine.rendered(ask)
    info = compose.engine.info()
    named = ask.text("accelerator") or "auto"
    spec = ask.spec
    chosen = usual_accelerator(spec) if named == "auto" and _plan.host(ask).driver is None else _plan.accelerator(ask).name
    if named not in ("auto", *spec.accelerators):
        raise WrongUsage("accelerator.unknown", f"there is no accelerator {named!r}", f"one of: {', '.join(spec.accelerators)}")
    if ask.machine.files.read(ask.project.lock(chosen)) is None:
        raise WrongSpec("lock.missing", f"there is no locks/{chosen}.txt", f"./dev.sh lock-update --accelerator {chosen}")
    compose, config, _ = _engine.fitting(ask, compose, info)
    running.of_project(compose.engine, config.name)  # raises where another folder has the same names
    uid = ask.text("uid") or str(os.getuid() or 1000)
    if not uid.isdigit() or uid == "0":
        raise WrongUsage("build.uid", f"{uid!r} is no number of a user other than root", "./dev.sh build --uid 1000")
    return Order(compose, config, info, chosen, ask.text("platform"), uid)


def build_words(ask: Ask, order: Order) -> Iterator[str]:
    """The words of `docker buildx build`, but the folder."""
    lock = ask.machine.files.read(ask.project.lock(order.accelerator)) or ""
    index = ask.spec.accelerators[order.accelerator].index
    arguments = {"ACCELERATOR": order.accelerator, "USER_UID": order.uid, "BASE_IMAGE": ask.spec.container.base}
    if index and "+" in lock:
        arguments["PYTORCH_INDEX"] = index
    yield from ("--target", "final", "--tag", order.candidate, "--load")
    for name, value in arguments.items():
        yield from ("--build-arg", f"{name}={value}")
    yield from _engine.labels(ask, order.accelerator).words()
    if order.platform:
        yield from ("--platform", order.platform)
    if ask.flag("no-cache"):
        yield "--no-cache"
    own = [*image.uv_settings(Path(ask.machine.variables.get("HOME", "/")), ask.machine.variables)]
    yield from own or of_mirror(ask)


def of_mirror(ask: Ask) -> Iterator[str]:
    """The words that let the build take packages from where set-up does, where the user has no settings of uv that say it.

    A folder of this machine is not there in a build.
    """
    index = ask.machine.variables.get(mirrors.INDEX) or ask.spec.install.mirror
    if index.startswith(("http://", "https://")):
        path = ask.project.state / "mirror.toml"
        ask.machine.files.write(path, f"[[index]]\nurl = {json.dumps(index)}\ndefault = true\n")
        ask.machine.files.set_mode(path, 0o600)  # a password may be in it
        yield from image.secret(path)


def refuse_full_disk(ask: Ask, order: Order) -> None:
    """Raise CommandFailed where the folder of the engine is here and has less space than a first build takes."""
    folder = Path(order.info.folder or "/nowhere")
    layers = order.compose.engine.ask("images", "--quiet", "--filter", f"label={image.PREFIX}accelerator={order.accelerator}")
    if not folder.exists() or layers.out.strip():  # most of it is there already
        return
    needed = image.space_needed(ask.machine.files.read(ask.project.lock(order.accelerator)) or "")
    free = ask.machine.files.free_bytes(folder)
    if free < needed:
        raise CommandFailed(
            "disk.full",
            f"building takes about {human_size(needed)} below {folder}, where {human_size(free)} are free",
            "docker system df says what images and builds take; docker builder prune frees the latter",
        )
