"""GPUs in files that start containers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well, wrong

STARTED = (  # what `docker compose up` reads by itself
    *("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"),
    *("compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"),
)
FOR_GPUS = {"gpu", "cuda", "nvidia", "rocm", "amd"}  # folders whose files are for such machines
WHY_REFUSED = {
    "capabilities": ("it has no capabilities, and compose refuses it", "capabilities: [gpu]", "add `capabilities: [gpu]`"),
    "count": ("it has both count and device_ids, and compose refuses it", "one of them", "take one of the two out"),
}


def services(files: ContainerFiles) -> list[Container]:
    """The services of compose files; raises Absent where there is none."""
    found = [each for each in files.containers if each.kind == "compose"]
    if not found:
        raise Absent("there is no compose file here")
    return found


def dev_containers(files: ContainerFiles) -> list[Container]:
    """The dev containers; raises Absent where there is none."""
    found = [each for each in files.containers if each.kind == "devcontainer"]
    if not found:
        raise Absent("there is no dev container here")
    return found


def reservation(files: ContainerFiles) -> Iterator[Sight]:
    for each in services(files):
        for refused in each.all("gpu-refused"):
            yield wrong(refused.place, *WHY_REFUSED[refused.value])
        asked = each.all("gpu")
        *folders, name = each.place.file.lower().split("/")
        by_itself = name in STARTED and not FOR_GPUS & set(folders) and not each.all("profile")
        if asked and by_itself:
            what = "gpus" if asked[0].value == "gpus" else "a reservation of GPUs"
            yield stale(
                asked[0].place,
                f"{short(each.name)} has {what} in a file that compose reads by itself: without a GPU it does not start",
                "a file of its own that is put over this one where there is a GPU, or a profile",
                "move it into compose.gpu.yaml, and start with: docker compose -f compose.yaml -f compose.gpu.yaml up",
            )
        else:
            yield well(each.place)


def runtime(files: ContainerFiles) -> Iterator[Sight]:
    if not files.containers:
        raise Absent("there is no compose file and no dev container here")
    for each in files.containers:
        old = [setting for setting in each.all("runtime") if setting.value == "nvidia"]
        for setting in old:
            yield stale(
                setting.place,
                "runtime nvidia: it must be registered with the engine, podman does not know it, and compose has had a word for "
                "GPUs since 1.28",
                "a reservation of devices with capabilities: [gpu]",
                "write deploy.resources.reservations.devices in compose.gpu.yaml instead"
                if each.kind == "compose"
                else 'write "hostRequirements": {"gpu": "optional"} instead',
            )
        if not old:
            yield well(each.place)


def optional(files: ContainerFiles) -> Iterator[Sight]:
    with_gpu = {each.place.file for each in files.containers if each.kind == "compose" and each.all("gpu")}
    for each in dev_containers(files):
        found = list(needed(each, with_gpu))
        yield from found or [well(each.place)]


def needed(container: Container, with_gpu: set[str]) -> Iterator[Sight]:
    """What makes a dev container need a GPU."""
    wanted = (
        '"hostRequirements": {"gpu": "optional"}: the container gets GPUs where there are some, and starts where there are none'
    )
    for setting in container.all("gpu"):
        seen = "--gpus in runArgs: without a GPU the container does not start"
        yield stale(setting.place, seen, wanted, 'take it out of runArgs, and write "hostRequirements": {"gpu": "optional"}')
    for setting in container.all("host-gpu"):
        if setting.value not in ("optional", "false"):
            seen = "a GPU is required: without one the editor warns, or looks for another machine"
            yield stale(setting.place, seen, wanted, 'write "gpu": "optional"')
    for setting in container.all("compose-file"):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(container.place.file), setting.value))
        if path in with_gpu:
            seen = (
                f"{short(setting.value)} asks for GPUs: without one the container does not start, whatever hostRequirements says"
            )
            yield stale(setting.place, seen, wanted, "name only files that ask for no GPU")


def feature(files: ContainerFiles) -> Iterator[Sight]:
    for each in dev_containers(files):
        found = [setting for setting in each.all("feature") if "/nvidia-cuda" in setting.value]
        for setting in found:
            yield stale(
                setting.place,
                f"{short(setting.value)} installs a CUDA toolkit, old ones, beside that of PyTorch's wheels",
                "none of it: the wheels bring CUDA, and the engine brings the driver",
                "take the feature out; install a toolkit only to compile extensions",
            )
        if not found:
            yield well(each.place)


RULES = (
    Rule(
        "files.gpu-reservation",
        "what compose starts by itself needs no GPU",
        "A container that asks for a GPU does not start on a machine without one (`could not select device driver`). An "
        "overlay such as compose.gpu.yaml, or a profile, asks for it only where there is one. In an overlay any form is right "
        "that compose takes.",
        reservation,
        "services",
        "deploy.resources.reservations.devices and gpus in compose.yaml, docker-compose.yml and their overrides, and whether "
        "compose takes a reservation.",
        "Move it into compose.gpu.yaml.",
        "Docker's manual: GPU support in compose; measured: the engine's message without a GPU",
    ),
    Rule(
        "files.gpu-runtime",
        "GPUs are asked for by a reservation, and not by a runtime",
        "`runtime: nvidia` is from before compose knew GPUs: it needs an entry in the engine's daemon.json, which podman "
        "does not have.",
        runtime,
        "containers",
        "runtime in services, --runtime in runArgs.",
        "Reserve devices instead.",
        "Docker's manual: GPU support in compose",
    ),
    Rule(
        "files.devcontainer-gpu",
        "a dev container takes GPUs where there are some",
        "--gpus in runArgs, and a compose file with a reservation, are fatal without a GPU. `optional` looks first.",
        optional,
        "dev containers",
        "runArgs, hostRequirements.gpu, and the compose files that it names.",
        'Write "hostRequirements": {"gpu": "optional"}.',
        "The specification of dev containers; the source of its command line (singleContainer.ts)",
    ),
    Rule(
        "files.cuda-feature",
        "no CUDA toolkit is installed beside that of the wheels",
        "The feature nvidia-cuda installs packages of an old CUDA; PyTorch's wheels bring their own, and use no other.",
        feature,
        "dev containers",
        "The features of a dev container.",
        "Take the feature out.",
        "The feature's own list of versions; the metadata of torch's wheels",
    ),
)
