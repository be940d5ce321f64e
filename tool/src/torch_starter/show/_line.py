"""The machine, and the moment, in a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def where(facts: dict[str, Any]) -> str:
    """The machine in a line."""
    system, cpu, gpu = (part if isinstance(part, dict) else {} for part in (facts.get(key) for key in ("system", "cpu", "gpu")))
    devices = [str(device.get("name", "GPU")) for device in gpu.get("devices") or () if isinstance(device, dict)]
    parts = [
        " ".join(str(system[key]) for key in ("distribution", "architecture") if system.get(key)),
        f"{cpu.get('affinity') or cpu['count']} processors" if cpu.get("count") else "",
        ", ".join(f"{devices.count(name)} x {name}" for name in dict.fromkeys(devices)) or ("no GPU" if gpu else ""),
        "in a container" if system.get("container") else "",
    ]
    return ", ".join(part for part in parts if part)


def when(started_at: str) -> str:
    """The moment as people write it."""
    try:
        moment = datetime.fromisoformat(started_at)
    except ValueError:
        return started_at
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
