"""The answers of `profile` that tests look at, by name; those of `memory-profile` are in _memories.py."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from torch_starter.core.place import Place
from torch_starter.core.profile import Again, Compiled, Frame, Gpu, Process, Stack, Stacks, Worker
from torch_starter.core.report import Finding, Report
from torch_starter.core.tuning import Loader
from unit.show import _profiles as made
from unit.show._profiles import DATA_BOUND, ON_GPU, ROOT, finding, process, profile, report


def data_bound() -> Report:
    """A training that decodes pictures while it should compute."""
    return report(profile(process(DATA_BOUND)), made.WAITS, made.UNFUSED)


def gpu() -> Report:
    """A training on a GPU that Python cannot keep busy, compiled, with workers."""
    workers = tuple(
        Worker(
            number=n,
            process=4300 + n,
            batches=60,
            seconds=0.212,
            cpu=0.201,
            resident=410_000_000,
            unique=95_000_000,
            stacks=fetched(),
        )
        for n in range(4)
    )
    told = process(
        ON_GPU,
        device="cuda:0",
        ops=made.ops(ON_GPU, gpu=True),
        events=made.events(ON_GPU, gpu=True),
        gpu=Gpu(
            name="NVIDIA H100 80GB HBM3",
            wall=0.12,
            computing=0.049,
            copying=0.008,
            kernels=1840,
            pageable=38.5e6,
            parts={"forward": 0.02, "backward": 0.024, "optimizer": 0.005},
        ),
        workers=workers,
        loaders=(Loader(place=Place(f"{ROOT}/data/pictures.py", 88), workers=4, batch=128, dataset="Pictures", pinned=False),),
        compiled=Compiled(
            seconds=31.2,
            steady_seconds=4.4,
            frames=3,
            again=(Again(Place(f"{ROOT}/models/net.py", 58), 5, "size mismatch at index 0. expected 128, actual 96"),),
            breaks=(Again(Place(f"{ROOT}/models/net.py", 61), 1, "call to print()"),),
        ),
    )
    findings = (
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
    return report(profile(told), *findings)


def fetched() -> Stacks:
    """What a worker of a loader does."""
    frames = (
        made.lib("_worker_loop", "torch/utils/data/_utils/worker.py", 350),
        made.own("Pictures.__getitem__", 41, "data/pictures.py"),
        made.lib("decode", "torchvision/io/image.py", 241),
        made.own("augment", 63, "data/pictures.py"),
    )
    return Stacks(frames=frames, stacks=(Stack((0, 1, 2), 7.1), Stack((0, 1, 3), 4.6), Stack((0,), 0.3)))


def torchrun() -> Report:
    """Two ranks of which one is slower."""
    slow = {**DATA_BOUND, "data": 0.06, "python": 0.041}
    ranks = [process({**DATA_BOUND, "data": 0.012}, world=2), process(slow, rank=1, world=2, process=4243)]
    command = ("torchrun", "--nproc-per-node", "2", "train.py")
    advised = finding(
        "profile.rank",
        "rank 1 is slower than the others",
        "it takes 163 ms a step, rank 0 takes 81 ms",
        1.6,
        47,
        "log on rank 0 alone: if rank == 0: log(...)",
    )
    return report(profile(*ranks, command=command), advised)


def no_steps() -> Report:
    """A script that trains nothing, and raises in the end."""
    frames = (
        made.own("<module>", 12, "prepare.py"),
        made.own("clean", 31, "prepare.py"),
        made.lib("read_csv", "pandas/io/parsers.py", 912),
    )
    seen = Stacks(frames=frames, stacks=(Stack((0, 1), 3.3), Stack((0, 2), 6.2), Stack((0,), 0.4)))
    told = Process(
        process=77, ended="error", error="KeyError: 'label'", seconds=10.4, cpu=10.1, cpus=2, threads=2, stacks=seen, start=seen
    )
    about = profile(told, script=f"{ROOT}/prepare.py", command=("python3", "prepare.py"), code=1)
    return report(about, notes=["prepare.py takes no step: the whole run was looked at."])


def attached() -> Report:
    """A process that ran already, looked at from outside."""
    frames = (
        Frame("_start", "", 0),
        Frame("train", f"{ROOT}/train.py", 41, own=True),
        Frame(
            "at::native::cpu_max_pool(at::Tensor const&, at::Tensor const&, at::Tensor const&, int, int, int, int)",
            "libtorch_cpu.so",
            0,
        ),
        Frame("gomp_team_barrier_wait_end", "libgomp.so.1", 0),
        Frame("mkl_blas_avx512_sgemm_kernel", "libtorch_cpu.so", 0),
    )
    seen = Stacks(
        frames=frames, stacks=(Stack((0, 1, 2), 1.9), Stack((0, 3), 2.2), Stack((0, 1, 4), 0.9)), every=0.01, native=True
    )
    told = Process(process=31337, ended="attached", seconds=5.0, stacks=seen, sampler="py-spy")
    return report(profile(told, script="", command=("--attach", "31337"), files={"stacks.speedscope.json": "for speedscope"}))


def hanging() -> Report:
    """What a process is stuck on."""
    frames = (
        Frame("MainThread", "", 0),
        Frame("<module>", f"{ROOT}/train.py", 96, own=True),
        Frame("Queue.get", "/usr/lib/python3.12/multiprocessing/queues.py", 103),
        Frame("Connection.poll", "/usr/lib/python3.12/multiprocessing/connection.py", 257),
        Frame("Thread-1 (_pin_memory_loop)", "", 0),
        made.lib("_pin_memory_loop", "torch/utils/data/_utils/pin_memory.py", 41),
    )
    seen = Stacks(frames=frames, stacks=(Stack((0, 1, 2, 3), 0.5), Stack((4, 5, 2), 0.5)), every=0.1)
    told = Process(process=31337, ended="attached", seconds=0.5, stacks=seen, sampler="py-spy")
    text = "\n".join(
        (
            "MainThread waits in Connection.poll (connection.py:257)",
            "  called by Queue.get (queues.py:103)",
            "  called by <module> (train.py:96)",
            "Thread-1 waits in _pin_memory_loop (pin_memory.py:41)",
        )
    )
    stuck = Finding(
        id="profile.hang",
        verdict="warn",
        title="it waits for a worker of a DataLoader that is gone",
        seen=text,
        place=Place(f"{ROOT}/train.py", 96),
        remedy="see what ended the worker: dmesg | grep -i oom",
    )
    return report(profile(told, script="", command=("--hang", "31337"), files={}, folder=""), stuck)


def healthy() -> Report:
    """A script with nothing to mend."""
    parts = {**DATA_BOUND, "data": 0.001}
    return report(profile(process(parts)), conclusion="nothing is found that makes it 5 % faster")


def full() -> Report:
    """A run that was interrupted, with thousands of stacks and as many operations as a page can be given."""
    found = gpu()
    assert found.profile is not None
    told = found.profile.main
    many = tuple(
        msgspec.structs.replace(each, name=f"{each.name}_{n}", seconds=each.seconds / (n + 1))
        for n in range(40)
        for each in told.ops
    )
    row = made.events(ON_GPU, gpu=True, count=200)
    told = msgspec.structs.replace(
        told, stacks=made.stacks(ON_GPU, deep=6000), ops=many, events=row, ended="interrupted", steps=told.steps * 20
    )
    return report(msgspec.structs.replace(found.profile, processes=(told,)), *found.findings, conclusion="interrupted")


ALL: dict[str, Callable[[], Report]] = {
    "data": data_bound,
    "gpu": gpu,
    "torchrun": torchrun,
    "no-steps": no_steps,
    "attached": attached,
    "hang": hanging,
    "healthy": healthy,
    "full": full,
}
