"""A DataLoader over images: what it delivers by its workers, and what holds it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from torch_starter.core.bed import Bed
from torch_starter.core.figures import key
from torch_starter.core.kinds import Benchmark, Figure, Medians
from torch_starter.core.report import Limit, Measurement

DECODERS = {"PIL": "pillow", "torchvision": "torchvision"}
RAW = "raw"
WHO = {"processors": "the processors", "compute": "the model's step", "disk": "the disk"}


def figures(bed: Bed) -> Iterator[Figure]:
    versions = bed.evidence.installed.versions
    decoder = next((name for name, package in DECODERS.items() if package in versions), RAW)
    device = next(iter(bed.devices), "cpu")
    for workers in counts(bed):
        yield from of_workers(bed, workers, decoder, device)
    given: dict[str, object] = {"workers": bed.threads, "decoder": decoder, "device": device}
    params = {"what": "compute", "device": device}
    yield make("alone", "images/s", params, given)
    if "data" in bed.folders:
        cold = {"folder": str(bed.folders["data"]), "decoder": decoder}
        params = {"what": "disk", "decoder": decoder}
        yield Figure("loader.cold", "read", "images/s", params, cold, rounds=3, seconds=1.0)


def of_workers(bed: Bed, workers: int, decoder: str, device: str) -> Iterator[Figure]:
    """The figures of one count of workers."""
    given: dict[str, object] = {"workers": workers, "decoder": decoder, "device": device}
    params = {"decoder": decoder, "workers": str(workers)}
    cost = {"what": "CPU time", **params}
    floor = partial(by_processors, bed.threads, key("loader", cost))
    yield make("delivered", "images/s", {"what": "delivered", **params}, given, limit=floor)
    yield make("used", "%", {"what": "utilisation", "device": device, **params}, given, scale=100.0, limit=all_of_it)
    yield make("cost", "ms/image", cost, given, better="lower", scale=1e3)


make = partial(Figure, "loader.feeding", rounds=3, seconds=3.0)


def counts(bed: Bed) -> list[int]:
    """As many as processors; in the full suite none, 1, 2, 4 and so on, too."""
    steps = [2**power for power in range(bed.threads.bit_length()) if 2**power < bed.threads]
    return [bed.threads] if bed.quick else [0, *steps, bed.threads]


def by_processors(threads: int, cost: str, medians: Medians) -> Limit | None:
    """Images that all processors decode in a second, by the CPU time that one image takes."""
    return Limit(threads * 1e3 / medians[cost], "derived") if medians.get(cost) else None


def all_of_it(medians: Medians) -> Limit | None:
    """A model computes all the time at most."""
    return Limit(100.0, "derived")


def notes(measured: Sequence[Measurement]) -> Iterator[str]:
    """Which of processors, the model and the disk holds the loader back, and with how many workers it delivers most."""
    delivered = [each for each in measured if each.params["what"] == "delivered"]
    if not delivered:
        return
    best = max(delivered, key=lambda each: each.median)
    most = {each.params["what"]: each.median for each in measured if each.params["what"] in ("compute", "disk")}
    if best.limit is not None:
        most["processors"] = best.limit.value
    if len(most) > 1:
        first, *others = sorted(most, key=lambda who: most[who])
        rest = " and ".join(f"{WHO[who]} {most[who]:.0f}" for who in others)
        yield f"What holds training from images back is {WHO[first]}: {most[first]:.0f} images/s at most; {rest}."
    if len(delivered) > 1:
        count = best.params["workers"]
        yield f"The loader delivers most with {count} worker{'s' * (count != '1')}: {best.median:.0f} images/s."


BENCHMARK = Benchmark(
    name="loader",
    title="a DataLoader over images",
    about="Images of 256x256 decoded from JPEG in memory, cropped and made numbers, in batches of 16, by no, one and more "
    "workers. The limit is what all processors could decode by the CPU time of one image. Utilisation is the share of the time "
    "in which a small model computes that is fed by it (MLPerf Storage wants 90 %). The same images are read cold from the disk.",
    version=1,
    figures=figures,
    quick=True,
    notes=notes,
    source="MLPerf Storage, on accelerator utilisation: github.com/mlcommons/storage",
)
