"""Numbers that are twice as wide as they need to be."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, on_gpu, smaller, whole
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Memory, Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

WIDE = "float64"


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    now, wide = whole(process), bytes_of(memory, on_gpu(process))
    if (gain := smaller(now, wide / 2)) < LEAST:
        return
    largest = max((each for each in memory.holdings if each.dtype == WIDE), key=lambda each: each.bytes, default=None)
    of = (
        f"{largest.name} and more"
        if largest is not None and largest.bytes < 0.8 * wide
        else largest.name
        if largest
        else "tensors"
    )
    yield finding(
        ADVICE.id,
        f"{of}: float64, where float32 is exact enough",
        f"{memory_size(wide)} in numbers of 8 bytes: {leads_to(now, wide / 2)}",
        "dtype=torch.float32, or .astype(np.float32) where numpy makes them, whose numbers are float64 by themselves",
        gain,
        largest.place if largest is not None else None,
    )


def bytes_of(memory: Memory, gpu: bool) -> float:
    """All that is as wide: tensors and arrays, and what layers keep of such tensors."""
    arrays = 0 if gpu else sum(each.bytes for each in memory.holdings if each.dtype == WIDE and each.kind == "array")
    tensors, all_tensors = memory.dtypes.get(WIDE, 0), sum(memory.dtypes.values())
    kept = memory.roles.get("activations", 0) * (tensors / all_tensors if all_tensors else 0.0)
    return arrays + tensors + kept


ADVICE = Advice(
    id="memory.float64",
    title="numbers of 8 bytes",
    of="memory",
    look=look,
    about="numpy makes numbers of 8 bytes where it is not told otherwise; training takes numbers of 4 bytes or 2.",
    found="The tensors and arrays that are alive are counted by the kind of their numbers.",
    mend="float32",
    source="The manual of torch.set_default_dtype",
)
