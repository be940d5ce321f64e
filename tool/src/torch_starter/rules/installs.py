"""How packages are installed in an image."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.commands import Command
from torch_starter.core.container_files import ContainerFiles, Dockerfile, Instruction, Stage
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._installs import apt_words, is_on, pip_words, uv_words
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import instructions, is_bare, run_stages

NO_CACHE = ("--no-cache-dir", "--no-cache", "-n")
LISTS = "/var/lib/apt/lists"


def caches(files: ContainerFiles) -> Iterator[Sight]:
    seen: list[Instruction] = []
    for file, stage in run_stages(files):
        for each in file.lineage(stage):
            for one in each.of("RUN"):
                if one not in seen:
                    seen.append(one)
                    yield from of_run(each, one)


def of_run(stage: Stage, instruction: Instruction) -> Iterator[Sight]:
    """The installs of one RUN, each with its cache."""
    cleared = any(clears(command) for command in instruction.commands)
    for command in instruction.commands:
        pip, uv = pip_words(command) is not None, uv_words(command) is not None
        if not pip and not uv:
            continue
        if (
            any(map(is_for_python, instruction.caches))
            or cleared
            or goes_without(command, stage, "PIP_NO_CACHE_DIR" if pip else "UV_NO_CACHE")
        ):
            yield well(command.place)
            continue
        what = "pip leaves what it downloaded in the image" if pip else "uv leaves its cache in the image"
        folder = "/root/.cache/pip" if pip else "/root/.cache/uv"
        yield stale(
            command.place,
            f"`{short(command.text)}`: {what}, and each change of the packages downloads all of them again",
            "a cache that the builds share, and that is not in the image",
            f"write RUN --mount=type=cache,target={folder} before it, or {'--no-cache-dir' if pip else '--no-cache'} behind "
            "install",
        )


def is_for_python(target: str) -> bool:
    """Whether a cache mount can hold what pip or uv downloads: it is none of apt's."""
    return not target.startswith(("/var/cache/apt", "/var/lib/apt"))


def goes_without(command: Command, stage: Stage, name: str) -> bool:
    """Whether it keeps no cache."""
    value = command.variables.get(name) or stage.known.get(name)
    return is_on(value) or any(word in NO_CACHE for word in command.words)


def clears(command: Command) -> bool:
    """Whether it takes a cache away."""
    text = command.text
    return (command.program == "rm" and "cache" in text) or text.endswith(("pip cache purge", "uv cache clean", "uv cache prune"))


def updates(files: ContainerFiles) -> Iterator[Sight]:
    found = False
    for file, stage, each in instructions(files, "RUN"):
        updated = False
        for command in each.commands:
            asked = apt_words(command)
            updated = updated or asked == "update"
            if asked == "install":
                found = True
                yield well(command.place) if updated else of_install(file, stage, each, command)
    if not found:
        raise Absent("no Dockerfile here installs packages by apt")


def of_install(file: Dockerfile, stage: Stage, instruction: Instruction, command: Command) -> Sight:
    """An install by apt without an update beside it."""
    earlier = [one for each in file.lineage(stage) for one in each.of("RUN")]
    earlier = earlier[: earlier.index(instruction)]
    updated = next((one for one in earlier if any(apt_words(each) == "update" for each in one.commands)), None)
    remedy = "write `apt-get update && apt-get install` in one RUN"
    if updated is None and not is_bare(file, stage):
        return well(command.place)
    if updated is None:
        seen = f"`{short(command.text)}`, and nothing before it updates the lists, which the base image does not have"
        return wrong(command.place, seen, "an update in the same RUN", remedy)
    return stale(
        command.place,
        f"`{short(command.text)}` with the lists of {updated.place}: that layer is kept, and its lists grow old until packages "
        "are not found",
        "an update in the same RUN",
        remedy,
    )


def lists(files: ContainerFiles) -> Iterator[Sight]:
    found: list[Instruction] = []
    for file, stage in run_stages(files):
        for each in (one for inside in file.lineage(stage) for one in inside.of("RUN")):
            updating = next((command for command in each.commands if apt_words(command) == "update"), None)
            if updating is None or each in found:
                continue
            found.append(each)
            removed = any(command.program == "rm" and LISTS in command.text for command in each.commands)
            if removed or any(LISTS.startswith(target.rstrip("/")) for target in each.caches if target):
                yield well(updating.place)
            else:
                yield stale(
                    updating.place,
                    f"{LISTS} stays in the image: some tens of megabytes that nothing reads",
                    "none, or a cache that the builds share",
                    f"write `&& rm -rf {LISTS}/*` at the end of the RUN, or RUN --mount=type=cache,target=/var/lib/apt before it",
                )
    if not found:
        raise Absent("no image here is updated by apt")


RULES = (
    Rule(
        "files.cache-mount",
        "installs share a cache, and leave none in the image",
        "pip keeps every wheel that it downloads: with PyTorch gigabytes twice. A cache mount keeps them beside the image, for "
        "the next build. Stages that only hand their files on are not judged: their caches go nowhere.",
        caches,
        "installs",
        "pip install, uv pip install and uv sync in the stages of an image: a cache mount, --no-cache-dir, --no-cache, or "
        "their variables.",
        "Write a cache mount, or --no-cache-dir.",
        "Docker's manual: cache mounts; uv's manual: Docker",
    ),
    Rule(
        "files.apt-update",
        "apt installs with lists of the same moment",
        "Lists of an earlier layer are kept for months, and then name packages that the servers no longer have.",
        updates,
        "installs by apt",
        "apt-get install without apt-get update before it in the same RUN.",
        "Write both in one RUN.",
        "Docker's manual: best practices, apt-get; CIS Docker Benchmark 1.3: 4.7",
    ),
    Rule(
        "files.apt-lists",
        "apt leaves no lists in the image",
        "What one layer holds a later one cannot take out.",
        lists,
        "updates by apt",
        "apt-get update without `rm -rf /var/lib/apt/lists/*` in the same RUN, and without a cache mount there.",
        "Take them away in the same RUN, or mount a cache.",
        "Docker's manual: best practices, apt-get",
    ),
)
