"""Settings that are made from inside of the user's own process: turns.

By name, with the value that each takes:

- `affinity`: numbers of CPUs, before torch is imported; threads follow;
- `threads`: what the script's own calls of torch.set_num_threads say; `interop_threads`: a number;
- `float32_precision`: as torch.set_float32_matmul_precision takes it; `autocast`: the type that the outermost module computes in;
- `sharing`: the strategy of torch.multiprocessing; `cudnn_benchmark`: true;
- `loader`: arguments of every DataLoader (num_workers, persistent_workers, prefetch_factor, pin_memory);
- `optimizer`: "fused" or "foreach", of torch's own; `bucket_view`: true, of DistributedDataParallel;
- `channels_last`: true; `compile`: the mode.

Where the script itself says otherwise the turn wins. A turn that cannot be made leaves the script as it is.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import partial
from typing import Any, Callable, Dict, List

FILES = {  # where each is made: with torch, or with the outermost module when it is called first
    "threads": "_turn_switches",
    "interop_threads": "_turn_switches",
    "float32_precision": "_turn_switches",
    "sharing": "_turn_switches",
    "cudnn_benchmark": "_turn_switches",
    "loader": "_turn_loaders",
    "optimizer": "_turn_optimizers",
    "bucket_view": "_turn_parallel",
    "channels_last": "_turn_models",
    "autocast": "_turn_models",
    "compile": "_turn_models",
}
OF_MODELS = [name for name, file in FILES.items() if file == "_turn_models"]
RECORDING = ("loader", "optimizer", "bucket_view")  # what the script makes of these is noted without a turn, too
KEPT = 64  # of each kind


class Made:
    """What the script has made, for effect.py. Optimizers and the model are held in a trial alone, which ends soon."""

    def __init__(self) -> None:
        self.loaders: List[Dict[str, Any]] = []
        self.optimizers: List[Any] = []
        self.parallel: List[bool] = []
        self.models: List[Any] = []
        self.overruled: List[str] = []

    def note(self, kind: str, thing: Any) -> None:
        """Keep one more."""
        found = getattr(self, kind)
        if len(found) < KEPT and thing not in found:
            found.append(thing)

    def hold(self, kind: str, thing: Any) -> None:
        """Keep something large, where it is read back."""
        found = getattr(self, kind)
        if os.environ.get("TORCH_STARTER_TRIAL") and len(found) < KEPT and all(each is not thing for each in found):
            found.append(thing)


MADE = Made()


class Turns:
    """Makes the settings that are asked for. `done` says for each "" where it is made, else why not."""

    def __init__(self, given: Dict[str, Any]) -> None:
        self.given = dict(given)
        self.made = MADE
        known = {"affinity", *FILES}
        self.done = {name: "" if name in known else "no turn of this name is known" for name in self.given}

    def before(self) -> None:
        """Before torch is imported."""
        self.attempt("affinity", lambda cpus: os.sched_setaffinity(0, cpus))

    def after_torch(self, torch: Any) -> None:
        """Right after `import torch` was executed, before the script goes on."""
        self.torch = torch
        for name, file in FILES.items():
            if name in OF_MODELS:
                continue
            make = partial(self.make, file, name)
            if name in self.given:
                self.attempt(name, make)
            elif name in RECORDING:
                self.guard(name, partial(make, None))
        for name in OF_MODELS:
            if name in self.given:
                self.done[name] = "no module with parameters was called"

    def first_forward(self, module: Any) -> None:
        """Before the outermost module computes for the first time; what is made here may hold from the second time on."""
        self.guard("", partial(self.made.hold, "models", module))
        if self.given.get("cudnn_benchmark"):
            self.attempt("cudnn_benchmark", partial(self.make, "_turn_switches", "cudnn_benchmark"))
        for name in OF_MODELS:
            make = getattr(beside("_turn_models"), name)
            self.attempt(name, partial(make, self, self.torch, module))

    def make(self, file: str, name: str, value: Any) -> Any:
        """Make one by the function of its name, in a file beside this one."""
        return getattr(beside(file), name)(self, self.torch, value)

    def attempt(self, name: str, make: Callable[[Any], Any]) -> None:
        """Make one where it is asked for; `make` answers why it is not made, or not yet, and with nothing where it is."""
        if name in self.given:
            self.done[name] = ""
            self.done[name] = self.guard(name, lambda: make(self.given[name])) or self.done[name]

    def guard(self, name: str, do: Callable[[], Any]) -> Any:
        """What something of ours answers; whatever it raises is told, and the script goes on."""
        try:
            return do()
        except Exception as error:
            self.could_not(name, said(error))
            return None

    def either(self, name: str, turned: Callable[[], Any], usual: Callable[[], Any]) -> None:
        """Do something with a turn; where that fails do it as the script has it, which may fail as it would have."""
        try:
            turned()
        except Exception as error:
            self.could_not(name, said(error))
            usual()

    def could_not(self, name: str, why: str) -> None:
        if name in self.given:
            self.done[name] = why

    def beside(self, file: str) -> Any:
        """The module in a file beside this one."""
        return beside(file)

    def overrule(self, what: str, says: Any, value: Any) -> None:
        """The script itself says something else, and has its reason perhaps: that is told."""
        if says != value:
            self.made.note("overruled", "%s: %s instead of %s" % (what, value, says))


def said(error: BaseException) -> str:
    """What went wrong, in a line."""
    lines = str(error).strip().splitlines()
    return "%s: %s" % (type(error).__name__, lines[0]) if lines else type(error).__name__


def beside(file: str) -> Any:
    """The module in a file beside this one; the same one each time."""
    name = "torch_starter_harness_" + file
    if name not in sys.modules:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), file + ".py")
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError("no harness " + path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
