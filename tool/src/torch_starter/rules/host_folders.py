"""Folders of the machine that a container is given: the system, and what holds keys."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles, Mount
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, well, wrong
from torch_starter.rules._stages import need_containers

SYSTEM = frozenset(
    (
        *("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys"),
        *("/usr", "/var", "/var/lib", "/var/run", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/Users"),
        *("/etc/shadow", "/etc/sudoers", "/etc/ssh", "/etc/ssl/private", "/etc/kubernetes"),
    )
)
HOME = re.compile(r"^((\$\{((localE|e)nv:)?(HOME|USERPROFILE)\})+|/home/[^/]+|/Users/[^/]+|/root|~)(?=/|$)")
KEYS = re.compile(
    r"~/(\.ssh|\.aws|\.azure|\.gnupg|\.kube|\.docker|\.netrc|\.pypirc|\.git-credentials|\.config/(gcloud|gh))(/.*)?"
    r"|.*/id_(rsa|dsa|ecdsa|ed25519)"
)
OPEN = re.compile(r"~/\.ssh/(known_hosts|config|.*\.pub)")


def folders(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        found = [sight for mount in each.mounts if mount.kind == "bind" and (sight := of_mount(each, mount))]
        yield from found or [well(each.place)]


def of_mount(container: Container, mount: Mount) -> Sight | None:
    """What is wrong with handing on a folder; None where nothing is."""
    source = posixpath.normpath(mount.source) if mount.source else ""
    source = f"/{source.lstrip('/')}" if source.startswith("/") else source  # // is / too
    at_home = HOME.sub("~", source)
    if source in SYSTEM:
        return of_system(container, mount, source)
    if at_home == "~":
        seen = f"{short(container.name)} has the whole home folder of who starts it, with all keys and tokens in it"
    elif KEYS.fullmatch(at_home) and not OPEN.fullmatch(at_home):
        seen = f"{short(container.name)} has {short(mount.source)}: each package that runs in it can read the keys there"
    else:
        return None
    return stale(
        mount.place,
        seen,
        "the one folder that is needed, and no keys: for git the agent of SSH, which signs and gives nothing away",
        "take the mount out; an editor hands the agent and git's credentials on to its dev container by itself"
        if container.kind == "devcontainer"
        else "take the mount out, and mount the one folder that is needed; for git mount the socket ${SSH_AUTH_SOCK}",
    )


def of_system(container: Container, mount: Mount, source: str) -> Sight:
    """A folder of the machine's system."""
    monitor = container.kind == "compose" and not container.build and mount.read_only  # which is given it on purpose
    can = "reads" if mount.read_only else "changes"
    return (stale if monitor else wrong)(
        mount.place,
        f"{short(container.name)} has {short(source)} of the machine: root in it {can} what the machine's root alone may",
        "folders of the project and of its data, and single devices",
        "take the mount out, and give single devices by `devices`"
        if source == "/dev" and container.kind == "compose"
        else 'take the mount out, and give single devices by "runArgs": ["--device=…"]'
        if source == "/dev"
        else "take the mount out, and mount the one folder or file that is needed, read-only where it is not written",
    )


RULES = (
    Rule(
        "files.host-folders",
        "no container has the machine's system, or keys",
        "Who writes to /etc, /dev or / of the machine has the machine. A monitor out of a registry that reads them is a warning. "
        "What ~/.ssh or a whole home folder holds can be read by each package that is installed: a warning.",
        folders,
        "containers",
        "Bind mounts in services, and in mounts, workspaceMount and runArgs of dev containers; paths with ~, $HOME and "
        "${localEnv:HOME}.",
        "Mount the one folder that is needed.",
        "CIS Docker Benchmark 1.3: 5.5",
    ),
)
