"""How an optimizer of torch computes its step."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides


def available(subject: Subject) -> Iterator[Value]:
    """On GPUs foreach is what torch does by itself."""
    known = [each for each in subject.told.optimizers if each.known]
    if not known:
        raise Absent("it makes no optimizer of torch's own")
    free = [each for each in known if not each.fused and not each.foreach]
    if not free:
        raise Absent("the script says how its optimizer computes")
    values = [Value("fused", turns={"optimizer": "fused"})] if any(each.takes_fused for each in free) else []
    if not subject.gpu and any(each.foreach is None for each in free):
        values.append(Value("foreach", turns={"optimizer": "foreach"}))
    if not values:
        raise Absent("its optimizer takes no other way to compute")
    yield from besides(read(subject.told.effect), values)


def read(effect: Effect) -> str:
    return effect.get("optimizer", "")


SETTING = Setting(
    name="optimizer",
    title="the step of the optimizer",
    about="One operation updates all parameters (fused), or a few operations update lists of them (foreach), instead of several "
    "operations for each. It is the same algorithm, rounded in another order.",
    safety="rounding",
    bounds=("launch", "compute", "memory"),
    available=available,
    read=read,
    source="The manual of torch.optim. Measured: AdamW fused 1.10 times as fast, foreach 0.97, a small GPT on a processor.",
    code=True,
    edit="fused=True or foreach=True of the optimizer",
)
