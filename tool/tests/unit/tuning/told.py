"""What runs tell, made up."""

from __future__ import annotations

from typing import Any

from torch_starter.core.tuning import Bound, Look, Subject, Told, Window


def told(device: str = "cpu", world: int = 1, look: Look | None = None, **window: Any) -> Told:
    """A run of ten steps in a second, with what is said of its window."""
    return Told(
        kind="training", device=device, world=world, window=Window(**{"steps": 10, "wall": 1.0, "cpu": 1.0, **window}), look=look
    )


def losing(*losses: float, digest: str = "") -> Told:
    """A run with these losses."""
    return Told(kind="training", losses=[each.hex() for each in losses], digest=digest)


def subject(bounds: dict[Bound, float], **more: Any) -> Subject:
    return Subject(told=told(), bounds=bounds, **more)
