"""Looks at the memory of this process between steps: begins and ends what looks, and keeps what it saw."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Optional

HELD_UP = 40  # times
SLOW = 3  # of the censuses: before, between and after the two windows


class Look:
    """What is looked at, by the part of the run. `memory` tells the resident bytes."""

    def __init__(self, watch: Any, memory: Callable[[], int]) -> None:
        self.watch, self.memory, beside = watch, memory, watch.beside
        self.stacks, self.counting = beside("stacks"), beside("_memory_census")
        self.tools, self.others = beside("_memory_host"), beside("_memory_others")
        self.overlay = watch.request.get("overlay") or ""
        self.process = os.getpid()
        self.host: Any = None
        if not self.tools.spawned():
            self.host = self.tools.host(watch.request, watch.request["answers"], self.stacks)
        self.torch: Any = None
        self.gpu: Any = None
        self.kept: Any = None
        self.saved: List[Dict[str, Any]] = []
        self.passes: Any = None
        self.parameters: Any = None
        self.zeroed: Optional[Dict[str, Any]] = None
        self.censuses: List[Dict[str, Any]] = []
        self.held: Optional[Dict[str, Any]] = None
        self.loader: Any = None
        self.held_up, self.times = False, 0

    def own(self, file: str) -> bool:
        """Whether a file is the user's."""
        known: bool = self.stacks.own(file)
        return known and not (self.overlay and file.startswith(self.overlay + os.sep))

    def after_torch(self, torch: Any) -> None:
        """Nothing is hooked yet but what a GPU does, and who makes gradients zero."""
        self.torch = torch
        self.gpu = self.watch.beside("_memory_gpu").Gpu(torch, self.own)
        self.gpu.begin()
        for owner in (torch.optim.Optimizer, torch.nn.Module):
            self.watch.beside("_memory_zero").wrap(owner, self)

    def first_forward(self, module: Any, unseen: Callable[[Any], Any]) -> None:
        """Look at each pass of the outermost module from here on."""
        graphs = self.watch.beside("_memory_graphs")
        self.passes = graphs.Passes(self.torch, self.watch.beside("root").place, self.new_kept)
        module.register_forward_pre_hook(unseen(lambda module, *_: self.passes.before(module)))
        module.register_forward_hook(unseen(lambda module, given, answer: self.passes.after(module, given, answer)))

    def hold(self) -> None:
        """A library is about to be loaded while the script starts: do not look, until that is over."""
        if self.looks() and self.host.mode() == "start" and self.times < HELD_UP:
            self.host.end(0)
            self.held_up, self.times = True, self.times + 1

    def resume(self) -> None:
        """It is over."""
        if self.held_up and self.looks():
            self.held_up = False
            self.host.begin("start")

    def new_kept(self) -> Any:
        """Something that tells what graphs keep; nothing where something is compiled, and would be again."""
        if self.watch.beside("compiled").frames():
            return None
        if self.parameters is None:
            census = self.counting.Census(self.torch)
            self.parameters = {self.counting.storage(each)[0] for each in census.parameters()}
        return self.watch.beside("_memory_graphs").Kept(self.torch, self.parameters, self.stacks, self.counting.storage)

    def begin(self, mode: str, step: int = 0) -> None:
        """A part of the run begins: the steps warm up, are asked what they keep, or are in a window."""
        if mode == "called":
            self.kept = self.new_kept()
            if self.kept is not None:
                self.kept.begin()
        elif mode in ("short", "long", "bare"):
            self.count(step)
        if mode in ("start", "short", "long") and self.looks():
            self.host.begin(mode)

    def end(self, steps: int) -> None:
        """It ends, after so many steps."""
        if self.loader is not None and steps:
            loader, inner = self.loader
            loader.create_module, self.loader = inner, None
        self.held_up = False
        if self.kept is not None:
            self.kept.end()
            self.saved, self.kept = self.kept.told(), None
        elif self.looks():
            self.host.end(steps)

    def looks(self) -> bool:
        """Whether something looks at this process; a fork of it goes its own way."""
        return self.host is not None and os.getpid() == self.process

    def again(self) -> None:
        """What was done so far were no steps."""
        self.end(0)
        self.censuses, self.held = [], None

    def settled(self) -> None:
        """A way back has ended."""
        if self.kept is not None:
            self.kept.settle()

    def count(self, step: int) -> None:
        """A census, with the names of what is large; the third one names what has grown since the first, too."""
        census = self.counting.Census(self.torch)
        self.censuses.append(census.told(step, self.memory()))
        if len(self.censuses) > 1:
            self.counting.only_longer(*(row["lengths"] for row in self.censuses[-2:]))
        self.others.workers(self.watch.request["answers"], self.watch.batches)
        self.name(census.datasets)

    def name(self, others: List[Any]) -> None:
        """What is large or grows, by the user's own names; others are data sets that may have none."""
        names, held = self.watch.beside("_memory_names"), self.watch.beside("_memory_held")
        kinds = (
            self.torch.nn.Module,
            self.torch.utils.data.Dataset,
            self.torch.utils.data.DataLoader,
            self.torch.optim.Optimizer,
        )
        found = held.Held(self.torch, names.Names(self.own, kinds, others).all(), names.Lines(), self.counting)
        growing: List[Dict[str, Any]] = []
        if len(self.censuses) >= SLOW:
            first, second, third = self.censuses[:SLOW]
            steps = [row["census"]["step"] for row in (first, second, third)]
            spans = (steps[1] - steps[0], steps[2] - steps[1])
            growing = found.growing(self.counting.longer(first["lengths"], second["lengths"], third["lengths"], spans))
            rate = (third["nodes"] - second["nodes"]) / max(1, spans[1])
            kept = any(row["what"] == "tensors with graphs" for row in growing)
            chain = found.chain() if rate > 1 / 2 and not kept else None
            growing += [chain] if chain else []
        self.held = {"holdings": found.large(), "growth": growing}

    def told(self, steps: int) -> Dict[str, Any]:
        """core/profile.Memory but for what is read later, and notes. Where there was no step it is counted now."""
        peak = self.tools.most_resident()
        if self.torch is not None and not self.censuses:
            self.count(steps)
        found: Dict[str, Any] = {"roles": {}, "dtypes": {}, "notes": []}
        for row in self.censuses:
            for word, sizes in (("roles", row["census"]["bytes"]), ("dtypes", row["dtypes"])):
                for name, size in sizes.items():
                    found[word][name] = max(found[word].get(name, 0), size)
        found["roles"]["activations"] = sum(row["bytes"] for row in self.saved)
        held = self.held or {"holdings": [], "growth": []}
        return {
            **found,
            "by": self.host.by if self.host is not None else "",
            "native": bool(self.host is not None and self.host.native),
            "activations": self.saved,
            "resident_peak": peak,
            "censuses": [row["census"] for row in self.censuses],
            "grows": self.slope(),
            "growth": held["growth"],
            "holdings": [*self.zeros(found["roles"].get("gradients", 0)), *held["holdings"]],
            "shared": self.others.shared(),
            "unused_graphs": self.passes.told(steps) if self.passes is not None else [],
            "gpu": self.gpu.told() if self.gpu is not None else None,
        }

    def slope(self) -> float:
        """Resident bytes a step, of the window that is long."""
        if len(self.censuses) < SLOW:
            return 0.0
        before, after = (row["census"] for row in self.censuses[SLOW - 2 : SLOW])
        grown, steps = (after[word] - before[word] for word in ("resident", "step"))
        return float(grown) / max(1, steps) if grown > 0 else 0.0

    def zeros(self, gradients: int) -> List[Dict[str, Any]]:
        """Gradients that are kept."""
        if self.zeroed is None or not gradients:
            return []
        place = self.zeroed if self.zeroed["file"] else None
        return [{"name": "gradients", "kind": "gradients", "dtype": "", "bytes": gradients, "count": 1, "place": place}]

    def windows(self) -> Dict[str, Any]:
        """What is read later."""
        return {"by": self.host.by, "windows": self.host.windows} if self.host is not None else {"by": "", "windows": []}
