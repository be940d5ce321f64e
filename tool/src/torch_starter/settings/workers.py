"""How many processes load data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Loader, Subject, Told, Value
from torch_starter.settings._values import Effect, besides, loaders

MOST = 3
PREFETCH = 4  # batches of each worker: where some take longer than others


def available(subject: Subject) -> Iterator[Value]:
    """So many that they load as fast as a step computes, the next more and the next fewer; and none where there are some now."""
    found = loaders(subject)
    now = max(each.workers for each in found)
    powers = [1 << power for power in range(len(subject.cpus).bit_length())]
    wanted = needed(subject.told, now)
    best = next((place for place, count in enumerate(powers) if count >= wanted), len(powers) - 1)
    around = [powers[place] for place in (best, best + 1, best - 1) if 0 <= place < len(powers)]
    counts = [count for count in around if count != now][: MOST - (now > 0)] + [0] * (now > 0)
    yield from besides(read(subject.told.effect), (value(count, found) for count in counts))


def needed(told: Told, now: int) -> int:
    """Workers that load a batch in the time that a step computes, by how long it waits for one now."""
    window = told.window
    if window is None or window.wall <= 0:
        return 1
    computing = max(window.wall - window.data, window.wall / 100)
    return math.ceil((now or 1) * (window.data if not now else window.wall) / computing)


def value(count: int, found: Sequence[Loader]) -> Value:
    """Workers stay from one epoch to the next, and load some batches ahead."""
    ahead = max([PREFETCH, *(each.prefetch or 0 for each in found)])
    more = {"persistent_workers": True, "prefetch_factor": ahead} if count else {}
    return Value(str(count), turns={"loader": {"num_workers": count, **more}})


def read(effect: Effect) -> str:
    return effect.get("loader workers", "")


SETTING = Setting(
    name="workers",
    title="processes that load data",
    about="Processes load and prepare batches while the model computes, and stay from one epoch to the next. Each has random "
    "numbers of its own: where the data is changed by chance, it is changed otherwise.",
    safety="rounding",
    bounds=("data",),
    available=available,
    read=read,
    source="Measured: 5 to 7 times as many images a second, and no more than without them once threads waited passively; "
    "pytorch#23048.",
    code=True,
    edit="num_workers=…, persistent_workers=True and prefetch_factor=… of the DataLoader",
)
