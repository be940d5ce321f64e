"""Some steps by torch's own profiler: its trace is written beside the answers, for who reads it later."""

from __future__ import annotations

import os
from typing import Any

STEP = "torch-starter: step"


class Trace:
    """Begins when it is made; `end` ends it and writes the trace."""

    def __init__(self, torch: Any, phases: Any) -> None:
        self.torch, self.phases = torch, phases
        kinds = [torch.profiler.ProfilerActivity.CPU]
        if torch.cuda.is_available():
            kinds.append(torch.profiler.ProfilerActivity.CUDA)
        self.profile = torch.profiler.profile(activities=kinds)
        self.profile.__enter__()
        self.steps = 0
        self.open: Any = None
        self.phases.record(True)
        self.step()

    def step(self) -> None:
        """The next step begins."""
        if self.open is not None:
            self.open.__exit__(None, None, None)
            self.steps += 1
        self.open = self.torch.profiler.record_function(STEP)
        self.open.__enter__()

    def end(self, folder: str) -> None:
        """Write what was seen, as Chrome and Perfetto read it; the step that is under way is none."""
        self.phases.record(False)
        if self.open is not None:
            self.open.__exit__(None, None, None)
            self.open = None
        self.profile.__exit__(None, None, None)
        path = os.path.join(folder, "trace-%d.json" % os.getpid())
        self.profile.export_chrome_trace(path + ".part")
        os.replace(path + ".part", path)
