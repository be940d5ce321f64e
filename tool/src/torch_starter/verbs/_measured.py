"""From what samples answered to measurements, and to a finding for each that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from torch_starter.core.figures import key
from torch_starter.core.kinds import Benchmark, Figure
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding, Limit, Measurement
from torch_starter.core.statistics import median
from torch_starter.verbs._takes import Take

Values = list[dict[str, Any]]
ENOUGH = 3  # processes that were undisturbed, at least for a part
PASSED = 1.05  # times a measured limit: so far off may the measurement of a limit itself be


def measurements(takes: Iterable[Take]) -> list[Measurement]:
    """All figures of which there is a value, each with its limit, which may be read from others."""
    found = [(figure, taken) for take in takes for pair in take.figures for figure, taken in read(take, *pair)]
    medians = {taken.key: max(taken.samples) if figure.peak else taken.median for figure, taken in found}
    return [msgspec.structs.replace(taken, limit=held_against(taken, figure.limit(medians))) for figure, taken in found]


def held_against(taken: Measurement, limit: Limit | None) -> Limit | None:
    """The limit; none where it was passed: others were busy while it was measured, and it is no limit.

    What a data sheet says stays: to pass it is news.
    """
    if limit is None or limit.source == "datasheet":
        return limit
    higher, lower = (taken.median, limit.value) if taken.better == "higher" else (limit.value, taken.median)
    return None if higher > PASSED * lower else limit


def read(take: Take, benchmark: Benchmark, figure: Figure) -> list[tuple[Figure, Measurement]]:
    """The figure as a measurement; none where no process told it.

    Where most values were undisturbed, in enough processes, they are those that count; else all are, as a bound: of a busy
    machine the moments that look quiet are few, and are no fair choice.
    """
    series = [each for answer in take.answers if (each := series_of(answer, figure)) is not None]
    if not series:
        return []
    quiet = [(each, own) for each in series if (own := [value for value in each["values"] if not value["busy"]])]
    every = [value for each in series for value in each["values"]]
    calm = [value for _, values in quiet for value in values]
    bounded = len(quiet) < min(ENOUGH, figure.rounds) or 2 * len(calm) < len(every)
    used = [(each, each["values"]) for each in series] if bounded or figure.peak else quiet
    samples = [value_of(figure, each["amount"], value, "wall") for each, values in used for value in values]
    cpu = [value_of(figure, each["amount"], value, "cpu") for each in series for value in each["values"]]
    measurement = Measurement(
        name=benchmark.name,
        title=benchmark.title,
        unit=figure.unit,
        samples=tuple(samples),
        better=figure.better,
        params=dict(figure.params),
        busy=round(median([[others(value) for value in every]]), 4),
        version=benchmark.version,
        processes=tuple(len(values) for _, values in used),
        cpu=tuple(cpu) if figure.one_thread else (),
        cpu_processes=tuple(len(each["values"]) for each in series) if figure.one_thread else (),
        warm=tuple(seconds for each in series for seconds in each["warm"]),
        bounded=bounded,
        intensity=figure.intensity,
    )
    return [(figure, measurement)]


def series_of(answer: Answer, figure: Figure) -> dict[str, Any] | None:
    """What one process told of a figure."""
    found = answer.value.get(figure.series) if answer.ok else None
    return found if isinstance(found, dict) and found["values"] else None


def value_of(figure: Figure, amount: float, value: Mapping[str, Any], clock: str) -> float:
    """One value in the figure's unit, by the clock on the wall or the process's CPU time."""
    if "value" in value:
        return float(value["value"]) * figure.scale
    seconds = max(float(value[clock]), 1e-9)
    return (amount / seconds if figure.better == "higher" else seconds / amount) * figure.scale


def others(value: Mapping[str, Any]) -> float:
    """The share of the machine that was not ours while a value was taken."""
    return max(float(value["others"]), float(value["steal"]), float(value["waited"]))


def notes(takes: Sequence[Take], measured: Sequence[Measurement]) -> list[str]:
    """What samples said of themselves, and what the measurements of a benchmark say together."""
    said = [note for take in takes for answer in take.answers for note in answer.value.get("notes", ())]
    benchmarks = {benchmark.name: benchmark for take in takes for benchmark, _ in take.figures}
    own = {name: [each for each in measured if each.name == name] for name in benchmarks}
    drawn = [note for name, each in benchmarks.items() if each.notes and own[name] for note in each.notes(own[name])]
    return list(dict.fromkeys([*said, *drawn]))


def failures(takes: Iterable[Take]) -> list[Finding]:
    """A finding for each sample that did not come to its end, and for each that says why it does not apply."""
    found = []
    for take in takes:
        benchmark, figure = take.figures[0]
        for answer in take.answers:
            if "skip" in answer.value:
                found.append(Finding(id=benchmark.name, verdict="skip", title=benchmark.title, seen=str(answer.value["skip"])))
            elif not answer.ok:
                found.append(failure(benchmark, figure, answer))
            else:
                continue
            break
    return found


def failure(benchmark: Benchmark, figure: Figure, answer: Answer) -> Finding:
    """What a sample said when it failed."""
    said = {"raised": f"{answer.error_type}: {answer.error}", "hung": f"it did not end within {figure.timeout:.0f} s"}
    last = (answer.err.strip().splitlines() or [""])[-1]
    return Finding(
        id=key(benchmark.name, figure.params),
        verdict="fail" if answer.outcome == "raised" else "crash",
        title=benchmark.title,
        seen=said.get(answer.outcome, f"it ended by signal {answer.signal} {last}")[:300],
        wanted="it can be measured",
        remedy="./dev.sh verify-setup",
        seconds=answer.seconds,
    )
