"""Starting the container, and looking whether what the user works with can be used in it."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator

from torch_starter.containers import compose as files
from torch_starter.containers import gpu, image, running
from torch_starter.containers.compose import SERVICE
from torch_starter.containers.running import Container
from torch_starter.core.ask import Ask
from torch_starter.core.report import Change, Finding, Measurement, Report
from torch_starter.core.typos import nearest
from torch_starter.verbs import _engine, _image
from torch_starter.verbs._starting import Start, offer_gpu, ports, started

UNWRITABLE = 'for folder; do [ -w "$folder" ] || echo "$folder"; done'
OURS = re.compile(r"\bTORCH_STARTER_\w+")
DEBUGGED = "It may be debugged, by root: ./dev.sh shell --root. The next ./dev.sh up without --debug takes that back."


def up(ask: Ask) -> Report:
    """Start, and see that what the user works with can be used."""
    compose = _engine.rendered(ask)
    with ask.machine.files.lock(ask.project.state / "container.lock", ask.progress.say):
        info = compose.engine.info()
        compose, config, lowered = _engine.fitting(ask, compose, info)
        start = Start(compose, config, ours(running.of_project(compose.engine, config.name)), [*lowered.changes])
        offer_gpu(start, gpu.offer(ask.machine, info))
        if ask.flag("debug"):
            start.compose = start.compose.over(files.DEBUG)
        built = image.inspect(compose.engine, config.image) is not None
        if ask.flag("dry-run"):
            return planned(start, built)
        if not built:
            ask.progress.say(f"There is no image {config.image} yet: building it.")
            report = _image.build(ask)
            if report.exit_code:
                return report
        return start_and_look(ask, start)


def planned(start: Start, built: bool) -> Report:
    """What would be started."""
    change = Change(kind="environment", name=SERVICE, was="", now=f"{start.config.image} by {', '.join(start.compose.files)}")
    first = [] if built else [f"There is no image {start.config.image} yet: it would be built first."]
    return Report(command="up", changes=[*start.changes, change], notes=[*first, "Nothing was changed."])


def start_and_look(ask: Ask, start: Start) -> Report:
    """Start it, and say what was left out, what cannot be used, and whether what ran before has ended."""
    make_mount_points(ask)
    began = time.monotonic()
    started(start)
    seconds = time.monotonic() - began
    compose = start.compose
    after = ours(running.of_project(compose.engine, start.config.name))
    compose.engine.ask("image", "prune", "--force", "--filter", f"label={image.PREFIX}lock")  # of ours, what nothing uses
    notes = [*ports(start), *([DEBUGGED] if ask.flag("debug") else [])]
    if start.before and after and start.before.id != after.id:
        notes.append("The container was made anew, since something of it had changed; what ran in it has ended.")
    return Report(
        command="up",
        findings=[*looked_at(ask, start), *([start.gpu] if start.gpu else [])],
        changes=start.changes,
        measurements=[Measurement(name="start", unit="s", better="lower", samples=(round(seconds, 2),))],
        notes=[*notes, "It is up: ./dev.sh shell opens a shell in it, ./dev.sh down ends it."],
    )


def ours(containers: list[Container]) -> Container | None:
    """The container of the project's own service, where it runs."""
    return next((each for each in containers if each.is_service and each.state.status == "running"), None)


def make_mount_points(ask: Ask) -> None:
    """Make the folders of the project on which volumes land: the engine would make them as root's."""
    for cache in ask.spec.caches.values():
        if not cache.host.startswith(("/", "~")):
            ask.machine.files.make_folder(ask.project.root / cache.host)


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
    yield from env_file(ask)


def env_file(ask: Ask) -> Iterator[Finding]:
    """Whether others can read .env, and whether a variable of ours in it is one that the compose files read."""
    path = ask.project.root / ".env"
    text = ask.machine.files.read(path)
    if text is None:
        return
    if path.stat().st_mode & 0o077:
        seen = f".env has mode {path.stat().st_mode & 0o777:o}: others on this machine can read what is in it"
        yield Finding(id="up.env-file", verdict="warn", title="credentials", seen=seen, wanted="600", remedy="chmod 600 .env")
    known = set(OURS.findall("".join(ask.machine.files.read(ask.project.root / name) or "" for name in (files.BASE, files.GPU))))
    for name in sorted(set(OURS.findall(text)) - known):
        near = nearest(name, known, 3)
        meant = f"write {near} in its place" if near else "take it out; .env.example has all that are read"
        seen = f"{name} is read by nothing"
        yield Finding(id=f"up.variable.{name}", verdict="warn", title="names in .env", seen=seen, remedy=meant)


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
        remedy=f"./dev.sh build --uid {owner}"
        if owner
        else f"chown -R 1000:1000 {shlex.quote(str(ask.project.root))}, or clone as a user other than root",
    )
