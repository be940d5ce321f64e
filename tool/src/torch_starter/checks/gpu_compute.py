"""Whether every GPU computes, and computes right. Each aspect ran in a process of its own, on each GPU."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from torch_starter.checks import gpu, gpu_build, gpu_devices
from torch_starter.checks._answers import from_answer
from torch_starter.checks._visible import HIDDEN, hides_all
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check, Level
from torch_starter.core.report import Finding, Verdict
from torch_starter.facts.gpu import Gpu

COMPUTE, THOROUGH = "gpu.compute", "gpu_full.thorough"
BEFORE = (
    gpu.nvml,
    gpu_devices.files,
    gpu.driver,
    gpu_build.build,
    gpu_devices.visible,
    gpu_build.capability,
)  # the causes, the first ones first


def aspect(evidence: Evidence, *, id: str, title: str, probe: str) -> Iterator[Finding]:
    """What one aspect showed on every GPU; where something else explains a failure, that is named instead."""
    found = evidence.facts[Gpu]  # raises Absent where there is no driver, and this check is skipped
    answer = evidence.answers.get(probe)
    why_not = premise(evidence, found)
    if why_not:
        yield Finding(id=id, verdict="skip", title=title, seen=why_not)
    elif answer is None or not answer.ok:
        yield from_answer(id, title, evidence, answer, "nvidia-smi", ("torch",))
    else:
        verdict, seen = judged(answer.value.get(id.partition(".")[2], {}))
        other = explained(evidence, id) if verdict in ("fail", "crash") else ""
        bad = verdict in ("fail", "crash") and not other
        yield Finding(
            id=id,
            verdict="skip" if other else verdict,
            title=title,
            seen=f"see {other}" if other else seen,
            remedy="nvidia-smi" if bad else "",
            seconds=round(answer.seconds, 3) if id == COMPUTE else 0.0,
        )


def premise(evidence: Evidence, found: Gpu) -> str:
    """Why no GPU can be used on purpose; empty where one can."""
    if hides_all(evidence):
        return HIDDEN
    return gpu.NO_NODES if gpu.not_given(evidence, found) else gpu_build.for_the_cpu(evidence, found)


def judged(result: dict[str, Any]) -> tuple[Verdict, str]:
    """Verdict and words of one aspect: {"value": a line for each device}, or {"error": what became of its process}."""
    if "error" in result:  # "TypeError: …" was raised, "killed by SIGSEGV" was not
        return ("fail" if ": " in result["error"] else "crash"), str(result["error"])
    lines = result.get("value")
    if lines is None:
        return "unknown", "the probe did not come to it"
    wrong = [f"{line['device']}: {line['error']}" for line in lines if "error" in line]
    return ("fail", "; ".join(wrong)) if wrong else ("ok", "; ".join(f"{line['device']}: {line['seen']}" for line in lines))


def explained(evidence: Evidence, id: str) -> str:
    """The id of the finding that explains why GPUs do not compute: of the machine, the build, or of the first operation."""
    for judge in BEFORE:
        with contextlib.suppress(Absent, Unknown):
            for finding in judge(evidence):
                if finding.verdict == "fail":
                    return finding.id
    first = evidence.value(COMPUTE).get("compute", {})
    return COMPUTE if id != COMPUTE and judged(first)[0] in ("fail", "crash") else ""


def where_a_gpu_is(probe: str, least: int = 1) -> Callable[[Evidence], Iterator[str]]:
    """The probe, where the driver shows as many GPUs at least, or does not say how many there are."""

    def probes(evidence: Evidence) -> Iterator[str]:
        with contextlib.suppress(Absent, Unknown):
            found = evidence.facts[Gpu]
            if not premise(evidence, found) and (len(found.devices) >= least or (found.source != "NVML" and least == 1)):
                yield probe

    return probes


def check(id: str, title: str, about: str, probe: str, found: str, source: str) -> Check:
    """The check of one aspect. The probes start CUDA: they are never forked from the others' process."""
    level: Level = "default" if probe == COMPUTE else "full"
    return Check(
        id,
        title,
        about,
        partial(aspect, id=id, title=title, probe=probe),
        dynamic_probes=where_a_gpu_is(probe),
        fresh=True,
        level=level,
        found=found,
        mend="See to the driver and the build first; a single GPU that errs among others is to be replaced.",
        source=source,
    )


HIGHAM = "Bounds: N. J. Higham, Accuracy and Stability of Numerical Algorithms"

CHECKS = (
    check(
        COMPUTE,
        "torch sees the GPUs and adds on each",
        "torch.cuda.is_available() proves nothing: a kernel does.",
        COMPUTE,
        "CUDA is started, each GPU is asked what it is, and adds two numbers.",
        "pytorch#49327, pytorch#4546",
    ),
    check(
        "gpu.matmul",
        "products of matrices are right in every type",
        "Each type has kernels of its own: float32, TensorFloat-32, float16, bfloat16, float8.",
        COMPUTE,
        "On each GPU against float64 on the CPU, within bounds for rounding.",
        HIGHAM,
    ),
    check(
        "gpu.convolution",
        "convolutions and their gradients are right",
        "cuDNN loads its libraries at the first convolution: a second cuDNN on LD_LIBRARY_PATH breaks it only then.",
        COMPUTE,
        "conv2d and its gradients in both memory layouts against float64 on the CPU.",
        HIGHAM,
    ),
    check(
        "gpu.attention",
        "attention is right by every implementation",
        "torch has up to four, and takes another by type, shape and GPU.",
        COMPUTE,
        "Each that does not refuse the inputs, causal, against float64 on the CPU.",
        HIGHAM,
    ),
    check(
        "gpu.mixed-precision",
        "a training in mixed precision learns",
        "Autocast and GradScaler are how most trainings run.",
        COMPUTE,
        "30 steps of a small network: the loss falls to under a half.",
        "PyTorch, Automatic Mixed Precision package",
    ),
    check(
        "gpu.memory",
        "most of the memory can be used and is given back",
        "Memory that is bad, or that another process holds, shows only when it is written.",
        THOROUGH,
        "80 % of what is free is written, read and released.",
        "stas00/ml-engineering, torch-distributed-gpu-test.py does so with less",
    ),
    check(
        "gpu.linear-algebra",
        "solvers and transforms are right",
        "cuSOLVER, cuBLAS and cuFFT are libraries of their own.",
        THOROUGH,
        "Residuals of solve, svd and eigh in n eps |A| under 30; an inverse transform gives the signal back.",
        "LAPACK Working Note 41",
    ),
    check(
        "gpu.transfer",
        "pinned memory arrives as it was sent",
        "Loaders copy from pinned memory while the GPU computes.",
        THOROUGH,
        "64 MB to the GPU and back, compared byte by byte.",
        "PyTorch, CUDA semantics: pinned memory buffers",
    ),
    check(
        "gpu.peers",
        "copies between GPUs arrive",
        "Direct copies between GPUs can hang or arrive changed where the IOMMU or the board stands in between.",
        THOROUGH,
        "16 MB from each GPU to every other, compared byte by byte.",
        "NVIDIA, NCCL troubleshooting: PCI access control services",
    ),
)
