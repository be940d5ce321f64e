"""What is to be taken, and taking it: several processes of each sample, in turn."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from torch_starter.core.ask import Ask
from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Benchmark, Figure
from torch_starter.core.probing import Answer, OnAnswer, Target, ask_fresh
from torch_starter.core.probing import ask as ask_probes
from torch_starter.core.progress import Stage
from torch_starter.core.report import Finding

PROBE = "samples/_measure.take"
AGAIN = 2  # so many times as many processes are started where others keep the machine busy
LEAST = 3  # processes of which one tells more than chance: they are taken whatever the budget is


@dataclass(frozen=True)
class Side:
    """An interpreter, and what is to be taken in it; its processes are forked after the import of `preload` (torch)."""

    target: Target
    takes: Sequence[Take]
    preload: str | None


@dataclass(frozen=True)
class How:
    """How long values last (seconds), how many a process gives, how long it warms up at most, and for how long all may go on."""

    seconds: float
    values: int
    warm: float
    budget: float


QUICK = How(seconds=0.1, values=3, warm=0.3, budget=40.0)
FULL = How(seconds=0.2, values=5, warm=2.0, budget=780.0)


@dataclass
class Take:
    """One call of a sample, and all the figures that are read from its answers: one for each process."""

    probe: str
    figures: list[tuple[Benchmark, Figure]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def first(self) -> Figure:
        return self.figures[0][1]

    @property
    def rounds(self) -> int:
        """In how many processes it is taken."""
        return max(figure.rounds for _, figure in self.figures)

    @property
    def failed(self) -> bool:
        return any(not answer.ok or "skip" in answer.value for answer in self.answers)

    @property
    def wants_more(self) -> bool:
        """Whether others were busy meanwhile, and it was not tried in twice as many processes yet."""
        quiet = sum(is_quiet(answer) for answer in self.answers)
        calm = self.failed or self.first.peak or quiet >= self.rounds
        return not calm and len(self.answers) < AGAIN * self.rounds


def is_quiet(answer: Answer) -> bool:
    """Whether each series has at least one value in which nobody else had a part."""
    return answer.ok and all(
        any(not value["busy"] for value in series["values"]) for series in answer.value.values() if isinstance(series, dict)
    )


def plan(benchmarks: Iterable[Benchmark], bed: Bed, how: How) -> tuple[list[Take], list[Finding]]:
    """What is to be taken, and a finding for each benchmark that does not apply."""
    takes: dict[str, Take] = {}
    findings: list[Finding] = []
    for benchmark in benchmarks:
        try:
            if benchmark.package:
                bed.installed(benchmark.package)
            for figure in benchmark.figures(bed):
                probe = probe_of(figure, how)
                takes.setdefault(probe, Take(probe)).figures.append((benchmark, figure))
        except Absent as reason:
            findings.append(Finding(id=benchmark.name, verdict="skip", title=benchmark.title, seen=str(reason)))
        except Unknown as reason:
            findings.append(Finding(id=benchmark.name, verdict="unknown", title=benchmark.title, seen=str(reason)))
    return list(takes.values()), findings


def probe_of(figure: Figure, how: How) -> str:
    """The probe that takes a figure, with all that it is called with."""
    given = {"seconds": how.seconds, "values": how.values, "warm": how.warm}
    return f"{PROBE} {json.dumps({'sample': figure.sample, 'how': given, 'given': dict(figure.arguments)}, sort_keys=True)}"


@dataclass
class Rounds:
    """Takes all of some sides, in turn, so that what changes meanwhile meets all of them."""

    ask: Ask
    sides: Sequence[Side]
    budget: float
    began: float = field(default_factory=time.monotonic)
    done: int = 0
    interrupted: bool = False

    @property
    def spent(self) -> bool:
        return time.monotonic() - self.began > self.budget

    def run(self) -> None:
        """Round after round, and again where others were busy, as far as the budget goes. What was taken until Ctrl-C stays."""
        total = sum(take.rounds for side in self.sides for take in side.takes)
        try:
            with self.ask.progress.stage("measuring", total, "things") as stage:
                for number in range(max((take.rounds for side in self.sides for take in side.takes), default=0)):
                    if number < LEAST or not self.spent:
                        self.round(stage, total, number, again=False)
                while not self.spent and any(take.wants_more for side in self.sides for take in side.takes):
                    self.round(stage, total, 0, again=True)
        except KeyboardInterrupt:
            self.interrupted = True

    def round(self, stage: Stage, total: int, number: int, again: bool) -> None:
        """One process for each take that is still to be taken."""
        for side in self.sides:
            due = [t for t in side.takes if (t.wants_more if again else t.rounds > number and not t.failed)]
            turn = number % max(1, len(due))
            by_probe = {take.probe: take for take in (*due[turn:], *due[:turn])}

            def tell(answer: Answer, by_probe: dict[str, Take] = by_probe) -> None:
                if (take := by_probe.get(answer.probe)) is not None:
                    self.done += 1
                    stage.to(min(self.done, total), total, take.figures[0][0].name)

            self.start(side, by_probe, tell)

    def start(self, side: Side, takes: dict[str, Take], tell: OnAnswer) -> None:
        """Those that may be forked from one process, one after the other, then the others each by itself."""
        forked = [name for name, take in takes.items() if not take.first.fresh]
        timeout = max((take.first.timeout for take in takes.values()), default=0.0)
        if forked:
            self.fork(side, takes, forked, timeout, tell)
        for name, take in takes.items():
            if take.first.fresh:
                answer = ask_fresh(self.ask.machine, side.target, name, timeout=take.first.timeout)
                tell(answer)
                take.answers.append(answer)

    def fork(self, side: Side, takes: dict[str, Take], names: list[str], timeout: float, tell: OnAnswer) -> None:
        """Those that are forked from one process. What was answered when Ctrl-C came is kept too."""
        answers: dict[str, Answer] = {}

        def note(answer: Answer) -> None:
            answers[answer.probe] = answer
            tell(answer)

        machine, preload = self.ask.machine, side.preload
        try:
            answers |= ask_probes(machine, side.target, names, preload=preload, timeout=timeout, jobs=1, on_answer=note)
        finally:
            for name in names:
                if name in answers:
                    takes[name].answers.append(answers[name])
