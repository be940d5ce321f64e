"""More threads than processors."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, on_gpu, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

# Of what a step computes, where there are so many times as many threads as processors: measured with 2 processors, the best of
# many steps with 4, 8 and 16 threads against those with as many as are best, which saves 0 to 0.17, 0.2 to 0.7 and 0.4 to 0.8.
SAVES = ((8, 0.45), (4, 0.3), (2, 0.15))


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if on_gpu(process) or not process.mean:
        return
    threads = sum(each.threads for each in profile.processes)
    saves = next((saved for many, saved in SAVES if threads >= many * process.cpus), 0.0)
    if not saves:
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
        faster(share * saves),
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
