"""What readings, one after the other, say: measurements against limits, and what is near to a limit or was over one. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import msgspec

from torch_starter.containers.gpu_usage import GpuUsage
from torch_starter.containers.usage import Rates, Usage, between
from torch_starter.core.report import Finding, Limit, Measurement, Report
from torch_starter.core.units import memory_size

NEAR = 0.9  # of a limit
THROTTLED = 0.25  # of the periods: less happens to everything that begins many threads for a moment


def no_limit(usage: Usage) -> None:
    """Nothing is held against it."""


QUANTITIES: tuple[tuple[str, str, Callable[[Rates, Usage], float | None], Callable[[Usage], float | None]], ...] = (
    ("cpu", "CPUs", lambda rates, _: rates.cpus, lambda usage: usage.processors),
    ("throttled", "%", lambda rates, usage: 100 * rates.throttled if usage.quota else None, no_limit),
    ("memory", "bytes", lambda _, usage: usage.memory, lambda usage: usage.memory_limit),
    ("oom-kills", "count", lambda _, usage: usage.oom_kills, no_limit),
    ("shm", "bytes", lambda _, usage: usage.shm, lambda usage: usage.shm_size),
    ("pids", "tasks", lambda _, usage: usage.pids, lambda usage: usage.pids_limit),
    ("disk-read", "bytes/s", lambda rates, _: rates.read, no_limit),
    ("disk-written", "bytes/s", lambda rates, _: rates.written, no_limit),
    ("network-received", "bytes/s", lambda rates, _: rates.received, no_limit),
    ("network-sent", "bytes/s", lambda rates, _: rates.sent, no_limit),
)


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A container at one moment: how it is, in words; `killed`, for want of memory; why it could not be looked into."""

    name: str
    state: str = "running"
    killed: bool = False
    ill: bool = False
    problem: str = ""
    usage: Usage | None = None


class Sample(msgspec.Struct, frozen=True, omit_defaults=True):
    """One look at all of them, at `time` in seconds since 1970."""

    time: float
    containers: tuple[Seen, ...] = ()
    gpus: tuple[GpuUsage, ...] = ()


def report(samples: Sequence[Sample]) -> Report:
    """What is said of readings, the last one of which tells how the containers are now."""
    return Report(
        command="docker-stats",
        measured=True,
        measurements=[*of_containers(samples), *of_gpus(samples)],
        findings=[finding for seen in samples[-1].containers for finding in judged(samples, seen)],
    )


def of_containers(samples: Sequence[Sample]) -> Iterator[Measurement]:
    for name in names(samples):
        readings = usages(samples, name)
        for each in measured(readings):
            yield msgspec.structs.replace(each, params={"container": name}, every=every(samples))


def names(samples: Sequence[Sample]) -> list[str]:
    """Every container that was seen, in the order in which they came."""
    return list(dict.fromkeys(seen.name for sample in samples for seen in sample.containers))


def usages(samples: Sequence[Sample], name: str) -> list[Usage]:
    return [seen.usage for sample in samples for seen in sample.containers if seen.name == name and seen.usage]


def every(samples: Sequence[Sample]) -> float:
    """Seconds from one sample to the next."""
    steps = [second.time - first.time for first, second in pairwise(samples)]
    return round(statistics.median(steps), 3) if steps else 0.0


def measured(readings: Sequence[Usage]) -> Iterator[Measurement]:
    """Of one container: what goes on between two readings, and what each reading but the first has."""
    pairs = [(rates, second) for first, second in pairwise(readings) if (rates := between(first, second))]
    if not pairs:
        return
    for name, unit, value, limit in QUANTITIES:
        if told := [found for rates, usage in pairs if (found := value(rates, usage)) is not None]:
            yield one(name, unit, told, limit(pairs[-1][1]))


def one(name: str, unit: str, values: Sequence[float], limit: float | None) -> Measurement:
    """Of these less is better, but of what a GPU does."""
    return Measurement(
        name=name,
        unit=unit,
        better="higher" if name == "gpu-busy" else "lower",
        samples=tuple(round(float(value), 3) for value in values),
        limit=Limit(float(limit), "measured") if limit else None,
    )


def of_gpus(samples: Sequence[Sample]) -> Iterator[Measurement]:
    """Of every GPU that the last sample has."""
    for last in samples[-1].gpus:
        looks = [gpu for sample in samples for gpu in sample.gpus if gpu.index == last.index]
        rows: tuple[tuple[str, str, list[float | None], float | None], ...] = (
            ("gpu-busy", "%", [gpu.busy for gpu in looks], None),
            ("gpu-memory", "bytes", [gpu.memory for gpu in looks], last.memory_size),
            ("gpu-power", "W", [gpu.watts for gpu in looks], None),
        )
        for name, unit, values, limit in rows:
            if told := [value for value in values if value is not None]:
                params = {"gpu": f"{last.index} {last.name}"}
                yield msgspec.structs.replace(one(name, unit, told, limit), params=params, every=every(samples))


def judged(samples: Sequence[Sample], seen: Seen) -> Iterator[Finding]:
    """Whether a container is well now; else what is wrong with it."""
    found = [*of_state(seen), *near_limits(seen), *held_up(samples, seen)]
    if found:
        yield from found
    else:
        yield Finding(id=f"containers.{seen.name}", verdict="ok", title="the container is well", seen=seen.state)


RAISE = "raise it under [container] in torch-starter.toml, then ./dev.sh render and ./dev.sh up"
MORE_MEMORY = f"smaller batches or fewer workers, or {RAISE}"


def of_state(seen: Seen) -> Iterator[Finding]:
    """That it has ended, is not healthy, or could not be looked into."""
    id, title = f"containers.{seen.name}", "the container is well"
    kills = seen.usage.oom_kills if seen.usage else None
    if seen.killed or kills:
        told = f"{kills} process{'es' if kills != 1 else ''} in it, since it was started," if kills else "it"
        limit = seen.usage.memory_limit if seen.usage else None
        over = f" (its limit is {memory_size(limit)})" if limit else ""
        yield Finding(
            id=f"{id}.oom",
            verdict="fail",
            title="killed for want of memory",
            seen=f"{seen.state}; {told} {'were' if kills and kills != 1 else 'was'} killed for want of memory{over}",
            remedy=MORE_MEMORY,
        )
    elif seen.problem:
        yield Finding(id=id, verdict="unknown", title=title, seen=f"{seen.state}, and could not be looked into: {seen.problem}")
    elif seen.ill:
        logs = f"docker inspect --format '{{{{json .State.Health}}}}' {seen.name}"
        yield Finding(id=id, verdict="warn", title=title, seen=seen.state, wanted="healthy", remedy=logs)
    elif seen.usage is None:
        yield Finding(id=id, verdict="skip", title=title, seen=f"{seen.state}: not up")


NEARLY_USED_UP: tuple[tuple[str, Callable[[Usage], float | None], Callable[[Usage], float | None], str], ...] = (
    ("memory", lambda usage: usage.memory, lambda usage: usage.memory_limit, MORE_MEMORY),
    ("shm", lambda usage: usage.shm, lambda usage: usage.shm_size, f"fewer DataLoader workers, or {RAISE}"),
    ("pids", lambda usage: usage.pids, lambda usage: usage.pids_limit, f"end what is left over, or {RAISE}"),
)


def near_limits(seen: Seen) -> Iterator[Finding]:
    """What is nearly used up."""
    usage = seen.usage
    if usage is None:
        return
    for name, value, limit, remedy in NEARLY_USED_UP:
        used, most = value(usage), limit(usage)
        if used is not None and most and used > NEAR * most:
            words = [f"{count:g}" if name == "pids" else memory_size(count) for count in (used, most)]
            yield Finding(
                id=f"containers.{seen.name}.{name}",
                verdict="warn",
                title=f"{name} is left",
                seen=f"{words[0]} of {words[1]} in use",
                wanted=f"less than {100 * NEAR:.0f} %",
                remedy=remedy,
            )


def held_up(samples: Sequence[Sample], seen: Seen) -> Iterator[Finding]:
    """That the quota of CPUs is used up before its periods are over, again and again."""
    rates = [rate for first, second in pairwise(usages(samples, seen.name)) if (rate := between(first, second))]
    share = statistics.median(rate.throttled for rate in rates) if rates else 0.0
    if seen.usage and share > THROTTLED:
        most = seen.usage.processors
        yield Finding(
            id=f"containers.{seen.name}.throttled",
            verdict="warn",
            title="the quota of CPUs does not hold it up",
            seen=f"held up in {100 * share:.0f} % of the periods: more threads want to run than {most:g} CPUs let",
            wanted=f"less than {100 * THROTTLED:.0f} %",
            remedy=f"OMP_NUM_THREADS={max(1, int(most))} and fewer workers, or {RAISE}",
        )
