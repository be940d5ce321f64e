"""Building the image: aside, proven in a throw-away container, then named; what was there before stays until then."""

from __future__ import annotations

import json
import os
import platform as this_platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.artifacts._template import accelerator as usual_accelerator
from torch_starter.containers import gpu, image
from torch_starter.containers.compose import Compose, Config
from torch_starter.containers.engine import Info
from torch_starter.core.ask import Ask
from torch_starter.core.problems import CommandFailed, CouldNotLook, WrongSpec, WrongUsage
from torch_starter.core.report import Change, Finding, Measurement, Report
from torch_starter.core.units import human_size
from torch_starter.verbs import _engine, _plan
from torch_starter.verbs._build import HOLDS_BACK, OF_THE_MACHINE

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
    def candidate(self) -> str:
        return f"{self.config.image}:{CANDIDATE}"


def build(ask: Ask) -> Report:
    """Build, prove, name."""
    order = ordered(ask)
    before = image.inspect(order.compose.engine, order.name)
    if ask.flag("dry-run"):
        change = Change(kind="environment", name=order.name, was=short(before), now=f"built for {order.accelerator}")
        return Report(command="build", changes=[change], notes=["Nothing was changed."])
    refuse_full_disk(ask, order)
    started = time.monotonic()
    words = ["buildx", "build", "--progress", "plain", *build_words(ask, order), "."]
    with ask.progress.stage("image", None, "things") as stage:
        order.compose.engine.demand("building the image", *words, on_line=image.Steps.told_to(stage).read)
    built = image.inspect(order.compose.engine, order.candidate)
    if built is None:
        raise CommandFailed("image.lost", "the image was built, and is not there", "docker images")
    report = Report(command="build", measurements=measured(time.monotonic() - started, built.size))
    report.findings = [unproven(order)] if order.foreign else proof(ask, order)
    if any(each.verdict in HOLDS_BACK and each.group not in OF_THE_MACHINE for each in report.findings):
        report.notes.append(f"The image was not proven, and has no other name than {order.candidate}.")
        return report
    order.compose.engine.demand("naming the image", "tag", order.candidate, order.name)
    order.compose.engine.ask("image", "rm", order.candidate)
    report.changes.append(Change(kind="environment", name=order.name, was=short(before), now=short(built)))
    report.notes.append("Start it with ./dev.sh up; a container that runs keeps the image that it was started from.")
    return report


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
    yield from image.uv_settings(Path(ask.machine.variables.get("HOME", "/")), ask.machine.variables)


def refuse_full_disk(ask: Ask, order: Order) -> None:
    """Raise CommandFailed where the folder of the engine is here and has less space than a first build takes."""
    folder = Path(order.info.folder or "/nowhere")
    if not folder.exists() or image.inspect(order.compose.engine, order.name):
        return
    needed = image.space_needed(ask.machine.files.read(ask.project.lock(order.accelerator)) or "")
    free = ask.machine.files.free_bytes(folder)
    if free < needed:
        raise CommandFailed(
            "disk.full",
            f"building takes about {human_size(needed)} below {folder}, where {human_size(free)} are free",
            "docker system df says what images and builds take; docker builder prune frees the latter",
        )


def proof(ask: Ask, order: Order) -> list[Finding]:
    """What verify-setup says in a container of the image, with the limits that `up` gives and none of the volumes."""
    with ask.progress.stage("proof", None, "things"):
        done = run_proof(order, gpu_words(ask, order))
    try:
        report = json.loads(done)
        return msgspec.convert([{**each, "seconds": each["seconds"]} for each in report["findings"]], list[Finding])
    except (ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise CouldNotLook(
            "image.silent",
            f"verify-setup does not answer in a container of the image: {done[-300:]!r}",
            "./dev.sh build --no-cache",
        ) from error


def run_proof(order: Order, gpus: list[str]) -> str:
    """The JSON of verify-setup in a throw-away container; without the GPUs where the engine refuses them."""
    service, engine = order.config.service, order.compose.engine
    words = [
        "run",
        "--rm",
        "--init",
        f"--memory={service.mem_limit}",
        f"--shm-size={service.shm_size}",
        f"--cpus={service.cpus:g}",
    ]
    words += ["--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"]
    command = [order.candidate, "bash", "-lc", "torch-starter verify-setup --json"]
    done = engine.ask(*words, *gpus, *command, timeout=None)
    if gpus and gpu.refused(done.err):
        done = engine.ask(*words, *command, timeout=None)
    return done.out or done.err


def gpu_words(ask: Ask, order: Order) -> list[str]:
    """How a container gets this host's GPUs; nothing where it has none."""
    offer = gpu.offer(ask.machine, order.info)
    if not offer.offered:
        return []
    return ["--device", "nvidia.com/gpu=all"] if offer.variables["TORCH_STARTER_GPU_DRIVER"] == "cdi" else ["--gpus", "all"]


def unproven(order: Order) -> Finding:
    """That an image for another processor was not run."""
    return Finding(
        id="build.proof",
        verdict="skip",
        title="the image works",
        seen=f"built for {order.platform}, and this machine is {this_platform.machine()}: run ./dev.sh verify-setup in it there",
    )


def measured(seconds: float, size: int) -> list[Measurement]:
    return [
        Measurement(name="image", unit="s", better="lower", samples=(round(seconds, 2),)),
        Measurement(name="size", unit="bytes", better="lower", samples=(float(size),)),
    ]


def short(found: image.Inspected | None) -> str:
    """An image as people tell it from another."""
    return f"{found.id.removeprefix('sha256:')[:12]}, {human_size(found.size)}" if found else ""
