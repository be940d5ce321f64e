"""Steps that wait for data, since too few processes make it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

from torch_starter.advice._loading import loader_of, waiting
from torch_starter.advice._time import faster, milliseconds, part_of, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Process, Profile
from torch_starter.core.report import Finding

HANDED = 0.05  # of what a batch takes: it is handed from process to process, and that is waited for


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    loader, wait = loader_of(process), waiting(process)
    if not process.loaders or not process.mean or wait <= 0:
        return
    making, work = batch(process, wait)
    rest = process.mean - wait
    least = max(rest, making / process.cpus)
    if making <= 0 or least <= 0:
        return
    wanted = min(process.cpus, math.ceil(making / least))
    if wanted <= loader.workers:
        return
    # With enough workers a step is bound by the slowest of three: what is not data, the workers, or all processors together.
    after = max(rest, making / wanted, work / process.cpus) + HANDED * making
    has = f"{loader.workers} workers make" if loader.workers > 1 else "one worker makes" if loader.workers else "no worker makes"
    shards = "; its data has no numbers: let each worker yield its own share (get_worker_info)" if loader.iterable else ""
    yield from told(
        ADVICE,
        "steps wait for their data",
        f"{part_of(process, wait)}, waits for the loader: {has} batches of {milliseconds(making)} each, "
        f"and there are {process.cpus} processors",
        f"DataLoader(…, num_workers={wanted}, persistent_workers=True){shards}; `optimize` can prove it",
        faster(1 - after / process.mean),
        loader.place,
    )


def batch(process: Process, wait: float) -> tuple[float, float]:
    """Seconds that one process takes for a batch, and seconds that all processors work for a step."""
    bare = process.of("bare") or list(process.steps)
    own = statistics.fmean(step.cpu for step in bare)
    workers = loader_of(process).workers
    if not workers:
        return wait, max(
            own, process.mean
        )  # also while it reads or is not let, since nobody knows whether that goes side by side
    if not process.workers:  # they told nothing: as steps wait for them, each takes as long as a step for each worker
        return process.mean * workers, own + process.mean * workers
    count = sum(max(1, each.batches) for each in process.workers)
    making = sum(each.seconds * max(1, each.batches) for each in process.workers) / count
    working = sum(each.cpu * max(1, each.batches) for each in process.workers) / count
    return making, own + working


ADVICE = Advice(
    id="profile.data",
    title="waiting for data",
    of="time",
    look=look,
    about="Without workers nothing is made of the next batch while the network computes.",
    found="The loader is timed; its workers tell how long each batch takes them.",
    mend="as many workers as make a batch while one is computed, and no more than there are processors",
    source="The manual of torch.utils.data: multi-process data loading",
)
