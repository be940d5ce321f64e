"""The training of a residual network on images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from torch_starter.benchmarks._limits import measured
from torch_starter.benchmarks._trainings import GIB, Training, devices, example, gpu_memory, is_large, notes
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

MODELS = {
    "small": {"width": 32, "blocks": [1, 1, 1, 1], "size": 64},
    "medium": {"width": 64, "blocks": [2, 2, 2, 2], "size": 96},
    "ResNet-50": {"width": 64, "blocks": [3, 4, 6, 3], "size": 224},
}
SECONDS = {"small": 4.0, "medium": 12.0, "ResNet-50": 30.0}  # of a process on processors
MOST_WORKERS = 8


def figures(bed: Bed) -> Iterator[Figure]:
    path = example(bed, "vision.py")
    model = "small" if bed.quick else "ResNet-50" if is_large(bed) else "medium"
    batch = 2 * bed.threads if model == "ResNet-50" else 8 * min(bed.threads, 8)
    for each in trainings(path, model, batch, workers=0):
        yield from beside_ahead(each.on_processors(bed.threads))
    batch = 256 if gpu_memory(bed) >= 40 * GIB else 64 if gpu_memory(bed) >= 12 * GIB else 16
    for device, name in devices(bed):
        for each in trainings(path, "ResNet-50", batch, workers=min(bed.threads, MOST_WORKERS)):
            yield from beside_ahead(each.on_gpu(device, name))


def trainings(path: str, model: str, batch: int, workers: int) -> Iterator[Training]:
    """With images that were made ahead, and with those of the example's own loader."""
    for data in ("ahead", "loader"):
        yield Training(
            benchmark="vision",
            unit="images",
            params={"model": model, "batch": str(batch), "data": data},
            arguments={
                "path": path,
                "model": MODELS[model],
                "batch": batch,
                "first": 5,
                "data": data,
                "workers": workers if data == "loader" else 0,
            },
            seconds=SECONDS[model],
            timeout=120.0 if model == "small" else 600.0,
        )


def beside_ahead(several: Iterator[Figure]) -> Iterator[Figure]:
    """With a loader it is at most as fast as with images that are there already: what it lacks of that is the loader's cost."""
    for figure in several:
        if figure.params["what"] == "images" and figure.params["data"] == "loader":
            yield replace(figure, limit=measured("vision", **{**figure.params, "data": "ahead"}))
        else:
            yield figure


BENCHMARK = Benchmark(
    name="vision",
    title="the training of a residual network",
    about="Training steps of examples/vision.py: a residual network of a size that the machine can train, up to ResNet-50 with "
    "images of 224 pixels, in float32 on processors and in mixed precision on a GPU; with images that were made ahead, and with "
    "the example's own loader, which is held against it. Of operations those of convolutions and linear layers are counted, "
    "three times those of the way forwards. The loss after the first steps, with a fixed seed, shows that the same was computed.",
    version=1,
    figures=figures,
    needs=("limits",),
    notes=notes,
    source="He et al., Deep Residual Learning; MLPerf Storage: how busy a loader keeps what computes",
)
