"""Rights of containers: what they may do on the machine that they run on."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import Container, ContainerFiles, Setting
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import short, stale, taken_out, well, wrong
from torch_starter.rules._stages import has, need_containers, ours

FILTERS = ("seccomp", "apparmor", "label", "systempaths")
STRONG = frozenset(("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "DAC_READ_SEARCH", "BPF"))
DEBUGGING = frozenset(("SYS_PTRACE", "PERFMON"))


def privileged(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        on = [setting for setting in each.all("privileged") if setting.value.lower() in ("true", "yes", "on", "1")]
        if on and "dind" not in each.value("image"):
            yield wrong(
                on[-1].place,
                f"{short(each.name)} is privileged: root in it is root on the machine, with all devices",
                "no privileges; GPUs need none, debugging SYS_PTRACE at most",
                f"{taken_out(on[-1])}, and give the one device or capability that is needed",
            )
        else:
            yield well(each.place)


def capabilities(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        found = [sight for setting in each.all("cap-add") if (sight := of_capability(each, setting))]
        yield from found or [well(each.place)]


def of_capability(container: Container, setting: Setting) -> Sight | None:
    """What is wrong with giving a capability; None where nothing is."""
    name = setting.value.upper().removeprefix("CAP_")
    if container.debug:
        return None
    if name in STRONG:
        return wrong(
            setting.place,
            f"{name} for {short(container.name)}: with it much of the machine can be reached; neither training nor profiling "
            "needs it",
            "no such capability",
            f"{taken_out(setting)}; {for_debuggers(container)}",
        )
    if name in DEBUGGING and container.kind == "compose":
        return stale(
            setting.place,
            f"{name} for {short(container.name)} in every run, and not while you debug alone",
            "in an overlay that is for debugging",
            f"move {name} into compose.debug.yaml, and start with: docker compose -f compose.yaml -f compose.debug.yaml up",
        )
    return None


def for_debuggers(container: Container) -> str:
    """Where what a debugger needs has its place."""
    if container.kind == "devcontainer":
        return 'a debugger that looks into other programs needs no more than "capAdd": ["SYS_PTRACE"]'
    return "a debugger needs SYS_PTRACE at most, in a file of its own, such as compose.debug.yaml"


def confinement(files: ContainerFiles) -> Iterator[Sight]:
    need_containers(files)
    for each in files.containers:
        found = [setting for setting in each.all("security-opt") if is_off(setting.value)] if not each.debug else []
        for setting in found:
            # a dev container is for developing; for AMD's GPUs their manual advises it
            advised = each.kind == "devcontainer" or any("kfd" in device.value for device in each.all("device"))
            kind = stale if advised else wrong
            yield kind(
                setting.place,
                f"{short(setting.value)}: the engine's filter of system calls or files is off for {short(each.name)}",
                "the engine's own filter: py-spy, gdb and PyTorch's profiler work with it",
                f"{taken_out(setting)}; {for_debuggers(each)}",
            )
        if not found:
            yield well(each.place)


def is_off(option: str) -> bool:
    """Whether an option switches a filter off, as seccomp:unconfined and label=disable do."""
    name, _, value = option.replace("=", ":").partition(":")
    return name.strip() in FILTERS and value.strip() in ("unconfined", "disable")


def dropped(files: ContainerFiles) -> Iterator[Sight]:
    for each in ours(files):
        if any(setting.value.upper() == "ALL" for setting in each.all("cap-drop")) or has(files, each, "privileged"):
            yield well(each.place)  # of one that is privileged another rule says it
        else:
            yield stale(
                each.place,
                f"{short(each.name)} keeps the capabilities that root has by default: raw sockets, any file's owner, and others",
                "none, since a program of Python needs none",
                'write `cap_drop: ["ALL"]`, and `cap_add` for the one that is missed',
            )


def no_new(files: ContainerFiles) -> Iterator[Sight]:
    for each in ours(files):
        options = [setting.value.replace("=", ":").replace(" ", "") for setting in each.all("security-opt")]
        if {"no-new-privileges", "no-new-privileges:true"} & set(options):
            yield well(each.place)
        else:
            yield stale(
                each.place,
                f"a program in {short(each.name)} can become root by sudo, or another file with the bit for it",
                "no new privileges",
                'write `security_opt: ["no-new-privileges:true"]`',
            )


RULES = (
    Rule(
        "files.privileged",
        "no container is privileged",
        "A privileged container has all devices and capabilities and no filter: who breaks out of the program has the machine. "
        "It is often advised for GPUs, which need none of it. Images of docker itself (dind) are left alone.",
        privileged,
        "containers",
        "privileged in services, dev containers and their runArgs.",
        "Take it out; give the one device or capability that is needed.",
        "CIS Docker Benchmark 1.3: 5.4",
    ),
    Rule(
        "files.capabilities",
        "containers get no capability that reaches the machine",
        "SYS_ADMIN is often advised for profiling: PyTorch's profiler, py-spy and gdb do not need it. Files that are for "
        "developing by their names (debug, override, profile, dev) are not judged here; in others SYS_PTRACE belongs into such "
        "a file.",
        capabilities,
        "containers",
        "cap_add in services, capAdd and --cap-add in dev containers; SYS_PTRACE in services alone.",
        "Take it out, or move it into compose.debug.yaml.",
        "CIS Docker Benchmark 1.3: 5.3; measured: docs/decisions/sys-admin-and-seccomp.md",
    ),
    Rule(
        "files.confinement",
        "the engine's filters stay on",
        "seccomp:unconfined and apparmor:unconfined are often advised for debuggers: py-spy and gdb work with the engine's own "
        "filters. Files that are for developing by their names (debug, override, profile, dev) are not judged here; in a dev "
        "container, and beside /dev/kfd, for which AMD's manual advises it, it is a warning.",
        confinement,
        "containers",
        "security_opt, securityOpt and --security-opt.",
        "Take it out, or move it into compose.debug.yaml.",
        "CIS Docker Benchmark 1.3: 5.1, 5.2, 5.21; Docker's manual: seccomp (ptrace is let through from Linux 4.8 on)",
    ),
    Rule(
        "files.cap-drop",
        "services that are built here drop all capabilities",
        "The engine gives root in a container some fourteen capabilities that a program of Python does not use. Services out "
        "of a registry, such as a database, are not judged: they may need some when they start. Nor are dev containers, in "
        "which sudo works, and files that are for developing by their names.",
        dropped,
        "services that are built here",
        "cap_drop: ALL.",
        'Write cap_drop: ["ALL"], and cap_add for what is missed.',
        "CIS Docker Benchmark 1.3: 5.3",
    ),
    Rule(
        "files.no-new-privileges",
        "services that are built here gain no privileges",
        "Without it a program of another user's can become root by any file with the bit set-user-id. Dev containers, and "
        "files that are for developing by their names, are not judged: with it sudo does not work.",
        no_new,
        "services that are built here",
        "security_opt: no-new-privileges.",
        'Write security_opt: ["no-new-privileges:true"].',
        "CIS Docker Benchmark 1.3: 5.25",
    ),
)
