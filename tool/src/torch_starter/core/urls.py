"""Addresses of the network, and what of them may be shown."""

from __future__ import annotations

import ipaddress
from typing import Literal
from urllib.parse import SplitResult, urlsplit

Fault = Literal["", "malformed", "plain", "credentials"]
SCHEMES = {"http", "https"}


def parsed(url: str) -> SplitResult | None:
    """The parts of an absolute http or https address; None where it is none."""
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme.lower() in SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, brackets that do not match
        return None
    return parts if good and not any(sign.isspace() for sign in url.strip()) else None


def fault(url: str) -> Fault:
    """What is wrong with an address that code, models or results come from or go to; local files and paths are well."""
    if url.lower().startswith("file:") or url.startswith(("/", "./", "../", "~")):
        return ""
    parts = parsed(url)
    if parts is None:
        return "malformed"
    if parts.scheme.lower() == "http" and not loopback(parts.hostname or ""):
        return "plain"
    return "credentials" if parts.password else ""


def loopback(host: str) -> bool:
    """Whether a host is this machine."""
    address = ip_address(host)
    return host == "localhost" or host.endswith(".localhost") if address is None else address.is_loopback


def nearby(host: str) -> bool:
    """Whether a host is of a private network: a name without a dot, or an address that is not routed."""
    address = ip_address(host)
    return "." not in host if address is None else address.is_private


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A host as a number; None where it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def shown(url: str) -> str:
    """An address without user, password, query and fragment; what cannot be parsed is not shown at all."""
    parts = parsed(url)
    if parts is None:
        return f"({len(url)} characters, no address)"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    who = "***@" if parts.username or parts.password else ""
    return f"{parts.scheme}://{who}{host}{port}{parts.path}"
