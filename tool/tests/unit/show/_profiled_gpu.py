"""A training on a GPU, made up: Python cannot keep it busy, it is compiled, and a loader has workers."""

from __future__ import annotations

from torch_starter.core.place import Place
from torch_starter.core.profile import Again, Compiled, Gpu, Stack, Stacks, Worker
from torch_starter.core.report import Report
from torch_starter.core.tuning import Loader
from unit.show._profiles import ON_GPU, finding, process, profile, report
from unit.show._seen import ROOT, events, lib, ops, own

FETCHED = Stacks(
    frames=(
        lib("_worker_loop", "torch/utils/data/_utils/worker.py", 350),
        own("Pictures.__getitem__", 41, "data/pictures.py"),
        lib("decode", "torchvision/io/image.py", 241),
        own("augment", 63, "data/pictures.py"),
    ),
    stacks=(Stack((0, 1, 2), 7.1), Stack((0, 1, 3), 4.6), Stack((0,), 0.3)),
)
WORKERS = tuple(
    Worker(
        number=n,
        process=4300 + n,
        batches=60,
        seconds=0.212,
        cpu=0.201,
        resident=410_000_000,
        unique=95_000_000,
        stacks=FETCHED,
    )
    for n in range(4)
)
BUSY = Gpu(
    name="NVIDIA H100 80GB HBM3",
    wall=0.12,
    computing=0.049,
    copying=0.008,
    kernels=1840,
    pageable=38.5e6,
    parts={"forward": 0.02, "backward": 0.024, "optimizer": 0.005},
)
COMPILED = Compiled(
    seconds=31.2,
    steady_seconds=4.4,
    frames=3,
    again=(Again(Place(f"{ROOT}/models/net.py", 58), 5, "size mismatch at index 0. expected 128, actual 96"),),
    breaks=(Again(Place(f"{ROOT}/models/net.py", 61), 1, "call to print()"),),
)
FINDINGS = (
    finding(
        "profile.sync",
        "a value is read in each step",
        "Tensor.item waits 18 ms of each step for the GPU",
        1.35,
        47,
        "read it every 50th step: if step % 50 == 0: log(loss.item())",
    ),
    finding(
        "profile.launch",
        "the GPU waits for Python",
        "1,840 kernels a step, each 27 µs: it is idle 52 % of the time",
        1.3,
        41,
        "model = torch.compile(model, mode='reduce-overhead')",
    ),
    finding(
        "profile.recompile",
        "a function is compiled again and again",
        "5 times, 4.4 s in steps",
        1.2,
        58,
        "give DataLoader drop_last=True, or mark the batch dynamic: torch._dynamo.mark_dynamic(x, 0)",
        "models/net.py",
    ),
    finding(
        "profile.pinned",
        "copies come from memory that is not pinned",
        "38.5 MB a step",
        1.08,
        88,
        "give DataLoader pin_memory=True, and .to(device, non_blocking=True)",
        "data/pictures.py",
    ),
    finding("profile.fused", "the optimizer is not fused", "Adam takes 12 ms of a step", 1.07, 35, "give Adam fused=True"),
    finding(
        "profile.tf32",
        "products are computed in full float32",
        "31 ms of a step",
        1.06,
        None,
        "torch.set_float32_matmul_precision('high')",
    ),
)


def gpu() -> Report:
    """A training on a GPU that Python cannot keep busy, compiled, with workers."""
    told = process(
        ON_GPU,
        device="cuda:0",
        ops=ops(ON_GPU, gpu=True),
        events=events(ON_GPU, gpu=True),
        gpu=BUSY,
        workers=WORKERS,
        loaders=(Loader(place=Place(f"{ROOT}/data/pictures.py", 88), workers=4, batch=128, dataset="Pictures", pinned=False),),
        compiled=COMPILED,
    )
    return report(profile(told), *FINDINGS)
