"""More threads than processors."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, on_gpu, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

# Of what a step computes, where twice as many threads as processors, or more, wait for each other. Measured with 2 processors and
# 4, 8 and 16 threads: tool/benchmarks/planted/time/threads.py.
SAVES = 0.4


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if on_gpu(process) or not process.mean:
        return
    threads = sum(each.threads for each in profile.processes)
    if threads < 2 * process.cpus:
        return
    share = sum(process.share(part) for part in ("forward", "backward", "optimizer", "python"))
    place = next(iter(process.threads_set), None)
    several = f" in {len(profile.processes)} processes" if len(profile.processes) > 1 else ""
    each = max(1, process.cpus // max(1, len(profile.processes)))
    edit = "without torch.set_num_threads" if place is not None and each == process.cpus else f"torch.set_num_threads({each})"
    yield from told(
        ADVICE,
        "more threads than processors",
        f"{threads} threads{several} on {process.cpus} processors: they wait for each other in {percent(share)} of each step",
        f"{edit}, OMP_NUM_THREADS={each}; `optimize` can prove it",
        faster(share * SAVES),
        place,
    )


ADVICE = Advice(
    id="profile.threads",
    title="too many threads",
    of="time",
    look=look,
    about="Threads of an operation wait for the slowest of them, and one that has no processor is not even begun.",
    found="The threads of torch are counted, and the processors that the process may use.",
    mend="as many threads as there are processors",
    source="Measured: tool/benchmarks/planted/time/threads.py",
)
