"""What binds a command: where the time of a step goes, from one run that was looked at more closely."""

from __future__ import annotations

from torch_starter.core.tuning import Bound, Told

WORTH = 0.05  # of a step: what explains less is not worth a trial
SMALL = 30e-6  # seconds: operations that take less on average cost as much to start as to do
START = 8e-6  # seconds that starting one costs on a processor, about
FAULT = 0.25e-6  # seconds that the kernel needs to map a page, at least
BUSY_GPU = 0.8  # of a step, computed on the GPU: more is bound by it


def bounds(told: Told) -> dict[Bound, float]:
    """Each bound with the share of a step that it explains, the largest first. Shares may overlap."""
    window = told.window
    if window is None or not window.wall:
        return {}
    found: dict[Bound, float] = {"data": window.data / window.wall, **threads(told), **memory(told), **computing(told)}
    told_shares = {bound: min(1.0, share) for bound, share in found.items()}
    return dict(sorted(told_shares.items(), key=lambda each: -each[1]))


def threads(told: Told) -> dict[Bound, float]:
    """How long threads wanted to run and did not: where they wait for each other, each of them that waits holds up all."""
    window = told.window
    if window is None:
        return {}
    return {"threads": max(window.waited, window.others, window.steal)}


def memory(told: Told) -> dict[Bound, float]:
    """Time in the kernel, most of it to map pages for memory that was given back the step before."""
    window = told.window
    if window is None or not window.cpu:
        return {}
    mapping = window.faults * FAULT / window.cpu
    return {"memory": max(mapping, window.system / window.cpu if mapping > WORTH / 5 else 0.0)}


def computing(told: Told) -> dict[Bound, float]:
    """Starting operations, computing them, and talking to other processes."""
    look = told.look
    if look is None or not look.wall:
        return {"compute": 1.0}
    talking: dict[Bound, float] = {"communication": look.communicating / look.wall} if told.world > 1 else {}
    if told.device.startswith("cuda"):
        busy = look.computing / look.wall
        return {"compute": busy, "launch": max(0.0, 1 - busy) if busy < BUSY_GPU else 0.0, **talking}
    working = min(1.0, look.operating / look.wall)
    each = look.operating / look.operations if look.operations else 0.0
    starting = min(1.0, look.operations * START / look.wall) if each < SMALL else 0.0
    return {"compute": working, "launch": starting, **talking}


def binding(found: dict[Bound, float], device: str) -> set[Bound]:
    """Those that are worth trying something against. On processors threads always are: how they wait is not seen in a share."""
    worth = {bound for bound, share in found.items() if share >= WORTH}
    return worth if device.startswith("cuda") else worth | {"threads"}
