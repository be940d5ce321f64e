"""Starting the container: what the host has not, or the engine refuses, is left out, and that is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from torch_starter.containers import compose as files
from torch_starter.containers import engine, gpu, image, limits, running
from torch_starter.containers.compose import SERVICE, Compose, Config
from torch_starter.core.ask import Ask
from torch_starter.core.report import Change, Finding, Measurement, Report
from torch_starter.verbs import _engine, _image

REFUSALS = 3  # of different kinds that a start may meet, one after the other
UNWRITABLE = 'for folder; do [ -w "$folder" ] || echo "$folder"; done'


@dataclass
class Start:
    """A start under way: Compose as it is asked now, and what was left out or lowered so far."""

    compose: Compose
    config: Config
    changes: list[Change] = field(default_factory=list)
    gpu: Finding | None = None


def up(ask: Ask) -> Report:
    """Start, and see that what the user works with can be used."""
    compose = _engine.rendered(ask)
    info = compose.engine.info()
    compose, config, lowered = _engine.fitting(ask, compose, info)
    built = image.inspect(compose.engine, config.image)
    running.of_project(compose.engine, config.name)  # raises where they are of another folder
    start = Start(compose, config, [*lowered.changes])
    offer_gpu(ask, start, gpu.offer(ask.machine, info))
    if ask.flag("debug"):
        start.compose = start.compose.over(files.DEBUG)
    if ask.flag("dry-run"):
        what = Change(kind="environment", name=SERVICE, was="", now=f"{config.image} by {', '.join(start.compose.files)}")
        return Report(command="up", changes=[*start.changes, what], notes=["Nothing was changed."])
    if built is None:
        ask.progress.say(f"There is no image {config.image} yet: building it.")
        report = _image.build(ask)
        if report.exit_code:
            return report
    make_mount_points(ask)
    began = time.monotonic()
    started(start)
    seconds = time.monotonic() - began
    findings = [*looked_at(ask, start), *([start.gpu] if start.gpu else [])]
    return Report(
        command="up",
        findings=findings,
        changes=start.changes,
        measurements=[Measurement(name="start", unit="s", better="lower", samples=(round(seconds, 2),))],
        notes=[*ports(start), "It is up: ./dev.sh shell opens a shell in it, ./dev.sh down ends it."],
    )


def offer_gpu(ask: Ask, start: Start, offer: gpu.Offer) -> None:
    """Add the overlay where there is a GPU for containers, and say why or why not."""
    start.gpu = Finding(id="up.gpu", verdict="ok" if offer.offered else "skip", title="GPUs for the container", seen=offer.why)
    if offer.offered:
        start.compose = start.compose.over(files.GPU).given(offer.variables)


def make_mount_points(ask: Ask) -> None:
    """Make the folders of the project on which volumes land: the engine would make them as root's."""
    for cache in ask.spec.caches.values():
        if not cache.host.startswith(("/", "~")):
            ask.machine.files.make_folder(ask.project.root / cache.host)


def started(start: Start) -> None:
    """Start it; where the engine refuses a GPU or a limit, without that. Raises the Problem that any other refusal is."""
    for _ in range(REFUSALS):
        done = start.compose.ask("up", "--detach", "--no-build", timeout=None)
        if done.ok:
            return
        said = done.err + done.out
        if files.GPU in start.compose.files and gpu.refused(said):
            without_gpu(start, said)
        elif limits.refused_rlimit(said) and (lower := below(start)).variables:
            start.compose = start.compose.given(lower.variables)
            start.changes += lower.changes
        else:
            break
    raise engine.problem(done, "starting the container")


def ports(start: Start) -> Iterator[str]:
    """Where the ports of the container are found on this machine, where that is another number."""
    for port in start.config.service.ports:
        found = start.compose.ask("port", SERVICE, str(port.target)).out.strip()
        if found and not found.endswith(f":{port.target}"):
            yield f"Port {port.target} of the container is http://{found} here."


def without_gpu(start: Start, said: str) -> None:
    """Leave the overlay out, and say what the engine said."""
    start.compose = start.compose.without(files.GPU)
    start.gpu = Finding(
        id="up.gpu",
        verdict="warn",
        title="GPUs for the container",
        seen=f"started without: the engine refused them: {said.strip().splitlines()[-1][-300:]}",
        wanted="the GPUs that nvidia-smi lists",
        remedy=f"sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker, after {gpu.TOOLKIT}",
    )


def below(start: Start) -> limits.Lowered:
    """The limits of the system, lowered to what a container that asks for none has."""
    done = start.compose.engine.ask("run", "--rm", "--network=none", start.config.image, "cat", "/proc/self/limits")
    return limits.below(start.config.service, done.out if done.ok else "")


def looked_at(ask: Ask, start: Start) -> Iterator[Finding]:
    """The image, the folders that must be writable, and the file of credentials."""
    built = image.inspect(start.compose.engine, start.config.image)
    why = _engine.older(ask, built) if built else ""
    yield Finding(
        id="up.image",
        verdict="warn" if why else "ok",
        title="the image is what would be built now",
        seen=why or f"built for {built.labels.accelerator}" if built else "",
        remedy="./dev.sh build, then ./dev.sh up" if why else "",
    )
    yield from unwritable(ask, start)
    env = ask.project.root / ".env"
    if env.exists() and env.stat().st_mode & 0o077:
        seen = f".env has mode {env.stat().st_mode & 0o777:o}: others on this machine can read what is in it"
        yield Finding(id="up.env-file", verdict="warn", title="credentials", seen=seen, wanted="600", remedy="chmod 600 .env")


def unwritable(ask: Ask, start: Start) -> Iterator[Finding]:
    """The folders that the user of the container cannot write into: an old volume of root's, or a project of somebody else's."""
    spec = ask.spec
    places = {cache.container: cache.volume for cache in spec.caches.values()}
    workspace, user = spec.container.workspace, spec.container.user
    done = start.compose.ask("exec", "-T", SERVICE, "sh", "-c", UNWRITABLE, "sh", workspace, *places)
    found = done.out.split()
    for place in found:
        volume = places.get(place)
        yield of_volume(start, place, volume, user) if volume else of_somebody_else(ask, place, user)
    if not found and done.ok:
        seen = f"{workspace} and {len(places)} volumes"
        yield Finding(id="up.folders", verdict="ok", title="folders that can be written", seen=seen)


def of_volume(start: Start, place: str, volume: str, user: str) -> Finding:
    """That a volume belongs to root, as one does that landed on no folder of the image."""
    return Finding(
        id=f"up.volume.{volume}",
        verdict="fail",
        title="folders that can be written",
        seen=f"{place}, the volume {volume}, cannot be written by {user}",
        wanted=f"a volume of {user}'s",
        remedy=f"docker run --rm --user root --volume {volume}:/volume {start.config.image} chown -R {user}: /volume",
    )


def of_somebody_else(ask: Ask, place: str, user: str) -> Finding:
    """That the project's folder belongs to another than the container's user."""
    owner = ask.project.root.stat().st_uid
    return Finding(
        id="up.workspace",
        verdict="warn",
        title="folders that can be written",
        seen=f"{place} belongs to user {owner} of this machine, and cannot be written by {user}",
        wanted=f"a folder of {user}'s",
        remedy=f"./dev.sh build --uid {owner}" if owner else "clone as a user other than root",
    )
