"""Whether the channels of an image are neighbours in memory."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides, model


def available(subject: Subject) -> Iterator[Value]:
    if not model(subject).convolutions:
        raise Absent(f"{model(subject).name or 'its module'} has no convolution")
    yield from besides(read(subject.told.effect), [Value("channels_last", turns={"channels_last": True})])


def read(effect: Effect) -> str:
    return effect.get("memory format", "")


SETTING = Setting(
    name="channels-last",
    title="channels as neighbours in memory",
    about="Convolutions are computed by blocks of channels: where these are neighbours nothing is put into another order before "
    "and after. On processors it may be slower.",
    safety="rounding",
    bounds=("compute",),
    available=available,
    read=read,
    source="PyTorch's tutorial on channels last. Measured: 0.90 times as fast for a ResNet on two processors.",
    code=True,
    edit="model = model.to(memory_format=torch.channels_last), and the images, too",
)
