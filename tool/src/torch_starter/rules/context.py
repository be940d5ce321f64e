"""What of the project goes into an image, and when."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Dockerfile, Ignored, Instruction, Stage
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._installs import installs_python, is_own_only
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import instructions, need_dockerfiles
from torch_starter.rules.secrets import is_secret

ALL = (".", "./", "/", "*")


def ignore(files: ContainerFiles) -> Iterator[Sight]:
    if not files.whole:
        raise Absent("a single file was given, without the .dockerignore beside it")
    for file, _, each in instructions(files, "COPY", "ADD"):
        if not copies_all(each):
            continue
        for context in contexts(files, file):
            yield of_context(files, file, each, context)


def copies_all(instruction: Instruction) -> bool:
    """Whether it takes the whole context."""
    return not instruction.flag("from") and any(word in ALL for word in instruction.words[:-1])


def contexts(files: ContainerFiles, file: Dockerfile) -> list[str]:
    """The folders that a Dockerfile is built from: as files say, else its own, or one above it with a .dockerignore."""
    said = {each.build.context for each in files.starters(file) if each.build and not each.build.is_astray}
    if said:
        return sorted(said)
    folder = posixpath.dirname(file.path)
    above = [folder]
    while above[-1]:
        above.append(posixpath.dirname(above[-1]))
    return [next((each for each in above if posixpath.join(each, ".dockerignore") in files.ignored), folder)]


def of_context(files: ContainerFiles, file: Dockerfile, instruction: Instruction, context: str) -> Sight:
    """What a COPY of a whole context takes with it."""
    path = posixpath.normpath(posixpath.join(context, ".dockerignore"))
    found = ignoring(files, file, context)
    taken = [name for name in unwanted(file, context) if found is None or not found.leaves_out(name)]
    secret = ".env" in taken and has_secret(files, context)
    if not taken:
        return well(instruction.place)
    where = found.path if found else path
    what = (
        f"{where} does not leave out {', '.join(taken)}"
        if found
        else f"there is no {where}: {', '.join(taken)} would go into the image"
    )
    return (wrong if secret else stale)(
        instruction.place,
        f"{instruction.keyword} {short(instruction.words[0])}, and {what}" + ("; .env holds secrets" if secret else ""),
        "no history, no environment of the machine, and no secrets in the image",
        f"write lines with {' and '.join(taken)} into {where}",
    )


def ignoring(files: ContainerFiles, file: Dockerfile, context: str) -> Ignored | None:
    """The .dockerignore of a Dockerfile, else of its context."""
    of_file = files.ignored.get(f"{file.path}.dockerignore")
    return of_file or files.ignored.get(posixpath.normpath(posixpath.join(context, ".dockerignore")))


def ignored_by(files: ContainerFiles, file: Dockerfile, context: str, path: str) -> bool:
    """Whether a path of a context is left out."""
    found = ignoring(files, file, context)
    return found is not None and found.leaves_out(path)


def unwanted(file: Dockerfile, context: str) -> list[str]:
    """What a context may hold that no image needs: history on top alone, and an environment where there is Python."""
    python = any(installs(each) for stage in file.stages for each in stage.instructions)
    return [*([".git"] if context in ("", ".") else []), *([".venv"] if python else []), ".env"]


def has_secret(files: ContainerFiles, context: str, path: str = ".env") -> bool:
    """Whether a file of variables in a context holds a secret."""
    file = files.env_files.get(posixpath.normpath(posixpath.join(context, path)))
    given = {each.name: each.written or "" for each in file.variables} if file else {}
    return any(is_secret(name, value) for name, value in given.items())


def order(files: ContainerFiles) -> Iterator[Sight]:
    need_dockerfiles(files)
    found = False
    for file in files.dockerfiles.values():
        for stage in file.stages:
            for sight in of_stage(file, stage):
                found = True
                yield sight
    if not found:
        raise Absent("no Dockerfile here copies the whole project")


def of_stage(file: Dockerfile, stage: Stage) -> Iterator[Sight]:
    """Every COPY of the whole project in a stage, against the installs before and behind it."""
    before = [each for one in file.lineage(stage)[:-1] for each in one.instructions]
    for number, each in enumerate(stage.instructions):
        if each.keyword in ("COPY", "ADD") and copies_all(each):
            earlier = any(installs(one) for one in [*before, *stage.instructions[:number]])
            later = next((one for one in stage.instructions[number:] if installs(one)), None)
            if earlier or later is None:
                yield well(each.place)
                continue
            yield stale(
                each.place,
                f"{each.keyword} {short(each.words[0])} before the packages are installed at {later.place}: each change of the "
                "code installs all of them anew",
                "the files that name the packages first, then the packages, then the code",
                f"move it behind {later.place}, and give that RUN the lock by --mount=type=bind, or a COPY of it alone",
            )


def installs(instruction: Instruction) -> bool:
    """Whether a RUN installs packages, and not just the project itself."""
    return any(installs_python(each) and not is_own_only(each) for each in instruction.commands)


RULES = (
    Rule(
        "files.dockerignore",
        "what is copied as a whole leaves out history, environment and secrets",
        "COPY . takes all that .dockerignore does not leave out: .git with all that was ever committed, a .venv of gigabytes "
        "that does not work in the image, and .env. Where there is a .env with secrets it is a failure.",
        ignore,
        "copies of a whole context",
        "COPY . and ADD ., the .dockerignore of their context or of the Dockerfile, read as docker reads it.",
        "Leave out .git, .venv and .env.",
        "Docker's manual: build context",
    ),
    Rule(
        "files.copy-order",
        "packages are installed before the code is copied",
        "A layer is built anew when anything that was copied before it has changed. Packages with PyTorch among them are "
        "gigabytes.",
        order,
        "copies of a whole context",
        "COPY . before the first install of packages in a stage; installing the project alone (--no-deps) does not count.",
        "Copy, or mount, the files that name the packages; install; then copy the code.",
        "Docker's manual: optimizing the cache; uv's manual: Docker",
    ),
)
