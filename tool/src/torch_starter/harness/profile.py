"""The course of a profile of time: steps at which nothing looks beside steps whose stacks, operations and calls are looked at.

Its request has `steps`, how many are to be seen after the warm-up (0: as many as take `seconds`). A script that never steps is
looked at from its beginning to its end.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional, Tuple

CLOCK = time.perf_counter
WARM_STEPS, WARM_SECONDS, WARM_MOST = 3, 2.0, 30
TRACED, CALLED = (3, 8), 2  # steps, at least and at most
BLOCKS = 8  # so many parts of the steps that are seen, each looked at in one way
KEPT = 3000  # steps that are told


class Course:
    """Counts steps, and looks at them as the plan says: each entry is how, and at how many."""

    def __init__(self, watch: Any) -> None:
        self.watch, self.request, beside = watch, watch.request, watch.beside
        self.kind, self.optimizer = "none", None  # type: str, Any
        self.times: List[float] = []
        self.steps: List[Dict[str, Any]] = []
        self.mode = "warm"
        self.plan: List[str] = []
        self.block = (0.0, 0)
        self.tool: Any = None
        self.stacks = beside("stacks")
        self.phases = beside("phases").Phases()
        self.starting = beside("starting").Starting(self.phases.memory, beside("begin").Told)
        self.meter: Any = None
        self.workers = beside("workers").Workers(watch.request["answers"], self.stacks)
        self.guard = beside("guard").Guard(watch)
        self.seen: Dict[str, Any] = {}
        self.anomaly: Optional[Dict[str, Any]] = None
        self.epochs = (0, 0.0)
        self.compiled = 0
        self.sampler: Any = None
        self.sampled = 0
        self.ranks = beside("ranks").Ranks(watch)
        self.start = self.stacks.Looking()
        self.start.start()

    def note(self, what: str) -> None:
        """It has come so far."""
        self.starting.mark(what)

    def after_torch(self, torch: Any) -> None:
        """Hook the parts of steps, and what is told of them."""
        self.note("torch")
        self.phases.after_torch(torch)
        self.workers.after_torch(torch)
        made, place = torch.autograd.set_detect_anomaly.__init__, self.watch.beside("root").place

        def detect(it: Any, mode: bool, *given: Any, **named: Any) -> None:
            self.anomaly = place() if mode else None
            made(it, mode, *given, **named)

        torch.autograd.set_detect_anomaly.__init__ = detect

    def first_forward(self, module: Any) -> None:
        """The outermost module is about to be called for the first time."""
        self.note("model")
        self.module = module
        self.phases.first_forward(module)

    def begin_again(self, kind: str, optimizer: Any) -> None:
        """The first step of an optimizer: what was called before was no step."""
        self.stop()
        self.kind, self.optimizer, self.times, self.steps = kind, optimizer, [], []
        self.mode, self.plan = "warm", []

    def step(self) -> None:
        """A step has ended."""
        row = {"mode": self.mode, **self.phases.told()}
        now = CLOCK()
        if not self.times:
            self.kind = "inference" if self.optimizer is None else "training"
            self.note("first step")
            self.watch.answer.mark("a step is done")
        elif len(self.steps) < KEPT:
            self.steps.append(row)
        self.times.append(now)
        if self.ranks.since:
            self.ranks.wait(now)
        elif self.mode == "warm":
            self.warm(now)
        else:
            self.go_on()
        self.guard.look(now)

    def warm(self, now: float) -> None:
        """Begin to look when it is warm, by steps or by seconds."""
        done, lasted = len(self.times) - 1, now - self.times[0]
        if done < WARM_STEPS or (lasted < WARM_SECONDS and done < WARM_MOST):
            return
        self.start.stop()
        self.note("steady")
        self.meter = self.watch.beside("meter").meter()
        if getattr(self, "module", None) is not None:
            self.phases.others(self.module)
        self.compiled = self.watch.beside("compiled").frames()
        self.epochs = (self.phases.epochs, self.phases.epoch_seconds)
        called = [] if self.compiled else ["called"]  # what is compiled would be compiled again
        self.plan = [
            "bare",
            "sampled",
            "traced",
            *called,
            *["bare", "sampled"] * 2,
            "bare",
        ]  # early what must be seen in any case
        self.switch()

    def done(self) -> bool:
        """Whether this block has its steps, or as many as its time allows."""
        began, first = self.block
        seen, lasted = len(self.times) - first, CLOCK() - began
        wanted = int(self.request.get("steps") or 0)
        if self.mode == "called":
            return seen >= CALLED
        if self.mode == "traced":
            enough = seen >= TRACED[1] or lasted >= self.request["seconds"] / BLOCKS
            return seen >= (min(TRACED[0], wanted) if wanted else TRACED[0]) and enough
        return seen >= max(1, wanted // BLOCKS) if wanted else lasted >= self.request["seconds"] / BLOCKS

    def go_on(self) -> None:
        """One step more of this block."""
        if self.mode == "traced":
            self.tool.step()
        elif self.mode == "called":
            self.tool.steps += 1
        elif self.mode == "sampled":
            self.sampled += 1
        if self.done():
            self.stop()
            self.switch()

    def switch(self) -> None:
        """Begin the next block; after the last it is enough. What we do ourselves here is of no step."""
        if not self.plan:
            self.mode = "warm"
            self.ranks.enough()
            return
        self.mode = self.plan.pop(0)
        torch, beside = self.watch.torch, self.watch.beside
        if self.mode == "sampled":
            self.sampler = self.sampler or self.stacks.Looking(0.004)
            self.sampler.start()
        elif self.mode == "traced":
            self.tool = beside("trace").Trace(torch, self.phases)
        elif self.mode == "called":
            self.tool = beside("calls").Calls(torch, self.stacks.own)
        self.block = (CLOCK(), len(self.times))
        self.phases.told()

    def stop(self) -> None:
        """End what looks, and keep what it saw."""
        if self.mode == "sampled":
            self.sampler.stop()
        elif self.mode == "traced" and self.tool is not None:
            self.tool.end(self.request["answers"])
        elif self.mode == "called" and self.tool is not None:
            self.tool.end()
            self.seen["calls"] = self.tool.told()
        self.tool = None

    def at_exit(self) -> None:
        """The script has come to its own end: what looks is ended."""
        self.start.stop()
        try:
            self.stop()
        except (AttributeError, OSError, RuntimeError, ValueError) as error:  # what was seen before is told all the same
            self.seen["notes"] = ["what was looked at last is lost: %s" % error]

    def told(self, how: str) -> Tuple[str, Dict[str, Any]]:
        """All that was seen: core/profile.Process."""
        start = self.stacks.told(self.start.seen, self.start.every, 0)
        stepped, sampler = bool(self.steps), self.sampler
        stacks = self.stacks.told(sampler.seen, sampler.every, self.sampled) if sampler is not None else start
        return "profile", {
            **self.watch.beside("telling").process(self.watch, how),
            **self.starting.told(),
            **self.seen,
            "steps": self.steps,
            "stacks": stacks if stepped or sampler is None else start,
            "start": start,
            "compiled": self.watch.beside("compiled").told(self.compiled),
            "anomaly": self.anomaly,
            **self.busy(),
            "epochs": self.phases.epochs - self.epochs[0],
            "epoch_seconds": self.phases.epoch_seconds - self.epochs[1],
        }

    def busy(self) -> Dict[str, float]:
        """What the machine did for others since steps were steady."""
        told = self.meter.since() if self.meter is not None else {}
        return {name: told[name] for name in ("others", "waited") if name in told}
