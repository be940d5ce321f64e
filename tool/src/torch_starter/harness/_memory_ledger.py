"""In which part of a run the process grew: each new largest size is put down to what was done just then."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List

PARTS = {"data": "loader", "forward": "forward", "backward": "backward", "optimizer": "optimizer"}
SPARE = 1.2  # a model takes so many times the bytes of its parameters, at most, while it is made
ROUND = 16 << 20


class Ledger:
    """Resident bytes by phase. `memory` tells them; what is between the parts of steps is the `base` phase."""

    def __init__(self, memory: Callable[[], int]) -> None:
        self.memory = memory
        self.base = "import"
        self.open: List[str] = []
        self.highest = 0
        self.grown: Dict[str, int] = {}
        self.made: Any = None
        self.hook: Any = None

    def now(self) -> int:
        """What it grew by since the last look belongs to the phase that is open."""
        found = self.memory()
        if found > self.highest:
            phase = self.open[-1] if self.open else self.base
            self.grown[phase] = self.grown.get(phase, 0) + found - self.highest
            self.highest = found
        return found

    def to(self, phase: str) -> None:
        """From here on it is another phase that lies between the parts."""
        self.now()
        self.base = phase

    def changed(self, part: str, begins: bool) -> None:
        """A part of a step begins or ends, as Phases tells."""
        self.now()
        phase = PARTS.get(part, "step")
        if begins:
            self.open.append(phase)
        elif phase in self.open:
            while self.open.pop() != phase:
                pass

    def imports(self, begins: bool) -> None:
        """An import of the script's begins or ends: many of them lie in each other."""
        self.now()
        if begins:
            self.open.append("import")
        elif self.open and self.open[-1] == "import":
            self.open.pop()

    def after_torch(self, torch: Any) -> None:
        """Modules that are made from here on are a model; what comes before and after them is taken for data."""
        self.to("loader")
        base, made = torch.nn.Module, torch.nn.Module.__init__
        ledger = self

        @functools.wraps(made)
        def making(module: Any, *given: Any, **named: Any) -> None:
            if ledger.base != "model":
                ledger.to("model")
            made(module, *given, **named)

        self.made = (base, made)
        base.__init__ = making

    def first_forward(self) -> None:
        """The models are made."""
        self.to("step")
        if self.made is not None:
            base, made = self.made
            base.__init__, self.made = made, None

    def told(self, parameters: int) -> Dict[str, int]:
        """Bytes by phase. Of what came while the model was made, what it cannot have taken is the data's."""
        self.now()
        found = dict(self.grown)
        most = int(parameters * SPARE) + ROUND
        if parameters and found.get("model", 0) > most:
            found["loader"] = found.get("loader", 0) + found["model"] - most
            found["model"] = most
        return found
