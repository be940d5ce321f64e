"""What of the machine a container shares: its engine, its namespaces, its network."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles, Port, Setting
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import quoted, short, stale, taken_out, well, wrong
from torch_starter.rules._stages import is_ours, need_containers

SOCKETS = ("docker.sock", "podman.sock", "containerd.sock", "crio.sock")
FOR_EVERYBODY = ("80", "443")
EVERYWHERE = ("", "0.0.0.0", "::", "*")  # noqa: S104


def sockets(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        found = [mount for mount in each.mounts if mount.source.endswith(SOCKETS)]
        for mount in found:
            kind = wrong if is_ours(each) else stale  # proxies and editors are given it on purpose
            yield kind(
                mount.place,
                f"{short(each.name)} has the engine's socket: whoever reaches it starts a container with the machine's disk in "
                "it",
                "no socket; read-only does not help, since it is written to by connecting",
                "take the mount out; where another container must be started put a proxy between that allows only that",
            )
        if not found:
            yield well(each.place)


def namespaces(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        shared = [setting for setting in each.all("network", "pid", "ipc", "userns") if setting.value == "host"]
        found = [of_namespace(each, setting) for setting in shared if not each.debug]
        yield from found or [well(each.place)]


def of_namespace(container: Container, setting: Setting) -> Sight:
    """One that a container shares with the machine."""
    name = short(container.name)
    if setting.name == "pid":
        seen = f"{name} sees all processes of the machine, and root in it ends them"
        kind = wrong if container.build else stale  # a monitor of the machine is given it on purpose
        return kind(setting.place, seen, "processes of its own", taken_out(setting))
    if setting.name == "ipc":
        seen = f"{name} shares the memory of all programs of the machine; loaders of data need only more of their own"
        remedy = f"write {container.written('shm', '4gb')} in place of {quoted(setting)}"
        return stale(setting.place, seen, "shared memory of its own, large enough", remedy)
    if setting.name == "userns":
        seen = f"{name} is left out of the engine's own numbering of users: root in it is root outside"
        return stale(setting.place, seen, "the engine's", taken_out(setting))
    return stale(
        setting.place,
        f"{name} has the machine's network: all its ports are open to it, and those that it opens are open to all",
        "a network of its own; NCCL over InfiniBand alone needs the machine's",
        f'{taken_out(setting)}, and name the ports that you need: "forwardPorts": [8888]'
        if container.kind == "devcontainer"
        else f"{taken_out(setting)}, and publish ports as 127.0.0.1:8888:8888; for a job over InfiniBand write it in a file of "
        "its own",
    )


def ports(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        for port in each.ports:
            yield of_port(each, port)


def of_port(container: Container, port: Port) -> Sight:
    """One port that is published."""
    if port.address not in EVERYWHERE or port.published in FOR_EVERYBODY:
        return well(port.place)
    published = port.published or port.inner
    return stale(
        port.place,
        f"{short(container.name)} publishes {short(published)} on every address of the machine, past its firewall",
        "127.0.0.1, unless others are to reach it",
        f'take it out of runArgs, and write "forwardPorts": [{short(port.inner)}]'
        if container.kind == "devcontainer"
        else f'write "127.0.0.1:{short(published)}:{short(port.inner)}", or the one address on which others reach it',
    )


RULES = (
    Rule(
        "files.engine-socket",
        "no container has the engine's socket",
        "The socket of docker is root on the machine. In a service that is built here it is a failure; in others, which may be "
        "proxies or monitors, in dev containers and in files for developing, which may build images, a warning.",
        sockets,
        "containers",
        "Mounts of docker.sock and its like.",
        "Take it out, or put a proxy before it.",
        "CIS Docker Benchmark 1.3: 5.31",
    ),
    Rule(
        "files.host-namespaces",
        "containers share no namespace with the machine",
        "`ipc: host` is often advised for PyTorch's loaders, which shm_size serves as well; `network_mode: host` for NCCL, "
        "which needs it only over InfiniBand. Files that are for developing by their names (debug, override, profile, dev) are "
        "not judged here.",
        namespaces,
        "containers",
        "network_mode, pid, ipc and userns_mode of services, and the same in runArgs.",
        "Take it out; write shm_size.",
        "CIS Docker Benchmark 1.3: 5.9, 5.15, 5.16 and 5.30; the manual of torch.utils.data",
    ),
    Rule(
        "files.ports",
        "ports are published on this machine alone",
        "A port without an address is open on every network of the machine, and the engine opens the firewall for it. "
        "JupyterLab and TensorBoard are for you. The ports 80 and 443 are for everybody, and not judged.",
        ports,
        "published ports",
        "The address of each published port.",
        "Write 127.0.0.1 before it.",
        "CIS Docker Benchmark 1.3: 5.13; Docker's manual: packet filtering and firewalls",
    ),
)
