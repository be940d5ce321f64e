"""The answers of `profile` that tests look at, by name; those of `memory-profile` are in _memories.py."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from torch_starter.core.place import Place
from torch_starter.core.profile import Frame, Process, Stack, Stacks
from torch_starter.core.report import Finding, Report
from unit.show import _profiles as made
from unit.show._profiled_gpu import gpu as gpu
from unit.show._profiles import DATA_BOUND, ON_GPU, finding, process, profile, report
from unit.show._seen import ROOT, events, lib, own, stacks


def data_bound() -> Report:
    """A training that decodes pictures while it should compute."""
    return report(profile(process(DATA_BOUND)), made.WAITS, made.UNFUSED)


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
        own("<module>", 12, "prepare.py"),
        own("clean", 31, "prepare.py"),
        lib("read_csv", "pandas/io/parsers.py", 912),
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
        lib("_pin_memory_loop", "torch/utils/data/_utils/pin_memory.py", 41),
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
    row = events(ON_GPU, gpu=True, count=200)
    told = msgspec.structs.replace(
        told, stacks=stacks(ON_GPU, deep=6000), ops=many, events=row, ended="interrupted", steps=told.steps * 20
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
