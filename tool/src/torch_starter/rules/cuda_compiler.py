"""Images that are to compile for CUDA, and have no compiler for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Dockerfile, Stage
from torch_starter.core.images import image
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Place
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import base_of, commands, need_dockerfiles

VARIABLES = ("TORCH_CUDA_ARCH_LIST", "FORCE_CUDA")
NVCC = re.compile(r"(.*/)?nvcc")
SOURCES = re.compile(  # packages that compile for CUDA when they are installed
    r"(flash[-_]attn|causal[-_]conv1d|mamba[-_]ssm|apex|pytorch3d|tiny-?cuda-?nn|gsplat|diff-gaussian-rasterization)([=<>!~\[@].*)?"
    r"|.*/(apex|flash-attention|pytorch3d|tiny-cuda-nn)(\.git)?([@#].*)?",
    re.IGNORECASE,
)
INSTALLS = frozenset(("pip", "pip3", "uv", "python", "python3"))
BRINGS = re.compile(r"cuda-(toolkit|nvcc|compiler|minimal-build)|nvidia-cuda-(toolkit|nvcc)|cuda_[\d.]+_.*\.run")


def compiler(files: ContainerFiles) -> Iterator[Sight]:
    need_dockerfiles(files)
    for file in files.dockerfiles.values():
        for stage in file.stages:
            found = image(base_of(file, stage))
            if not found.name.endswith("nvidia/cuda") or not re.search(r"base|runtime", found.tag) or has_compiler(file, stage):
                yield well(stage.place)
            else:
                yield from list(needed(stage, found.tag)) or [well(stage.place)]


def has_compiler(file: Dockerfile, stage: Stage) -> bool:
    """Whether a compiler comes into a stage: installed, or copied from another image."""
    lineage = file.lineage(stage)
    copies = [each for one in lineage for each in one.of("COPY", "ADD")]
    copied = any("cuda" in word for each in copies if each.flag("from") for word in each.words[:-1])
    return copied or any(BRINGS.search(command.text) for command in commands(lineage))


def needed(stage: Stage, tag: str) -> Iterator[Sight]:
    """What in a stage needs the compiler."""
    for variable in (each for each in stage.variables if each.name in VARIABLES and each.written != ""):
        yield lacking(variable.place, f"{variable.name} says what extensions are compiled for", tag, False)
    for command in commands([stage]):
        if NVCC.fullmatch(command.words[0] if command.words else ""):
            yield lacking(command.place, f"`{short(command.text)}`", tag, True)
        elif command.program in INSTALLS and "install" in command.words and any(map(SOURCES.fullmatch, command.words)):
            yield lacking(command.place, f"`{short(command.text)}` compiles where it finds no wheel", tag, False)


def lacking(place: Place, what: str, tag: str, breaks: bool) -> Sight:
    """The finding for one place."""
    return (wrong if breaks else stale)(
        place,
        f"{what}, and the image {short(tag)} has no nvcc: only -devel has it",
        "a stage from a -devel image that compiles, and the plain image for what runs",
        f"write FROM nvidia/cuda:{short(re.sub('base|runtime', 'devel', tag))} AS build for the stage that compiles, and "
        "COPY --from=build; where nothing is compiled take it out",
    )


RULES = (
    Rule(
        "files.cuda-compiler",
        "an image that compiles for CUDA has the compiler",
        "Images of nvidia/cuda with base or runtime in their tags have libraries and no nvcc. Extensions of PyTorch then end "
        "with `CUDA_HOME is not set`, or are built without CUDA and fail when they run.",
        compiler,
        "stages",
        "nvcc, packages that compile for CUDA, TORCH_CUDA_ARCH_LIST and FORCE_CUDA in stages from such an image, unless a "
        "toolkit is installed or copied.",
        "Compile in a stage from a -devel image.",
        "The description of the images nvidia/cuda; the source of torch.utils.cpp_extension",
    ),
)
