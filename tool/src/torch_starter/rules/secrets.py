"""Secrets in files that are committed, and in images. None of them is ever shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Variable
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.report import Place
from torch_starter.core.secrets import HARMLESS, IN_ADDRESS, has_token, is_named
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import origin, short, stale, well, without, wrong

OTHERS = 0o077  # rights of the group and of all
NO_SECRET = re.compile(
    r"PUBLIC|GPG|_(FILE|PATH|DIR|URL|URI|NAME|TYPE|SIZE|LENGTH|LIMIT|SERVER)$|^(SORT|PRIMARY|FOREIGN|CACHE)_|KEYRING"
)
WORDS_OF_MODELS = re.compile(r"(^|_)(PAD|EOS|BOS|MASK|UNK|SEP|CLS|MAX|MIN|NUM|NEW)(_|$)")
PLACEHOLDER = re.compile(
    r"<.*>|\[.*\]|x{3,}|\*{3,}|\.{3}|your[-_ ].*|change[-_ ]?(me|it|this).*|replace[-_ ].*|example|dummy|todo|fake|placeholder",
    re.I,
)
HISTORY = "a secret that is mounted for the one command: RUN --mount=type=secret"
MOUNT = "take it out, change it where it was used, and mount it for the one command: RUN --mount=type=secret,id=token …"


def kept(files: ContainerFiles) -> Iterator[Sight]:
    if not files.dockerfiles and not files.containers:
        raise Absent("there is no Dockerfile, no compose file and no dev container here")
    for each in files.variables:
        if each.source != "env file":  # which is where they belong
            yield of_variable(files, each)
    for file in files.dockerfiles.values():
        for stage in file.stages:
            for command in (command for each in stage.of("RUN") for command in each.commands):
                if has_token(command.text) or has_password(command.text):
                    seen = (
                        f"{short(command.program)} is given a token or a password in its words: it stays in the image's history"
                    )
                    yield wrong(command.place, seen, HISTORY, MOUNT)
                else:
                    yield well(command.place)


def of_variable(files: ContainerFiles, variable: Variable) -> Sight:
    """One variable of a Dockerfile, a compose file or a dev container."""
    written = variable.written or ""
    in_image = variable.source in ("ENV", "ARG", "build argument")
    literal = looks_secret(variable.name) and is_literal(written)
    if has_token(written) or has_password(written) or literal:
        kind = wrong if in_image or has_token(written) else stale
        seen = f"{short(variable.name)} ({len(written)} characters) in {origin(variable)}, for all who have the file"
        return kind(variable.place, seen, *away(in_image, variable))
    if not looks_secret(variable.name):
        return well(variable.place)
    if variable.source == "ENV" and is_argument(files, variable):
        return wrong(
            variable.place, f"{short(variable.name)} of the build is kept in the image, for all who have it", HISTORY, MOUNT
        )
    if variable.source in ("ARG", "build argument") and (not written or "$" in written):
        seen = f"{short(variable.name)} is an argument of the build: what is given stays in the image's history"
        return stale(variable.place, seen, HISTORY, "take the argument out, and write RUN --mount=type=secret,id=token … instead")
    return well(variable.place)


def away(in_image: bool, variable: Variable) -> tuple[str, str]:
    """What is wanted in place of a secret, and what to do."""
    if in_image:
        return HISTORY, MOUNT
    if variable.source in ("containerEnv", "remoteEnv", "runArgs"):
        name = short(variable.name)
        passed = f'"remoteEnv": {{"{name}": "${{localEnv:{name}}}"}}'
        return "a variable of the machine, which is passed on", f"{without(variable)}, change it, and write {passed}"
    return (
        "a file of variables that git leaves out",
        "take it out, change it, and write it into .env, which env_file names and git ignores",
    )


def has_password(text: str) -> bool:
    """Whether a text holds an address with a password, or a token in its place."""
    found = IN_ADDRESS.search(text)
    return found is not None and "$" not in found["who"] and (":" in found["who"].strip(":") or "token" in found["who"].lower())


def looks_secret(name: str) -> bool:
    """Whether a name is that of a secret, and not of something beside one."""
    return is_named(name) and not NO_SECRET.search(name.upper()) and not WORDS_OF_MODELS.search(name.upper())


def is_literal(written: str) -> bool:
    """Whether a value is a secret itself: not another variable's, a path, a switch, or what stands for one in an example."""
    text = written.strip()
    return not re.fullmatch(HARMLESS, text, re.IGNORECASE) and not PLACEHOLDER.fullmatch(text)


def is_secret(name: str, value: str) -> bool:
    """Whether a variable holds a secret."""
    return has_token(value) or has_password(value) or (looks_secret(name) and is_literal(value))


def is_argument(files: ContainerFiles, variable: Variable) -> bool:
    """Whether its value is that of an argument of the build."""
    file = files.dockerfiles.get(variable.place.file)
    return bool(file and file.argument_names & set(re.findall(r"\$\{?(\w+)", variable.written or "")))


def modes(files: ContainerFiles) -> Iterator[Sight]:
    if not files.env_files:
        raise Absent("there is no .env, and no file that env_file names")
    for file in files.env_files.values():
        given = {each.name: each.written or "" for each in file.variables}
        held = [name for name, value in given.items() if is_secret(name, value)]
        if held and file.mode and int(file.mode, 8) & OTHERS:
            kind = wrong if any(has_token(given[name]) for name in held) else stale
            seen = f"{', '.join(map(short, held[:3]))} in a file of mode {file.mode}"
            yield kind(
                Place(file.path), seen, "600: a token that others can read is theirs", f"chmod 600 {shlex.quote(file.path)}"
            )
        else:
            yield well(Place(file.path))


RULES = (
    Rule(
        "files.secrets",
        "no secret is in a file that is committed, or in an image",
        "What ENV, ARG or a command of a Dockerfile holds is in the image's history for all who have it, also when a later "
        "line takes it away. What a compose file holds is in git. A token of a known shape is a failure anywhere; a value that "
        "only its name makes one is a failure in an image, and a warning in a compose file or a dev container.",
        kept,
        "variables and commands",
        "Names with TOKEN, KEY, SECRET or PASSWORD in them, values that begin as known tokens do, passwords in addresses. "
        "Values are never shown.",
        "Mount it for the one command that needs it, or put it into .env.",
        "CIS Docker Benchmark 1.3: 4.10; Docker's manual: build secrets",
    ),
    Rule(
        "files.env-file-mode",
        "files of variables with secrets are for their owner alone",
        "A token that others can read is theirs. One of a known shape is a failure, a value that only its name makes one a "
        "warning.",
        modes,
        "files of variables",
        "The mode of .env and of what env_file names, where a secret is in it.",
        "chmod 600.",
        "A manual: ssh(1) refuses keys that others can read",
    ),
)
