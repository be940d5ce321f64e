"""Looking at containers again and again: from outside through the engine, from inside at oneself."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from torch_starter.containers import gpu_usage, running, stats, usage
from torch_starter.containers.compose import Compose
from torch_starter.containers.engine import Engine
from torch_starter.containers.running import Container
from torch_starter.containers.stats import Sample, Seen
from torch_starter.core.ask import Ask
from torch_starter.core.problems import CouldNotLook, WrongUsage
from torch_starter.core.report import Report
from torch_starter.verbs import _engine

SHORT = 1.0  # seconds between the two looks of --once
OURSELVES = "itself"
PATIENCE = 10.0  # seconds that a container may take to start a shell

Look = Callable[[], tuple[Seen, ...]]


def watch(ask: Ask) -> Report:
    """Look until Ctrl-C, or once; or read what was recorded."""
    if path := ask.path("replay"):
        return stats.report(replayed(ask, path))
    every, record, once = interval(ask), recording(ask), asked_once(ask)
    look = ourselves(ask) if ask.project.image else of_project(ask)
    samples = [sample(ask, look)]
    keep(ask, record, samples[-1])
    refuse_nothing(samples[0].containers)
    # Ctrl-C is how one leaves: what was seen until then is the answer
    with contextlib.suppress(KeyboardInterrupt), ask.screen() as screen:
        for _ in range(1) if once else itertools.count():
            screen.wait(SHORT if once else every)
            samples.append(sample(ask, look))
            keep(ask, record, samples[-1])
            if not once:
                screen.show(stats.report(samples[-2:]))
    return stats.report(samples)


def asked_once(ask: Ask) -> bool:
    """Whether one answer is wanted: a script that asks for JSON, and not for a course, does not press Ctrl-C."""
    return ask.flag("once") or (ask.flag("json") and not (ask.path("record") or ask.path("html")))


def refuse_nothing(containers: tuple[Seen, ...]) -> None:
    """Raise CouldNotLook where none is up; one that was killed for want of memory is worth an answer all the same."""
    if not any(each.usage or each.problem or each.killed for each in containers):
        ended = f", {containers[0].name} has {containers[0].state}" if containers else ""
        raise CouldNotLook("container.none", f"no container of this project is up{ended}", "./dev.sh up")


def keep(ask: Ask, record: Path | None, last: Sample) -> None:
    """Record a look, where that was asked for."""
    if record:
        ask.machine.files.append(record, msgspec.json.encode(last))


def interval(ask: Ask) -> float:
    """Seconds; raises WrongUsage where that is no time."""
    text = ask.text("interval") or ""
    with contextlib.suppress(ValueError):
        if 0.1 <= (seconds := float(text)) <= 3600:
            return seconds
    raise WrongUsage("stats.interval", f"{text!r} is no number of seconds from 0.1 to 3600", "./dev.sh docker-stats --interval 2")


def sample(ask: Ask, look: Look) -> Sample:
    """One look at all of them, and at the GPUs."""
    return Sample(time=time.time(), containers=look(), gpus=gpu_usage.look(ask.machine))


def ourselves(ask: Ask) -> Look:
    """How this container is looked at, from inside."""

    def look() -> tuple[Seen, ...]:
        done = ask.machine.processes.run(["sh", "-c", usage.READING, "sh", ""], timeout=PATIENCE)
        found = usage.parse(done.out)
        return (Seen(OURSELVES, usage=found, problem="" if found else done.err.strip()[-300:] or usage.UNREADABLE),)

    return look


def of_project(ask: Ask) -> Look:
    """How the project's containers are looked at, through the engine."""
    engine = _engine.engine(ask)
    name = Compose(engine).config().name

    def look() -> tuple[Seen, ...]:
        return tuple(seen(engine, container) for container in running.of_project(engine, name))

    return look


def seen(engine: Engine, container: Container) -> Seen:
    """One container, with a reading from inside where it runs."""
    state = container.state
    health = state.health.status if state.health else ""
    if state.status != "running":
        words = f"{state.status} with exit status {state.exit_code}" if state.status == "exited" else state.status
        return Seen(container.name, words, killed=state.killed)
    words, ill = f"running, {health}" if health else "running", health == "unhealthy"
    done = engine.look_inside("exec", container.id, "sh", "-c", usage.READING, "sh", "", timeout=PATIENCE)
    found = usage.parse(done.out)
    why = "" if found else ("no answer" if done.timed_out else done.err.strip()[-300:]) or usage.UNREADABLE
    return Seen(container.name, words, state.killed, ill, why, found)


def recording(ask: Ask) -> Path | None:
    """Where looks are recorded; raises WrongUsage where something else is in that file."""
    path = ask.path("record")
    if path and not path.parent.is_dir():
        raise WrongUsage("record.folder", f"there is no folder {path.parent}", "give a file in a folder that is there")
    if path and (text := ask.machine.files.read(path)) and not list(lines(text)):
        raise WrongUsage("record.other", f"{path} is there, and is no recording", "give another name, or remove it first")
    return path


def replayed(ask: Ask, path: Path) -> list[Sample]:
    """What was recorded; raises WrongUsage where there is nothing of it."""
    text = ask.machine.files.read(path)
    samples = list(lines(text or ""))
    if ask.path("record"):
        raise WrongUsage("replay.record", "--replay looks at nothing that could be recorded", "leave --record out")
    if not samples:
        why = f"{path} is no recording" if text is not None else f"there is no file {path}"
        raise WrongUsage("replay.nothing", why, "./dev.sh docker-stats --record FILE makes one")
    return samples


def lines(text: str) -> Iterator[Sample]:
    """The looks in a recording; a line that broke off is left out."""
    for line in text.splitlines():
        with contextlib.suppress(msgspec.MsgspecError):
            yield msgspec.json.decode(line, type=Sample)
