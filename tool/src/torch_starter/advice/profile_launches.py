"""Models of small operations: a step is mostly beginning them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch_starter.advice._loops import OFTEN
from torch_starter.advice._time import faster, on_gpu, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Call, Op, Process, Profile
from torch_starter.core.report import Finding

SMALL = 15e-6  # seconds of an operation's own: about what Python and the dispatcher take to come to it
MANY = 200  # a step
VIEWS = (
    *(
        "as_strided",
        "select",
        "view",
        "t",
        "transpose",
        "permute",
        "reshape",
        "slice",
        "narrow",
        "expand",
        "squeeze",
        "unsqueeze",
    ),
    *("detach", "alias", "unbind", "split", "chunk", "item", "_local_scalar_dense", "_unsafe_view", "flatten", "numpy_T"),
    *(
        "empty",
        "empty_like",
        "empty_strided",
        "resolve_conj",
        "resolve_neg",
        "result_type",
        "is_nonzero",
        "lift_fresh",
        "detach_",
    ),
)
BEGUN = 4e-6  # seconds that Python takes for each beyond what torch's profiler sees
SAVES = 0.4  # graphs of torch.compile have fewer of them, and begin them faster; not what Python does around


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if on_gpu(process) or not process.mean or process.compiled.frames or process.effect.get("compile", "no") != "no":
        return
    if mostly_looped(process.calls):  # another advice tells of that, with its line
        return
    small = [op for op in process.ops if op.part in ("forward", "backward", "python") and own(op) < SMALL and not internal(op)]
    count = sum(op.count for op in small)
    share = min(computing(process), sum(op.seconds + BEGUN * op.count for op in small) / process.mean)
    if count >= MANY:
        model = process.models[0] if process.models else None
        yield from told(
            ADVICE,
            "a step is mostly the beginning of small operations",
            f"{count:.0f} operations of less than {1e6 * SMALL:.0f} microseconds each take {percent(share)} of each step",
            "torch.compile(model); or larger batches, which begin as many operations for more rows; `optimize` can prove it",
            faster(share * SAVES),
            model.place if model is not None else None,
        )


def own(op: Op) -> float:
    """Seconds of one call."""
    return op.seconds / op.count if op.count else 0.0


def internal(op: Op) -> bool:
    """Views and reads do not compute, and graphs do without them anyway."""
    return op.name.removeprefix("aten::") in VIEWS or "torch-starter" in op.name


def mostly_looped(calls: Sequence[Call]) -> bool:
    """Whether lines that call the same again and again make most of the calls."""
    looped = sum(call.count for call in calls if call.count >= OFTEN)
    return looped > 0.5 * sum(call.count for call in calls)


def computing(process: Process) -> float:
    """The share of a step in which a model computes, there and back, or the script itself does."""
    return process.share("forward") + process.share("backward") + process.share("python")


ADVICE = Advice(
    id="profile.launches",
    title="many small operations",
    of="time",
    look=look,
    about="To begin an operation takes some microseconds, whatever it computes.",
    found="torch's profiler counts operations and times each.",
    mend="torch.compile, or larger batches",
    source="The manual of torch.compile",
)
