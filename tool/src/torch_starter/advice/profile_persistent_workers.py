"""Workers of a loader that are started again for each epoch."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._loading import loader_of, restarting
from torch_starter.advice._time import faster, part_of, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

LEAST_EPOCHS = 2  # in the steps that were seen: one may be the first
SAVES = 0.8  # the first batches of an epoch are waited for even by workers that live on


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    loader, spent = loader_of(process), restarting(process)
    if process.epochs < LEAST_EPOCHS or not process.mean or not spent:
        return
    share = min(spent / process.mean, process.share("data"))
    yield from told(
        ADVICE,
        "workers are started again for each epoch",
        f"{part_of(process, share * process.mean)}, in the mean: {loader.workers} workers are started {process.epochs} times in "
        f"{len(process.steps)} steps",
        "DataLoader(…, persistent_workers=True); or longer epochs",
        faster(share * SAVES),
        loader.place,
    )


ADVICE = Advice(
    id="profile.persistent-workers",
    title="workers that live for one epoch",
    of="time",
    look=look,
    about="At the end of each epoch workers are ended, and started again for the next: each imports and copies anew.",
    found="How often a loader is begun from its start, and how much longer than others the steps wait that begin an epoch.",
    mend="persistent_workers=True",
    source="The manual of torch.utils.data.DataLoader",
)
