"""A look by torch's own profiler at some steps: how many operations, how long they take, and how long a GPU computes."""

from __future__ import annotations

import time
from typing import Any, Dict

TOP = 8
COMMUNICATING = ("nccl", "gloo:", "c10d::", "mpi:")
OUTER = ("ProfilerStep", "Optimizer.step#", "enumerate(DataLoader)")


class Look:
    """Begins when it is made; `told` ends it. `steps` counts what it has seen."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        kinds = [torch.profiler.ProfilerActivity.CPU]
        if torch.cuda.is_available():
            kinds.append(torch.profiler.ProfilerActivity.CUDA)
        self.profile = torch.profiler.profile(activities=kinds)
        self.profile.__enter__()
        self.steps = 0
        self.began = time.perf_counter()

    def told(self) -> Dict[str, Any]:
        """What it saw, for one step: core/tuning.Look."""
        wall = time.perf_counter() - self.began
        self.profile.__exit__(None, None, None)
        events = [each for each in self.profile.key_averages() if not each.key.startswith(OUTER)]
        of_cpu = {each.key: each.self_cpu_time_total / 1e6 for each in events}
        computing = sum(each.self_device_time_total for each in events if hasattr(each, "self_device_time_total"))
        communicating = sum(seconds for name, seconds in of_cpu.items() if name.startswith(COMMUNICATING))
        top = sorted(of_cpu, key=lambda name: of_cpu[name], reverse=True)[:TOP]
        return {
            "operations": sum(each.count for each in events if each.key.startswith("aten::")) / self.steps,
            "operating": sum(of_cpu.values()) / self.steps,
            "computing": computing / 1e6 / self.steps,
            "communicating": communicating / self.steps,
            "wall": wall / self.steps,
            "top": {name: of_cpu[name] / self.steps for name in top},
        }
