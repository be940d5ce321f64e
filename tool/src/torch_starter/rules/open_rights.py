"""Files that everybody may write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.commands import Command
from torch_starter.core.container_files import ContainerFiles, Instruction
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well

NUMBERS = re.compile(r"0*[0-7]?[0-7]{2}[2367]")
LETTERS = re.compile(r"(.*,)?[ug]*[ao][ugoa]*[+=][rxXst]*w.*")  # +w alone minds the umask
STICKY = re.compile(r"0*[1357][0-7]{3}|.*[+=].*t.*")  # as /tmp: nobody takes away what is another's
RECURSIVE = re.compile(r"-[A-Za-z]*R[A-Za-z]*|--recursive")


def rights(files: ContainerFiles) -> Iterator[Sight]:
    if not files.dockerfiles and not files.containers:
        raise Absent("there is no Dockerfile, no compose file and no dev container here")
    stages = [stage for file in files.dockerfiles.values() for stage in file.stages]
    for each in (each for stage in stages for each in stage.of("RUN", "COPY", "ADD")):
        yield from (of_command(command) for command in each.commands)
        yield from of_flag(each)
    for command in (command for container in files.containers for command in container.started):
        yield of_command(command, in_image=False)


def is_open(mode: str) -> bool:
    """Whether a mode lets everybody write."""
    given = NUMBERS.fullmatch(mode) or LETTERS.fullmatch(mode)
    return given is not None and not STICKY.fullmatch(mode)


def of_command(command: Command, in_image: bool = True) -> Sight:
    """One command, while the image is built or when a container starts; of chmod what it gives."""
    if command.program != "chmod":
        return well(command.place)
    options = [word for word in command.words[1:] if word.startswith("-") and not re.fullmatch(r"-[rwxXst]+", word)]
    mode = next((word for word in command.words[1:] if word not in options), "")
    if not is_open(mode):
        return well(command.place)
    doubles = in_image and any(map(RECURSIVE.fullmatch, options))
    return stale(
        command.place,
        f"`{short(command.text)}`: every user and every program may exchange what is there"
        + (", and files of earlier layers are in the image twice" if doubles else ""),
        "files that belong to the user who writes them",
        "write `COPY --chown=app`, or `install --directory --owner app` for folders, with the user that the container runs as"
        if in_image
        else "make the folder in the Dockerfile, and give it there to the user that the container runs as, or write chown here",
    )


def of_flag(instruction: Instruction) -> Iterator[Sight]:
    """The mode that a COPY gives."""
    for mode in instruction.flag("chmod"):
        if not is_open(mode):
            yield well(instruction.place)
            continue
        yield stale(
            instruction.place,
            f"{instruction.keyword} --chmod={short(mode)}: every user and every program may exchange what is there",
            "files that belong to the user who writes them",
            "write --chown with the user that the container runs as, and no --chmod",
        )


RULES = (
    Rule(
        "files.open-rights",
        "no files are there for everybody to write",
        "chmod 777 is advised where a folder belongs to another user. Then every program of the container may exchange "
        "programs in it; and with -R each file is kept in one more layer. A mode with the sticky bit, as /tmp has, is "
        "left alone.",
        rights,
        "commands",
        "chmod and --chmod that let others write, in Dockerfiles, in commands of services and of dev containers.",
        "Give the files to the user that writes them.",
        "Docker's manual: COPY --chown; storage drivers (copy-on-write)",
    ),
)
