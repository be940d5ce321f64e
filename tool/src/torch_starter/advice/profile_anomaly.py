"""The search for anomalies, left on."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._stacks import looked, name_of, unslowed
from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Process, Profile
from torch_starter.core.report import Finding

TRACES = ("traceback.py:format_stack", "traceback.py:extract_stack", "traceback.py:extract")
LOOKS = ("aten::isnan", "aten::any", "aten::ne", "aten::is_nonzero", "aten::item", "aten::_local_scalar_dense")
SAVES = 0.95  # all that is seen of it goes


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if process.anomaly is None or not process.mean:
        return
    stacks, numbers = unslowed(process, tracebacks(process)), nans(process)
    share = min(0.9, stacks + numbers)
    yield from told(
        ADVICE,
        "the search for anomalies is on",
        f"{percent(share)} of each step: {percent(stacks)} keeps where operations were called, {percent(numbers)} looks for NaN",
        "torch.autograd.set_detect_anomaly(False): turn it on only where a NaN is looked for",
        faster(share * SAVES),
        process.anomaly,
    )


def tracebacks(process: Process) -> float:
    """The share of the steps in which Python's stack is written down."""
    whole = process.stacks.seconds or 1.0
    return sum(seconds for frames, seconds in looked(process.stacks) if any(name_of(each) in TRACES for each in frames)) / whole


def nans(process: Process) -> float:
    """The share of the steps in which the way back is looked through."""
    return sum(op.seconds for op in process.ops if op.name in LOOKS and op.part == "backward") / process.mean


ADVICE = Advice(
    id="profile.anomaly",
    title="anomaly detection",
    of="time",
    look=look,
    about="It keeps Python's stack for each operation, and looks for NaN in each gradient.",
    found="Where it is turned on; stacks and operations of its own.",
    mend="torch.autograd.set_detect_anomaly(False)",
    source="The manual of torch.autograd.detect_anomaly: debugging only",
)
