"""The course of a profile of memory: what asks for it, in windows of steps; what is alive between them; what grows with each.

Its request has `steps`, how many are to be seen after the warm-up (0: as many as take `seconds`), `overlay`, a folder with memray
where the target lacks it ("": none), and `native`: with functions of C and C++. A script that never steps is seen as a whole.

Steps warm up, in the window "start", which begins with the process; one tells what its graph keeps; then come the windows "short"
and "long", of which the second has twice as many steps: what steps leave behind grows with their number, and what one holds for
the next does not. Some more are looked at by nothing.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, List, Tuple

CLOCK = time.perf_counter
WARM_STEPS, WARM_SECONDS, WARM_MOST = 3, 1.0, 20
PARTS = (
    ("short", 0.25, 3, 150),
    ("long", 0.5, 6, 300),
    ("bare", 0.25, 2, 2000),
)  # of the steps that are seen; and at least, at most
KEPT = 3000  # steps that are told
MOMENTS = 400


class Course:
    """Counts steps, and goes on as the plan says: each entry is what is done, and at how many."""

    def __init__(self, watch: Any) -> None:
        self.watch, self.request, beside = watch, watch.request, watch.beside
        self.kind, self.optimizer = "none", None  # type: str, Any
        self.times: List[float] = []
        self.window, self.meter = None, None  # type: Any, Any
        self.steps: List[Dict[str, Any]] = []
        self.mode, self.left, self.done = "warm", 0, 0
        self.plan: List[Tuple[str, int]] = []
        self.ranks = beside("ranks").Ranks(watch)
        self.guard = beside("guard").Guard(watch)
        self.phases = beside("phases").Phases()
        self.phases.changed = self.changed
        self.ledger = beside("_memory_ledger").Ledger(self.phases.memory)
        self.look = beside("_memory_look").Look(watch, self.phases.memory)
        told = beside("begin").Told
        self.starting = beside("_memory_starting").starting(beside("starting"), self.ledger, told, self.look)
        self.look.begin("start")

    def note(self, what: str) -> None:
        """It has come so far."""
        self.starting.mark(what)
        if what == "optimizer" and not self.times:
            self.ledger.to("loader")
            self.look.resume()

    def after_torch(self, torch: Any) -> None:
        """Hook the parts of steps."""
        self.note("torch")
        self.watch.answer.mark("torch is imported")  # a second time: then all that this needs is there before anything looks
        self.ledger.after_torch(torch)
        self.phases.after_torch(torch)
        self.look.after_torch(torch)

    def first_forward(self, module: Any) -> None:
        """The outermost module is about to be called for the first time."""
        self.note("model")
        self.ledger.first_forward()
        self.look.resume()
        self.phases.first_forward(module)
        self.phases.begin("forward")  # it is under way, and its end is seen
        self.look.first_forward(module, self.watch.beside("phases").unseen)

    def changed(self, part: str, begins: bool) -> None:
        """A part of a step begins or ends."""
        self.ledger.changed(part, begins)
        if part == "backward" and not begins:
            self.look.settled()

    def begin_again(self, kind: str, optimizer: Any) -> None:
        """The first step of an optimizer: what was called before was no step."""
        if self.times:
            self.look.again()
            self.look.begin("start")
        self.kind, self.optimizer, self.times, self.steps = kind, optimizer, [], []
        self.mode, self.plan = "warm", []

    def step(self) -> None:
        """A step has ended."""
        row = {"mode": {"short": "traced", "long": "traced"}.get(self.mode, self.mode), **self.phases.told()}
        now = CLOCK()
        if not self.times:
            self.kind = "inference" if self.optimizer is None else "training"
            self.note("first step")
            self.watch.answer.mark("a step is done")
        elif len(self.steps) < KEPT:
            self.steps.append({**row, "at": now - self.watch.began})
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
        self.note("steady")
        spent = sorted(row["wall"] for row in self.steps[done // 2 :])
        self.plan = self.planned(max(spent[0], 1e-6))
        self.switch()

    def planned(self, step: float) -> List[Tuple[str, int]]:
        """One step that is asked what it keeps, and the windows."""
        wanted = int(self.request.get("steps") or 0) or int(self.request["seconds"] / step)
        parts = [(mode, max(least, min(most, int(wanted * share)))) for mode, share, least, most in PARTS]
        return parts if self.watch.beside("compiled").frames() else [("called", 1), *parts]  # it would be compiled again

    def go_on(self) -> None:
        """One step more of this part."""
        self.left -= 1
        self.done += 1
        if self.left <= 0:
            self.stop()
            self.switch()

    def stop(self) -> None:
        """This part has had its steps."""
        self.look.end(self.done)
        self.done = 0

    def switch(self) -> None:
        """Begin the next part; after the last it is enough. What we do ourselves here is of no step."""
        if not self.plan:
            self.ranks.enough()
            return
        if self.mode == "warm":
            self.look.end(len(self.times) - 1)
        self.mode, self.left = self.plan.pop(0)
        self.look.begin(self.mode, len(self.times))
        self.phases.told()

    def at_exit(self) -> None:
        """The script has come to its own end: what is told ends what looks."""

    def told(self, how: str) -> Tuple[str, Dict[str, Any]]:
        """All that was seen: core/profile.Process; what memray wrote is told beside it, for who reads that later."""
        self.look.end(self.done if self.mode != "warm" else max(0, len(self.times) - 1))
        found, beside = self.look.told(len(self.times)), self.look.windows()
        roles = found["roles"]
        found["phases"] = self.ledger.told(roles.get("parameters", 0))
        found["course"] = thinned([[row["at"], row["resident"], 0] for row in self.steps])
        path = os.path.join(self.request["answers"], "memory-%d.json" % os.getpid())
        began = time.time() - (CLOCK() - self.watch.began)
        with open(path, "w") as file:
            json.dump({**beside, "began": began, "overlay": self.request.get("overlay") or ""}, file)
        notes = found.pop("notes")
        return "profile", {
            **self.watch.beside("telling").process(self.watch, how),
            **self.starting.told(),
            "steps": [{name: value for name, value in row.items() if name != "at"} for row in self.steps],
            "memory": found,
            "notes": notes,
        }


def thinned(moments: List[Any]) -> List[Any]:
    """Of many, as many as can be drawn."""
    stretch = max(1, -(-len(moments) // MOMENTS))
    return moments[::stretch]
