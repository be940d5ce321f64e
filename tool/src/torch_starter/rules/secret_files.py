"""Files with secrets that are copied into an image by their names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Dockerfile, Instruction, Stage
from torch_starter.core.credential_files import FILES, VARIABLES, is_credential_file
from torch_starter.core.interpolation import resolved
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import instructions
from torch_starter.rules.context import contexts, has_secret, ignored_by


def copied(files: ContainerFiles) -> Iterator[Sight]:
    for file, stage, each in instructions(files, "COPY", "ADD"):
        found = next(taken(files, file, stage, each), "")
        yield of_copy(files, file, each, found) if found else well(each.place)


def taken(files: ContainerFiles, file: Dockerfile, stage: Stage, instruction: Instruction) -> Iterator[str]:
    """What an instruction takes out of the context that is a secret by its name, or becomes one by that of its target."""
    *sources, target = [resolved(word, stage.known) for word in instruction.words] or [""]
    if instruction.flag("from"):
        return
    for source in sources:
        left_out = all(ignored_by(files, file, context, posixpath.normpath(source)) for context in contexts(files, file))
        if not left_out and (is_credential_file(source) or (len(sources) == 1 and FILES.fullmatch(posixpath.basename(target)))):
            yield source


def of_copy(files: ContainerFiles, file: Dockerfile, instruction: Instruction, path: str) -> Sight:
    """One secret that is copied. A .env is one where it holds a secret, as far as it is here."""
    variables = VARIABLES.fullmatch(posixpath.basename(path)) is not None
    harmless = variables and not any(has_secret(files, context, path) for context in contexts(files, file))
    return (stale if harmless else wrong)(
        instruction.place,
        f"{instruction.keyword} {short(path)}: it stays in the image, for all who have it, also where a later line removes it",
        "given to the container when it starts, or mounted for the one command that needs it",
        "take it out, and write `env_file: .env` into the compose file, or start it with --env-file"
        if variables
        else "take it out, change what is in it where the image was given away, and write RUN --mount=type=secret,id=… for the "
        "command that needs it, or mount it into the container",
    )


RULES = (
    Rule(
        "files.secret-files",
        "no file with secrets is copied into an image",
        "Keys of SSH, credentials of clouds, of Kaggle or of an index, and .env are read by all who have the image: each layer "
        "is kept, also under one that takes the file away. A .env in which no secret is found is a warning.",
        copied,
        "COPY and ADD instructions",
        "The names of what COPY and ADD take: .env, id_rsa, .ssh, .netrc, .aws, kaggle.json and their like; what .dockerignore "
        "leaves out is not taken.",
        "Mount it for the one command that needs it: RUN --mount=type=secret.",
        "CIS Docker Benchmark 1.3: 4.10; Docker's manual: build secrets",
    ),
)
