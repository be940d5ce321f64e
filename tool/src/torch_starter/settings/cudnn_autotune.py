"""Whether cuDNN chooses how to compute convolutions by trying."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, model, needs_gpu


def available(subject: Subject) -> Iterator[Value]:
    needs_gpu(subject)
    if not model(subject).convolutions:
        raise Absent(f"{model(subject).name or 'its module'} has no convolution")
    yield from besides(read(subject.told.effect), [Value("yes", turns={"cudnn_benchmark": True})])


def read(effect: Effect) -> str:
    return effect.get("cudnn benchmark", "")


SETTING = Setting(
    name="cudnn-autotune",
    title="convolutions chosen by trying",
    about="For each shape of a convolution cuDNN tries its ways to compute it and takes the fastest; which that is may change "
    "from run to run, and with it the rounding. It costs where shapes change often.",
    safety="rounding",
    bounds=("compute",),
    available=available,
    read=read,
    source="PyTorch's tuning guide, torch.backends.cudnn.benchmark",
    code=True,
    edit="torch.backends.cudnn.benchmark = True",
)
