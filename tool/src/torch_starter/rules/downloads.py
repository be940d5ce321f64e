"""What an image takes from the network while it is built."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.commands import Command
from torch_starter.core.container_files import ContainerFiles, Instruction
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.parsers.shell import SHELLS
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import instructions

LOADERS = ("curl", "wget")
READERS = frozenset((*SHELLS, "python", "python3", "perl"))
IN_SHELL = re.compile(r"[$<]\(\s*(curl|wget)\b|`\s*(curl|wget)\b")
COMMIT = re.compile(r"#[0-9a-f]{40}(:|$)")
OPEN = re.compile(r"\bhttp://(?!localhost|127\.)")


def added(files: ContainerFiles) -> Iterator[Sight]:
    for _, _, each in instructions(files, "ADD"):
        yield of_add(each)


def of_add(instruction: Instruction) -> Sight:
    """One ADD; what it takes from the network must be what it was."""
    remote = [word for word in instruction.words[:-1] if re.match(r"https?://|git@|ssh://", word)]
    if not remote or instruction.flag("checksum") or all(COMMIT.search(word) for word in remote):
        return well(instruction.place)
    kind = wrong if any(OPEN.search(word) for word in remote) else stale
    return kind(
        instruction.place,
        f"ADD {short(remote[0])}: whatever is there today goes into the image",
        "a checksum, or for a repository its commit",
        "write ADD --checksum=sha256:… before it, or #<commit> behind the address of a repository",
    )


def piped(files: ContainerFiles) -> Iterator[Sight]:
    for _, _, each in instructions(files, "RUN"):
        found = list(run_at_once(each.commands))
        yield from (of_script(command) for command in found)
        if not found:
            yield well(each.place)


def run_at_once(commands: tuple[Command, ...]) -> Iterator[Command]:
    """The commands whose download a shell runs before anybody has seen it."""
    for number, command in enumerate(commands):
        later = commands[number + 1] if number + 1 < len(commands) else None
        earlier = commands[number - 1] if number else None
        if command.program in LOADERS:
            to_shell = command.piped and later is not None and later.program in READERS
            in_shell = earlier is not None and earlier.program in READERS and earlier.words[-1:] == ("<",)
            if to_shell or in_shell:
                yield command
        elif command.program in READERS and IN_SHELL.search(command.text):
            yield command


def of_script(command: Command) -> Sight:
    """One script that is run as it comes."""
    is_uv = "astral" in command.text and "/uv" in command.text
    remedy = "download a named version, compare its sum (sha256sum --check), then run it; or install the package of the system"
    if is_uv:
        remedy = "write COPY --from=ghcr.io/astral-sh/uv:<version> /uv /uvx /bin/"
    kind = wrong if OPEN.search(command.text) else stale
    return kind(
        command.place,
        f"`{short(command.text)}` into a shell: another script tomorrow is another image, and nothing compares it",
        "a version that is named, and compared",
        remedy,
    )


RULES = (
    Rule(
        "files.remote-add",
        "what ADD takes from the network is compared",
        "ADD of an address takes what is there when the image is built. Over http:// anybody on the way can exchange it: there "
        "it is a failure.",
        added,
        "ADD instructions",
        "ADD of an address without --checksum, of a repository without its commit.",
        "Write ADD --checksum=sha256:…, or the commit of a repository.",
        "CIS Docker Benchmark 1.3: 4.9; Docker's manual: ADD --checksum",
    ),
    Rule(
        "files.piped-shell",
        "no script is run as it comes from the network",
        "`curl … | sh` runs what a server sends at that moment, as root. Over http:// anybody on the way can exchange it: "
        "there it is a failure.",
        piped,
        "RUN instructions",
        'curl or wget whose output a shell reads, also as sh -c "$(curl …)" and bash <(curl …).',
        "Name a version, compare it, then run it; copy uv from its image.",
        "Docker's manual: best practices of a Dockerfile; uv's manual: Docker",
    ),
)
