"""The training of a language model."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._trainings import GIB, Training, devices, example, gpu_memory, is_large, notes
from torch_starter.core.bed import Bed
from torch_starter.core.kinds import Benchmark, Figure

SIZES = {
    "small": {"layers": 4, "heads": 4, "width": 256, "context": 128, "vocabulary": 256},
    "medium": {"layers": 6, "heads": 6, "width": 384, "context": 256, "vocabulary": 256},
    "GPT-2-124M": {"layers": 12, "heads": 12, "width": 768, "context": 1024, "vocabulary": 50304},
}
SECONDS = {"small": 3.0, "medium": 12.0, "GPT-2-124M": 30.0}  # of a process on processors
MOST = 32  # texts at once on processors
ROOM = 40 * GIB  # of a GPU for 16 texts of GPT-2 at once; 4 of them take 12


def figures(bed: Bed) -> Iterator[Figure]:
    path = example(bed, "text.py")
    size = "small" if bed.quick else "GPT-2-124M" if is_large(bed) else "medium"
    batch = bed.threads // 16 if size == "GPT-2-124M" else min(2 * bed.threads, MOST)
    yield from training(path, size, batch, first=5).on_processors(bed.threads)
    room = gpu_memory(bed)
    for device, name in devices(bed):
        size = "GPT-2-124M" if room >= 12 * GIB else "medium"
        yield from training(path, size, 16 if room >= ROOM else 4, first=10).on_gpu(device, name)


def training(path: str, size: str, batch: int, first: int) -> Training:
    return Training(
        benchmark="text",
        unit="tokens",
        params={"size": size, "batch": str(batch)},
        arguments={"path": path, "size": SIZES[size], "batch": batch, "first": first},
        seconds=SECONDS[size],
        timeout=120.0 if size == "small" else 600.0,
    )


BENCHMARK = Benchmark(
    name="text",
    title="the training of a language model",
    about="Training steps of examples/text.py: a GPT of a size that the machine can train, up to GPT-2's 124 million parameters, "
    "in float32 on processors and in mixed precision on a GPU. Of operations those are counted that the model needs, 6 for each "
    "weight and token and 12 * layers * context * width for the attention of a token. The loss after the first steps, with a "
    "fixed seed, shows that the same was computed.",
    version=1,
    figures=figures,
    quick=True,
    needs=("limits",),
    notes=notes,
    source="Chowdhery et al., PaLM, appendix B",
)
