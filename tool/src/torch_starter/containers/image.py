"""The image: what it was built from, by its labels, and how it is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from torch_starter.containers.engine import Engine
from torch_starter.core.progress import Stage
from torch_starter.parsers.dockerfile import read

PREFIX = "torch-starter."
STEP = re.compile(r"#(\d+) \[(?P<stage>[^\]]*?)\s*(?P<number>\d+)/(?P<of>\d+)\] (?P<what>.*)")
COUNTED = ("ADD", "COPY", "RUN", "WORKDIR")
ENDED = re.compile(r"#(\d+) (?:DONE|(?P<cached>CACHED))")
CUDA_BYTES, TORCH_BYTES, OTHER_BYTES = 22e9, 6e9, 1e9  # measured: image, layers that are kept, and what uv keeps, together


class Labels(msgspec.Struct, frozen=True):
    """What an image was built from: digests of the spec, the Dockerfile and the lock, and the accelerator."""

    spec: str = ""
    dockerfile: str = ""
    lock: str = ""
    accelerator: str = ""

    def words(self) -> list[str]:
        """As words of `docker build`."""
        told = msgspec.to_builtins(self)
        return [word for name, value in told.items() for word in ("--label", f"{PREFIX}{name}={value}")]


class Inspected(msgspec.Struct, frozen=True):
    """An image that is there: its id, bytes and labels."""

    id: str = msgspec.field(name="Id")
    size: int = msgspec.field(name="Size")
    config: dict[str, object] = msgspec.field(name="Config", default_factory=dict)

    @property
    def labels(self) -> Labels:
        found = self.config.get("Labels")
        texts = {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
        return Labels(**{name: texts.get(PREFIX + name, "") for name in Labels.__struct_fields__})


def inspect(engine: Engine, name: str) -> Inspected | None:
    """An image by its name; None where there is none."""
    done = engine.ask("image", "inspect", name)
    try:
        return msgspec.json.decode(done.out, type=list[Inspected])[0] if done.ok else None
    except (msgspec.MsgspecError, IndexError):
        return None


def space_needed(lock: str) -> float:
    """Bytes that the first build takes, by what is in the lock."""
    names = {line.partition("==")[0] for line in lock.splitlines() if line[:1].isalpha()}
    if any(name.startswith("nvidia-") for name in names):
        return CUDA_BYTES
    return TORCH_BYTES if "torch" in names else OTHER_BYTES


@dataclass
class Steps:
    """Reads the plain progress of a build, and tells how many of its steps are done, which is at work, and which were cached.

    `bases`: the steps that are an image which it begins from. The engine never calls these cached.
    """

    stage: Stage
    of: dict[str, int]
    done: set[str]
    names: dict[str, str]
    cached: set[str]
    bases: set[str] = field(default_factory=set)

    @classmethod
    def told_to(cls, stage: Stage, dockerfile: str) -> Steps:
        """For a build of this Dockerfile: how many steps its stages have is known before they begin."""
        return cls(stage, steps_of(dockerfile), set(), {}, set())

    def read(self, line: str) -> None:
        """One line of `docker build --progress plain`."""
        if found := STEP.match(line):
            self.of[found["stage"]] = int(found["of"])
            self.names[found[1]] = f"{found['stage']} {found['number']}/{found['of']}"
            self.bases |= {found[1]} if found["what"].startswith("FROM ") else set()
        elif (found := ENDED.match(line)) and found[1] in self.names:
            self.done.add(found[1])
            self.cached |= {found[1]} if found["cached"] else set()
        else:
            return
        at_work = next((name for number, name in reversed(self.names.items()) if number not in self.done), "writing the image")
        self.stage.to(len(self.done), max(sum(self.of.values()), len(self.done)), at_work)


def steps_of(dockerfile: str) -> dict[str, int]:
    """Stage -> how many steps BuildKit will count of it: of a stage that begins with an image of its own that is one too."""
    stages = read("Dockerfile", dockerfile)[0].stages
    return {stage.name: sum(each.keyword in COUNTED for each in stage.instructions) + (stage.parent is None) for stage in stages}


def uv_settings(home: Path, variables: dict[str, str]) -> Iterator[str]:
    """The words that hand the user's own settings of uv, with addresses and perhaps passwords of indexes, to the build alone."""
    named = variables.get("UV_CONFIG_FILE")
    path = Path(named) if named else Path(variables.get("XDG_CONFIG_HOME") or home / ".config") / "uv" / "uv.toml"
    if path.is_file():
        yield from secret(path)


def secret(settings: Path) -> tuple[str, str]:
    """The words that hand one file of uv's settings to the build."""
    return "--secret", f"id=uv.toml,src={settings}"
