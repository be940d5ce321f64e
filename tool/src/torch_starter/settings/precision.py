"""How many digits products are computed with."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, version

BFLOAT16 = Value("bfloat16", turns={"autocast": "bfloat16"})
OF_GPU = [Value("tf32", turns={"float32_precision": "high"}), BFLOAT16]
OF_CPU = [Value("bf16-products", turns={"float32_precision": "medium"}), BFLOAT16]
AMPERE = (8, 0)  # the first GPUs that compute so


def available(subject: Subject) -> Iterator[Value]:
    """Only where the hardware multiplies numbers of fewer digits itself: elsewhere it is slower by far."""
    effect = subject.told.effect
    if subject.gpu and version(effect.get("capability", "")) < AMPERE:
        raise Absent("this GPU does not compute in TF32 and bfloat16 itself")
    if not subject.gpu and effect.get("cpu bfloat16", "no") not in ("amx", "avx512"):
        raise Absent("these processors do not multiply in bfloat16 themselves")
    yield from besides(read(effect), OF_GPU if subject.gpu else OF_CPU)


def read(effect: Effect) -> str:
    """What the model computes in comes first; then what products of float32 are made of."""
    if effect.get("autocast", "no") != "no":
        return effect["autocast"]
    return {"high": "tf32", "medium": "bf16-products"}.get(effect.get("float32 precision", ""), "float32")


SETTING = Setting(
    name="precision",
    title="products with fewer digits",
    about="Products of float32 are made of numbers with fewer digits (tf32 on GPUs, bf16-products on processors), or all that "
    "the model computes is of such numbers where that is thought to be safe (bfloat16, by autocast). Results change.",
    safety="precision",
    bounds=("compute", "memory"),
    available=available,
    read=read,
    source="PyTorch's notes on numerical accuracy. Measured: products 2.6 times as fast by bf16-products with AMX, 1.5 for a "
    "GPT by autocast; without such instructions 26 to 89 times slower, pytorch#183815.",
    code=True,
    edit='torch.set_float32_matmul_precision("high"), or torch.autocast(device, torch.bfloat16) around the model',
)
