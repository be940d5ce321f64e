"""Optimizers that go through all parameters once for each operation."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, on_gpu, part_of, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

# A fused step reads and writes each parameter and its state once, where Adam as a list of operations does it about five times.
# Measured with parameters of 4 million numbers and many of 65,000, on one and two processors: Adam, AdamW and Adagrad save 0.64
# to 0.73; SGD 0.02 to 0.17, since all it does is one operation (with a momentum 0.3 to 0.5).
SAVES, FOREACH = {"SGD": 0.1}, 0.4
USUAL = 0.6


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    share, way = process.share("optimizer"), process.effect.get("optimizer", "")
    slow = next((each for each in process.optimizers if each.takes_fused and each.known and not each.fused), None)
    if slow is None or "fused" in way or not process.mean:
        return
    foreach = slow.foreach or (slow.foreach is None and on_gpu(process))  # on a GPU torch takes that by itself
    how = "for lists of them" if foreach else "one by one"
    seconds = share * process.mean
    yield from told(
        ADVICE,
        f"{slow.name} is not fused",
        f"{part_of(process, seconds)}, is the optimizer, which goes through the parameters {how}, once for each operation",
        f"{slow.name}(…, fused=True); `optimize` can prove it",
        faster(share * min(SAVES.get(slow.name, USUAL), FOREACH if on_gpu(process) and foreach else 1.0)),
        slow.place,
    )


ADVICE = Advice(
    id="profile.optimizer",
    title="unfused optimizers",
    of="time",
    look=look,
    about="As a list of operations each of them reads and writes all parameters again.",
    found="The optimizer is timed, and asked how it was made.",
    mend="fused=True",
    source="The manual of torch.optim: foreach and fused implementations",
)
