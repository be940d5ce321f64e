"""A GPU that waits for what it is to compute."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, milliseconds, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

SAVES = 0.5  # Python around the model remains; and what waits for other ranks is told by another advice


def look(profile: Profile) -> Iterator[Finding]:
    process, gpu = profile.main, profile.main.gpu
    if gpu is None or not gpu.kernels:
        return
    idle = max(0.0, gpu.idle - process.share("data"))
    model = process.models[0] if process.models else None
    compiled = process.compiled.frames or process.effect.get("compile", "no") != "no"
    yield from told(
        ADVICE,
        "the GPU waits for Python",
        f"it is idle for {percent(idle)} of each step beside waiting for data: {gpu.kernels:.0f} kernels of "
        f"{milliseconds(gpu.computing / gpu.kernels)} are begun one by one",
        "larger batches"
        if compiled
        else 'torch.compile(model, mode="reduce-overhead"); or larger batches; `optimize` can prove it',
        faster(idle * SAVES),
        model.place if model is not None else None,
    )


ADVICE = Advice(
    id="profile.idle",
    title="an idle GPU",
    of="time",
    look=look,
    about="A GPU is done with a small kernel before Python has begun the next.",
    found="torch's profiler tells when the GPU computes and copies.",
    mend="CUDA graphs by torch.compile, or larger batches",
    source="The manual of torch.compile: mode",
)
