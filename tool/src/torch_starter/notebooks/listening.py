"""Where JupyterLab listens: for this machine alone, unless a certificate is given; in a container of ours at its addresses."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from torch_starter.core.problems import WrongUsage

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - of a container, or with a certificate
DEFAULT = 8888
TRIED = 100  # ports behind the one that is taken
HIGHEST = 65535


@dataclass(frozen=True)
class Listening:
    """`ip` and `port` are what it binds to, `host` and `shown` what a browser is told (0: the port it binds to).

    `remote`: others than this machine may ask. `why`: where that is not what one expects.
    """

    ip: str
    port: int
    host: str
    shown: int = 0
    remote: bool = False
    why: str = ""


def number(text: str | None) -> int | None:
    """A port that was asked for; raises WrongUsage."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST):
        raise WrongUsage("notebook.port", f"{text!r} is no port", f"give a number from 0 (any that is free) to {HIGHEST}")
    return int(text)


def on_host(ip: str | None, port: int | None, *, certified: bool) -> Listening:
    """On this machine alone, or at an address of it where there is a certificate; raises WrongUsage."""
    port = DEFAULT if port is None else port
    if ip is None or is_loopback(ip):
        address = ip or LOOPBACK
        return Listening(address, port, f"[{address}]" if ":" in address else address)
    if not certified:
        raise WrongUsage(
            "notebook.address",
            f"at {ip} all who reach this machine could read along: the token, and what you type",
            f"from where you sit: ssh -L {port}:127.0.0.1:{port} <this machine>; or give --certfile and --keyfile",
        )
    host = socket.gethostname() if ip in (EVERYWHERE, "::") else f"[{ip}]" if ":" in ip else ip
    return Listening(ip, port, host, remote=True)


def in_container(port: int | None, published: Sequence[int], outside: dict[int, int]) -> Listening:
    """At the addresses of the container, behind a port that is published; raises WrongUsage.

    `outside`: at which port of the host each is, as far as it is known; 0 where the engine chose one.
    """
    if not published:
        raise WrongUsage(
            "notebook.unpublished",
            "the container publishes no port, so that no browser reaches it",
            "put ports = [8888] below [container] in torch-starter.toml; then ./dev.sh render and ./dev.sh up",
        )
    wanted = (DEFAULT if DEFAULT in published else published[0]) if port is None else port
    if wanted == 0:
        wanted = next((each for each in published if free(EVERYWHERE, each)), published[0])
    if wanted not in published:
        there = ", ".join(str(each) for each in published)
        raise WrongUsage(
            "notebook.unpublished", f"the container does not publish port {wanted}, only {there}", f"--port {published[0]}"
        )
    why = f"This is a container: it listens at all addresses of that, and the host publishes port {wanted} on {LOOPBACK} alone."
    shown = outside.get(wanted, wanted)
    if shown == 0:
        why += f" Which port that is there, ./dev.sh up has said: put it in the place of {wanted}."
    return Listening(EVERYWHERE, wanted, LOOPBACK, shown or wanted, why=why)


def is_loopback(ip: str) -> bool:
    """Whether only this machine itself reaches it."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(ip).is_loopback
    return ip == "localhost"


def free(ip: str, port: int) -> bool:
    """Whether one may listen there now; raises OSError for what is no address of this machine, or not allowed."""
    family, kind, protocol, _, address = socket.getaddrinfo(ip, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, kind, protocol) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            tried.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def refuse_taken(where: Listening, published: Sequence[int] = ()) -> None:
    """Raise WrongUsage where it cannot listen, with a port at which it can."""
    try:
        if free(where.ip, where.port):
            return
    except OSError as error:
        raise refused(where, error) from error
    holder = who_listens(where.port)
    others = published or range(where.port + 1, min(where.port + TRIED, HIGHEST) + 1)
    other = next((each for each in others if free(where.ip, each)), None)
    by = f"by {holder}" if holder else "by a process that is not shown to you"
    raise WrongUsage(
        "notebook.port-taken",
        f"port {where.port} is taken {by}",
        f"./dev.sh notebook --port {other}" if other is not None else "end what listens there",
    )


def refused(where: Listening, error: OSError) -> WrongUsage:
    """Why it cannot listen at an address."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return WrongUsage("notebook.port", f"port {where.port} is kept for root", "./dev.sh notebook --port 8888")
    said = error.strerror or str(error)
    return WrongUsage("notebook.address", f"{where.ip} is no address of this machine: {said}", "hostname -I lists them")


def who_listens(port: int) -> str:
    """The process that listens at a port, as far as we may see it: its command and its number."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid:
                return f"{psutil.Process(each.pid).name()} (process {each.pid})"
    return ""
