"""What is mounted, and what is published, in the short words of docker and compose and in the long ones."""

from __future__ import annotations

import re

from torch_starter.core.container_files import Mount, Port
from torch_starter.core.report import Place

HOST_PATH = re.compile(r"[./~$\\]|[A-Za-z]:[\\/]")
COLON = re.compile(r":(?![^{]*\})")  # not one inside ${...}


def short_mount(text: str, place: Place) -> Mount:
    """Such as ./data:/data:ro, cache:/cache, or /cache alone."""
    parts = COLON.split(text)
    if re.fullmatch(r"[A-Za-z]", parts[0]) and len(parts) > 2:  # C:\data:/data
        parts = [":".join(parts[:2]), *parts[2:]]
    if len(parts) == 1:
        return Mount("volume", "", parts[0], place)
    options = parts[2].split(",") if len(parts) > 2 else []
    kind = "bind" if HOST_PATH.match(parts[0]) else "volume"
    return Mount(kind, parts[0], parts[1], place, "ro" in options or "readonly" in options)


def long_mount(fields: dict[str, str], place: Place) -> Mount:
    """By name, as in `type=volume,source=cache,target=/cache` or a map of compose."""
    source = fields.get("source") or fields.get("src") or ""
    target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
    read_only = any(fields.get(name, "no").lower() in ("", "true", "1") for name in ("readonly", "ro", "read_only"))
    return Mount(fields.get("type", "volume"), source, target, place, read_only)


def listed_mount(text: str, place: Place) -> Mount:
    """Such as `type=volume,source=cache,target=/cache,readonly`."""
    return long_mount(dict(part.strip().partition("=")[::2] for part in text.split(",")), place)


def port(text: str, place: Place) -> Port:
    """Such as 8888, 8888:8888, 127.0.0.1:8888:8888/tcp or [::1]:8888:8888."""
    bracketed = re.match(r"\[([^\]]*)\]:", text)
    rest = text[bracketed.end() :] if bracketed else text
    parts = COLON.split(rest.partition("/")[0])
    address = bracketed[1] if bracketed else ":".join(parts[:-2])
    return Port(address, parts[-2] if len(parts) > 1 else "", parts[-1], place)
