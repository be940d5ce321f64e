"""Variables by which a container sees GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Variable
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.core.variables import names_gpus
from torch_starter.rules._sights import all_but, shown, stale, variables, well, without, wrong

NAME = "CUDA_VISIBLE_DEVICES"
NONE = ("", "none", "NoDevFiles")
CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES"


def visible(files: ContainerFiles) -> Iterator[Sight]:
    yield from all_but(files, NAME)
    for each in variables(files, NAME):
        yield handed_on(each) if "$" in (each.written or "") and not each.value else of_value(each)


def handed_on(variable: Variable) -> Sight:
    """Its value is that of another variable, which the machine mostly has not."""
    if variable.source in ("ENV", "ARG", "build argument", "env file"):
        return well(variable.place)
    compose = variable.source == "environment"
    return wrong(
        variable.place,
        f"{shown(variable)}: where the machine has no such variable it is empty, and an empty one hides every GPU",
        "passed on only where the machine has it",
        f"write `{NAME}:` in a map, or `- {NAME}` in a list, without a value"
        if compose
        else f'take it out, and write "runArgs": ["--env={NAME}"]',
    )


def of_value(variable: Variable) -> Sight:
    """Its value is known."""
    value = (variable.value or "").strip()
    if value == "-1" or names_gpus(value) or variable.value is None:
        return well(variable.place)
    if value in NONE:
        return stale(
            variable.place,
            f"{shown(variable)} hides every GPU, and does not look as if that were meant",
            "-1, which says so, or nothing at all",
            f"write {NAME}=-1 to hide all GPUs; else {without(variable)}",
        )
    return wrong(
        variable.place,
        f"{shown(variable)}: no GPU is called that, so every GPU is hidden, and nothing says so",
        "unset for all GPUs, else numbers such as 0,1; `all` is a word of NVIDIA_VISIBLE_DEVICES",
        without(variable),
    )


def capabilities(files: ContainerFiles) -> Iterator[Sight]:
    if not files.torch:
        raise Absent("nothing here asks for PyTorch")
    yield from all_but(files, CAPABILITIES)
    for each in variables(files, CAPABILITIES):
        words = {word.strip() for word in (each.value or "").split(",")}
        if not each.value or words & {"all", "compute"}:
            yield well(each.place)
        else:
            yield wrong(
                each.place,
                f"{shown(each)}: the container gets no libcuda, and PyTorch finds no GPU",
                "compute among them, and utility for nvidia-smi",
                f"write {CAPABILITIES}=compute,utility",
            )


RULES = (
    Rule(
        "files.cuda-visible-devices",
        "CUDA_VISIBLE_DEVICES hides no GPU by mistake",
        "The list ends at the first word that names no GPU. `all` names none, so the list is empty, and so it is with an empty "
        "value: every GPU is hidden and the training runs on the CPU without a word.",
        visible,
        "variables",
        "Every place that sets it: numbers, GPU- and MIG- names and -1 are right; a value that is another variable's is empty "
        "without it.",
        "Leave it unset for all GPUs; pass it on by its name alone.",
        "The CUDA C++ programming guide; measured: docs/decisions/cuda-visible-devices.md",
    ),
    Rule(
        "files.driver-capabilities",
        "a container gets the driver's libraries for computing",
        "NVIDIA_DRIVER_CAPABILITIES chooses which libraries of the driver are put into a container. Without `compute` libcuda "
        "is not.",
        capabilities,
        "variables",
        "Whether `compute` or `all` is among its words.",
        "Write compute,utility.",
        "The manual of the NVIDIA Container Toolkit",
    ),
)
