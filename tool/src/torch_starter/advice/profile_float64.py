"""Numbers of 8 bytes."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Profile
from torch_starter.core.report import Finding

MAKES = ("double", "to", "type", "tensor", "as_tensor", "from_numpy", "randn", "rand", "zeros", "ones", "empty", "full", "arange")
SAVES = 0.45  # half as many bytes, and twice as many numbers in each instruction; on a GPU more
LEAST_BYTES = 64 << 10  # of a step: smaller ones are indices, sums and the like


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    wide = [call for call in process.calls if "float64" in call.dtypes]
    seconds = sum(call.seconds for call in process.calls if call.dtypes)
    if not wide or not seconds or sum(call.bytes for call in wide) < LEAST_BYTES:
        return
    part = sum(call.seconds for call in wide) / seconds
    share = part * sum(process.share(each) for each in ("forward", "backward", "optimizer"))
    yield from told(
        ADVICE,
        "numbers have 8 bytes where 4 would do",
        f"{percent(part)} of the time in torch's functions is float64, there and back about {percent(share)} of each step",
        "float32 for data and model: .float(), numpy.float32 in the dataset, no torch.set_default_dtype(torch.float64)",
        faster(share * SAVES),
        origin(wide),
    )


def origin(wide: list[Call]) -> Place:
    """Where they become so; else where they take longest."""
    made = [call for call in wide if call.function.rsplit(".", 1)[-1] in MAKES]
    return max(made or wide, key=lambda call: call.bytes if made else call.seconds).place


ADVICE = Advice(
    id="profile.float64",
    title="numbers of 8 bytes",
    of="time",
    look=look,
    about="numpy makes float64 where it is not told otherwise, and a network computes that at half the speed or less.",
    found="Calls of torch are noted with the types of what they answer.",
    mend="float32",
    source="Measured: tool/benchmarks/planted/time/wide.py",
)
