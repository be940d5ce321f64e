"""Copies to a GPU from memory that is not pinned."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._loading import loader_of
from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

SAVES = 0.6  # pinned memory is copied about twice as fast, and while the GPU computes


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    gpu, loader = process.gpu, loader_of(process)
    if gpu is None or not gpu.pageable or not gpu.wall or loader.pinned:
        return
    share = min(1.0, max(gpu.copying / gpu.wall, process.share("transfer")))
    yield from told(
        ADVICE,
        "batches are copied from memory that is not pinned",
        f"{memory_size(gpu.pageable)} a step, {percent(share)} of it: the GPU does not compute meanwhile",
        "DataLoader(…, pin_memory=True), and batch.to(device, non_blocking=True); `optimize` can prove it",
        faster(share * SAVES),
        loader.place,
    )


ADVICE = Advice(
    id="profile.pageable",
    title="memory that is not pinned",
    of="time",
    look=look,
    about="What may be moved by the system is copied twice, and the script waits for that.",
    found="torch's profiler tells from what memory copies are made.",
    mend="pin_memory=True and non_blocking=True",
    source="The performance tuning guide of torch: pinned memory",
)
