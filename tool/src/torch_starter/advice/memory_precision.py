"""Numbers of 4 bytes where a GPU computes with 2."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, on_gpu, smaller, whole
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

MUCH = 0.2  # of the GPU's memory
FULL = 0.95  # of all tensors


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    kept, now = memory.roles.get("activations", 0), whole(process)
    wide = memory.dtypes.get("float32", 0) >= FULL * sum(memory.dtypes.values())
    if not on_gpu(process) or not wide or kept < MUCH * now or (gain := smaller(now, kept / 2)) < LEAST:
        return
    yield finding(
        ADVICE.id,
        "layers keep numbers of 4 bytes for their gradients",
        f"{memory_size(kept)} of {memory_size(now)}: {leads_to(now, kept / 2)}",
        'with torch.autocast("cuda", dtype=torch.bfloat16): around the model and the loss',
        gain,
        memory.activations[0].place if memory.activations else None,
    )


ADVICE = Advice(
    id="memory.precision",
    title="numbers of 4 bytes on a GPU",
    of="memory",
    look=look,
    about="With autocast most layers compute with, and keep, numbers of half the size; the parameters stay as they are.",
    found="What layers keep is counted, and the kinds of numbers of all tensors.",
    mend="torch.autocast",
    source="The manual of torch.amp",
)
