"""The user of a container, and what belongs to it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles, Dockerfile, Instruction, Mount, Stage
from torch_starter.core.interpolation import is_known, resolved
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well
from torch_starter.rules._stages import is_bare, is_ours, is_root, need_containers, run_stages, user_of, workdirs

OWNING = ("--owner", "-o", "--chown")
BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def users(files: ContainerFiles) -> Iterator[Sight]:
    yield from (sight for each in files.containers if (sight := of_container(each)))
    for file, stage in run_stages(files) if files.dockerfiles else ():
        said = user_of(file, stage)
        starters = [each for each in files.starters(file) if files.image_of(each) == (file, stage)]
        others = [each.value("user") or each.value("remote-user") for each in starters]
        named = bool(others) and all(user and not is_root(user.partition(":")[0]) for user in others)
        if named or (said and not is_root(said[0])) or (said is None and not is_bare(file, stage)):
            yield well(stage.place)
            continue
        yield stale(
            said[1] if said else stage.place,
            "the image runs as root: its files in mounted folders are root's, and who breaks out of the program is root",
            "a user of its own, at the end",
            "write `RUN useradd --create-home --uid 1000 app` and, behind what root must do, `USER app`",
        )


def of_container(container: Container) -> Sight | None:
    """The user that a container itself asks for; None where it asks for none, or is not built here."""
    said = (container.all("remote-user") or container.all("user"))[-1:]
    if not said or not (container.kind == "devcontainer" or is_ours(container)):
        return None
    if not is_root(said[0].value.partition(":")[0]):
        return well(said[0].place)
    return stale(
        said[0].place,
        f"{short(container.name)} runs as root: what it writes into the project's folder is root's on the machine too",
        "the user that the image has, or one that it makes",
        f"write {container.written(said[0].name, 'vscode')} where the image is one for dev containers, else make a user in the "
        "Dockerfile and name it here"
        if container.kind == "devcontainer"
        else "take `user` out, and write USER into the Dockerfile",
    )


def owners(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        image = files.image_of(each)
        user = user_in(each, *image) if image else ""
        if image is None or not user or is_root(user) or not is_bare(*image):
            continue
        volumes = [mount for mount in each.mounts if mount.kind == "volume" and not mount.read_only]
        folders = Folders(user, *image) if volumes else None
        chowned = any("chown" in command.words for command in each.started)
        for mount in volumes:
            if chowned or not is_known(mount.target) or (folders and folders.has(mount.target)):
                yield well(mount.place)
            else:
                yield of_volume(mount, user, image[1])


def user_in(container: Container, file: Dockerfile, stage: Stage) -> str:
    """The user as whom a container's programs run."""
    said = user_of(file, stage)
    return container.value("remote-user") or container.value("user").partition(":")[0] or (said[0] if said else "")


def of_volume(mount: Mount, user: str, stage: Stage) -> Sight:
    """A volume for which the image has no folder of the user's."""
    return stale(
        mount.place,
        f"{short(mount.target)} belongs to root at its first mount, and {short(user)} cannot write into it: a volume takes its "
        f"owner from the folder in the image, and {stage.place} makes none for it",
        "the folder made in the image, and given to the user",
        f"write `RUN install --directory --owner {short(user)} {short(mount.target)}` before USER",
    )


class Folders:
    """The folders that an image has for a user: made as another than root, or given to somebody with all in them."""

    def __init__(self, user: str, file: Dockerfile, stage: Stage) -> None:
        self._made: set[str] = set()
        self._given: set[str] = set()
        now = "root"
        for inside, each, here in workdirs(file, stage):
            if each.keyword == "USER" and each.words:
                now = resolved(each.words[0], inside.known).partition(":")[0]
            paths = (
                {path.rstrip("/") for path in expanded(each, here, user, inside)} if not is_root(now) or gives(each) else set()
            )
            self._made |= {above for path in paths for above in upwards(path)}
            self._given |= paths if gives(each) else set()

    def has(self, path: str) -> bool:
        """Whether a folder is there for the user."""
        path = path.rstrip("/")
        return path in self._made or any(above in self._given for above in upwards(path))


def upwards(path: str) -> Iterator[str]:
    """A path and the folders above it."""
    while path.count("/") and path != "/":
        yield path
        path = path.rpartition("/")[0]


def gives(instruction: Instruction) -> bool:
    """Whether it gives files to a user."""
    words = [word for command in instruction.commands for word in command.words] + list(instruction.flags)
    return any(word == "chown" or word.partition("=")[0] in OWNING for word in words)


def expanded(instruction: Instruction, here: str, user: str, stage: Stage) -> Iterator[str]:
    """The paths that an instruction may mean by its words: ~, $HOME and {a,b} in them are put in."""
    given = [*instruction.words, *(word for command in instruction.commands for word in command.words)]
    home = stage.known.get("HOME") or f"/home/{user}"
    for word in given:
        text = resolved(word, {"HOME": home, **stage.known})
        text = re.sub(r"^~(?=/|$)", home, text)
        for each in itertools.islice(braces(text), 50):
            yield each if each.startswith("/") else f"{here.rstrip('/')}/{each.removeprefix('./')}"


def braces(text: str, depth: int = 0) -> Iterator[str]:
    """What a shell makes of {a,b}."""
    found = BRACES.search(text) if depth < 4 else None
    if found is None:
        yield text
        return
    for choice in found[1].split(","):
        yield from braces(f"{text[: found.start()]}{choice}{text[found.end() :]}", depth + 1)


RULES = (
    Rule(
        "files.user",
        "images run as a user of their own",
        "Files that root writes into a mounted folder are root's on the machine too. An image that begins with one which is no "
        "bare system, and says nothing of users, has the user of that one, and is not judged; nor is one that all its "
        "containers start as another user.",
        users,
        "images and users of containers",
        "The last USER of each stage that becomes an image, the user of the services that are built here, and containerUser and "
        "remoteUser of dev containers.",
        "Make a user, and write USER at the end.",
        "CIS Docker Benchmark 1.3: 4.1",
    ),
    Rule(
        "files.volume-owner",
        "volumes belong to the user that writes into them",
        "An empty volume takes its owner from the folder on which it is mounted. Where the image has none the engine makes it, "
        "as root, and a cache of another user's cannot be written.",
        owners,
        "volumes of users other than root",
        "Whether the Dockerfile makes the folder as the user, or gives it or one above it to somebody, or a command of the dev "
        "container does.",
        "Make the folder in the image, and give it to the user.",
        "Docker's manual: volumes; measured: the owner of a volume on a path with and without a folder in the image",
    ),
)
