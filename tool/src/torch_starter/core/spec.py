"""The spec: the whole environment on one page, typed. Read from `torch-starter.toml`, changed by environment variables."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from torch_starter.core.units import SIZE_PATTERN, TIME_PATTERN

Size = Annotated[str, Meta(pattern=SIZE_PATTERN, description="a size such as 12gb", examples=["12gb"])]
Time = Annotated[str, Meta(pattern=TIME_PATTERN, description="a time such as 120s", examples=["120s"])]
Mode = Annotated[str, Meta(pattern="^[0-7]{3}$", description="a file mode such as 755", examples=["755"])]
Version = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)*$", description="a version such as 12.8", examples=["12.8"])]
Positive = Annotated[int, Meta(ge=1, description="a whole number from 1")]
Port = Annotated[int, Meta(ge=1, le=65535, description="a port number")]
Count = Annotated[float, Meta(gt=0, description="a number above 0")]
Threads = Annotated[str, Meta(pattern=r"^(auto|[1-9][0-9]*)$", description='"auto" or a number of threads', examples=["auto"])]

Image = Annotated[str, Meta(pattern=r"^[a-z0-9][\w.:/@-]*$", description="the name of an image", examples=["ubuntu:24.04"])]
User = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}$", description="the name of a user", examples=["vscode"])]
Folder = Annotated[str, Meta(pattern=r"^(/[\w.@+-]+)+$", description="an absolute path without spaces", examples=["/data"])]
Volume = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$", description="the name of a volume")]
Package = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.:=~-]*$", description="the name of a Debian package")]
Capability = Annotated[str, Meta(pattern=r"^[A-Z_]+$", description="a capability of Linux such as SYS_PTRACE")]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="the name of a variable", examples=["HF_TOKEN"])]
Mirror = Annotated[
    str,
    Meta(
        pattern=r"^(|https?://[^\s]+|(~|\.{0,2})/.+|[A-Za-z0-9_.-][^:]*)$",
        description="empty, a folder, or the http(s) address of a package index",
        examples=["/mnt/team/mirror", "https://mirror.example.org/simple"],
    ),
]
Service = Annotated[
    str,
    Meta(
        pattern=r"^(|https?://[^\s]+)$",
        description="empty, or the http(s) address of a service of advisories that speaks OSV",
        examples=["https://osv.example.org"],
    ),
]
Repository = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?(@[A-Za-z0-9_./-]+)?$",
        description='an id with a revision, such as "org/name@main"',
        examples=["org/name@main"],
    ),
]

Cooldown = Annotated[
    str,
    Meta(
        pattern=r"^(|[0-9]+ (hour|day|week)s?|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+Z)?)$",
        description='empty, a time such as "7 days", or a date such as "2026-11-01"',
        examples=["7 days"],
    ),
]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table of the spec: a key that it does not know is refused."""


class Python(Table, frozen=True):
    """The interpreter and what is installed into its environment."""

    version: Version = "3.12"
    uv: Version = "0.13.9"
    extras: tuple[str, ...] = ()


class Accelerator(Table, frozen=True):
    """What one build of PyTorch needs from a machine. Without `cuda` it computes on the CPU."""

    cuda: Version | None = None
    driver: Version | None = None
    driver_full: Version | None = None
    capability: tuple[Version, Version] | None = None
    architectures: tuple[str, ...] = ("x86_64",)
    index: str | None = None


class ThreadCount(Table, frozen=True):
    """OMP, MKL, OPENBLAS and NUMEXPR threads, always set together."""

    count: Threads = "auto"
    maximum: Positive = 4


class Allocator(Table, frozen=True):
    """Options of PyTorch's caching allocator; empty leaves its defaults."""

    options: str = ""


class Install(Table, frozen=True):
    """How packages are put into an environment."""

    link_mode: Literal["auto", "copy", "hardlink", "clone", "symlink"] = "auto"
    compile_bytecode: bool = True
    concurrent_downloads: Positive = 10
    http_timeout: Time = "300s"
    mirror: Mirror = ""


class Cache(Table, frozen=True):
    """One cache: a folder on a host, a named volume in a container, and the variable that points programs to it."""

    host: str
    container: Folder
    volume: Volume
    variable: str | None = None
    mode: Mode = "755"


class Warm(Table, frozen=True):
    """Models and data sets that `cache warm` fetches from the hub, besides the packages."""

    models: tuple[Repository, ...] = ()
    datasets: tuple[Repository, ...] = ()


class Container(Table, frozen=True):
    """The container's image and limits."""

    base: Image = "ubuntu:24.04"
    user: User = "vscode"
    workspace: Folder = "/workspaces/torch_starter"
    apt: tuple[Package, ...] = ()
    memory: Size = "12gb"
    cpus: Count = 8.0
    shm: Size = "4gb"
    pids: Positive = 4096
    ports: tuple[Port, ...] = ()
    ulimits: dict[str, int] = {}
    variables: dict[str, str] = {}


class Debug(Table, frozen=True):
    """What the debugging overlay alone grants."""

    capabilities: tuple[Capability, ...] = ("SYS_PTRACE",)


class Security(Table, frozen=True):
    """File modes, the container's confinement, and the variables with credentials that it is given when it starts."""

    credentials: tuple[Name, ...] = ()
    credentials_mode: Mode = "600"
    environment_mode: Mode = "755"
    drop_capabilities: tuple[Capability, ...] = ("ALL",)
    no_new_privileges: bool = True
    debug: Debug = Debug()


class Update(Table, frozen=True):
    """How `lock-update` chooses.

    `prefer`: where an older version of either of two packages mends a break, the one named first stays newer; then those of
    pyproject.toml in their order. `exclude_newer`: leave out what was published within a time such as "7 days", or after a date.
    """

    prefer: tuple[str, ...] = ("torch",)
    exclude_newer: Cooldown = ""


class Verify(Table, frozen=True):
    """What must be shown to work before an environment is made current, besides the checks."""

    commands: tuple[str, ...] = ()
    timeout: Time = "120s"
    commands_timeout: Time = "30min"


class Checks(Table, frozen=True):
    """Where the project's own code is, for `all-checks` and its members; of the usual ones those that are there."""

    paths: tuple[str, ...] = ("src", "tests", "notebooks", "examples")


class Audit(Table, frozen=True):
    """Where `audit` learns of vulnerabilities: a file or folder of advisories, or a service; and those that were judged."""

    advisories: str = ""
    service: Service = ""
    ignore: tuple[str, ...] = ()


class Spec(Table, frozen=True):
    """The whole of `torch-starter.toml`."""

    python: Python = Python()
    accelerators: dict[str, Accelerator] = {}
    variables: dict[str, str] = {}
    threads: ThreadCount = ThreadCount()
    allocator: Allocator = Allocator()
    install: Install = Install()
    caches: dict[str, Cache] = {}
    warm: Warm = Warm()
    container: Container = Container()
    security: Security = Security()
    update: Update = Update()
    verify: Verify = Verify()
    checks: Checks = Checks()
    audit: Audit = Audit()
