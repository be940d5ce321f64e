"""CUDA in images: base images that bring it a second time, and indexes that no longer get new releases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from torch_starter.core.commands import Command
from torch_starter.core.container_files import ContainerFiles, Dockerfile, Stage
from torch_starter.core.facts import Absent
from torch_starter.core.images import image
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._installs import installs_torch, pip_words, uv_words
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import base_of, commands, makers, run_stages

LARGE = re.compile(r"devel|cudnn|runtime")
COMPILES = re.compile(  # what is built with a CUDA compiler
    r"nvcc|setup\.py|ninja|cmake|\bmake\b|\bg(cc|\+\+)\b|flash[-_]attn|causal[-_]conv1d|mamba[-_]ssm|apex|deepspeed|xformers"
    r"|pytorch3d|detectron2|tiny-?cuda-?nn|gsplat|--no-build-isolation|--no-binary",
    re.IGNORECASE,
)
BUILD_VARIABLES = ("TORCH_CUDA_ARCH_LIST", "FORCE_CUDA", "MAX_JOBS")
INDEX = re.compile(r"/whl/(cu\d+)(?![\w])")
LAST = {"cu117": "2.0.1", "cu118": "2.7.1", "cu121": "2.5.1", "cu124": "2.6.0"}  # of torch, for indexes that get no more
PIN = re.compile(r"torch(?:===?|~=)([\w.]+?)(?:\.\*)?(?:\+\w+)?")


def base(files: ContainerFiles) -> Iterator[Sight]:
    pairs = run_stages(files)
    if not files.torch:
        raise Absent("nothing here asks for PyTorch")
    for file, stage in pairs:
        first = file.lineage(stage)[0]
        found = image(base_of(file, stage))
        is_cuda = found.name.endswith("nvidia/cuda") and LARGE.search(found.tag)
        if not is_cuda or files.compiled or builds(file, stage) or not brings_cuda(file, stage):
            yield well(first.place)
            continue
        yield stale(
            first.place,
            f"{short(first.image)}: gigabytes of CUDA that PyTorch's wheels bring again, and nothing here is compiled with it",
            "a plain image, such as python:3.12-slim or ubuntu:24.04; the driver comes from the machine",
            "write FROM ubuntu:24.04 or another plain image; keep -devel for a stage that compiles extensions",
        )


def builds(file: Dockerfile, stage: Stage) -> bool:
    """Whether something is compiled in a stage or one that it is made of."""
    stages = makers(file, stage)
    by_variable = any(each.name in BUILD_VARIABLES for one in stages for each in one.variables)
    return by_variable or any(COMPILES.search(command.text) for command in commands(stages))


def brings_cuda(file: Dockerfile, stage: Stage) -> bool:
    """Whether its packages come as wheels."""
    return any(pip_words(each) is not None or uv_words(each) is not None for each in commands(makers(file, stage)))


def index(files: ContainerFiles) -> Iterator[Sight]:
    run_stages(files)
    for file in files.dockerfiles.values():
        pins = [pin for command in commands(list(file.stages)) for pin in pinned(command)]
        for command in commands(list(file.stages)):
            if installs_torch(command) or INDEX.search(command.text):
                yield of_index(command.text, pinned(command), Sight(command.place), installs_torch(command))
        for variable in file.variables():
            yield of_index(variable.value or "", pins, Sight(variable.place), True)


def pinned(command: Command) -> list[str]:
    """The exact versions of torch that a command asks for."""
    return [found[1] for word in command.words if (found := PIN.fullmatch(word))]


def of_index(text: str, pins: list[str], here: Sight, is_torch: bool) -> Sight:
    """An index in a text, against the versions that are asked for."""
    found = INDEX.search(text)
    last = LAST.get(found[1]) if found else None
    if not found or not last or not is_torch:
        return here
    newer = [pin for pin in pins if is_newer(pin, last)]
    if newer:
        return wrong(
            here.place,
            f"torch {newer[0]} from the index {found[1]}, whose last is {last}: nothing is found, or another index gives "
            "another CUDA",
            f"torch {last} or older, or the index of a newer CUDA",
            f"write an index that has torch {newer[0]}, or torch=={last}",
        )
    if pins:
        return here
    return stale(
        here.place,
        f"the index {found[1]} gets no new releases: torch stays at {last}, and nothing says so",
        f"torch=={last} in so many words where an old driver or GPU needs it, else a newer index",
        f"write torch=={last}, or the index of a newer CUDA",
    )


def is_newer(pin: str, last: str) -> bool:
    """Whether a version is newer than another; what is no version is not."""
    try:
        return Version(pin) > Version(last)
    except InvalidVersion:
        return False


RULES = (
    Rule(
        "files.cuda-base",
        "an image does not bring CUDA twice",
        "PyTorch's wheels bring cuBLAS, cuDNN, NCCL and the runtime of CUDA; the driver comes from the machine. An image of "
        "nvidia/cuda with runtime, cudnn or devel in its tag adds gigabytes that nothing uses, unless extensions are compiled.",
        base,
        "images",
        "The first image of each stage that becomes an image, and whether something in it is compiled.",
        "Begin from a plain image.",
        "The metadata of torch's wheels: they require the nvidia packages",
    ),
    Rule(
        "files.cuda-index",
        "torch comes from an index that has its releases",
        "An index of wheels is kept for one CUDA, and ends: cu117 with torch 2.0.1, cu121 with 2.5.1, cu124 with 2.6.0, cu118 "
        "with 2.7.1. A newer torch is not found there; without a version torch stays silently old.",
        index,
        "places",
        "Indexes that end in /whl/cuNNN, and versions of torch beside them.",
        "Write the version, or the index of a newer CUDA.",
        "The releases of PyTorch: the CUDA builds of each",
    ),
)
