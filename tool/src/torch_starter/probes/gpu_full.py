"""More of each GPU, where there is time: its memory, linear algebra, transfers, and copies between every two.

As in gpu.py every aspect runs in a process of its own and takes its device.
"""

from __future__ import annotations

import os
import time
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

SHARE = 0.8  # of the free memory
PIECE = 256 * 2**20  # bytes that are written and read at once
SLACK = 512 * 2**20  # bytes of a context and of libraries, which do not come back
TRANSFER = 64 * 2**20


def thorough() -> dict[str, Any]:
    """Memory, linear algebra, transfers, and copies between GPUs."""
    aspects = {"memory": _memory, "linear-algebra": _linear_algebra, "transfer": _transfer, "peers": _peers}
    return dict(_shared()._on_all(aspects))


def _memory(device: Any) -> str:
    """80 % of the free memory is allocated, written, read, and given back."""
    import torch

    free, total = torch.cuda.mem_get_info(device)
    _written(device, int(free * SHARE))
    torch.cuda.empty_cache()
    after, _ = torch.cuda.mem_get_info(device)
    if after < free - SLACK:
        words = "%.1f GB were free, and %.1f GB after all was given back" % (free / 1e9, after / 1e9)
        raise AssertionError(words + ": another process took some, or memory is lost.")
    return "%.1f of %.1f GB free, %.1f GB written, read and given back" % (free / 1e9, total / 1e9, free * SHARE / 1e9)


def _written(device: Any, size: int) -> None:
    """Allocate bytes, fill each piece with its own number, then look whether it is still there."""
    import torch

    block = torch.empty(size, dtype=torch.uint8, device=device)
    pieces = block.split(PIECE)
    for number, piece in enumerate(pieces):
        piece.fill_(number % 251)
    for number, piece in enumerate(pieces):
        low, high = (int(value) for value in piece.aminmax())
        if not low == high == number % 251:
            raise AssertionError("Byte %d of memory and on: %d to %d, wanted %d." % (number * PIECE, low, high, number % 251))


def _linear_algebra(device: Any) -> str:
    """solve, svd, eigh of 50x50 by their residuals in n eps |A|, under 30 (LAPACK Working Note 41), and fft by its inverse.

    Bound of fft and back: twice Higham theorem 24.2 with log2(256) = 8 levels, 4 gamma(5) each.
    """
    import torch

    shared = _shared()
    torch.set_float32_matmul_precision("highest")
    a, b = shared._random(50, 50), shared._random(50, 3, seed=1)
    x = torch.linalg.solve(a.to(device), b.to(device)).cpu().double()
    u, s, vh = (each.cpu().double() for each in torch.linalg.svd(a.to(device)))
    symmetric = a + a.T
    values, vectors = (each.cpu().double() for each in torch.linalg.eigh(symmetric.to(device)))
    a, b, symmetric = a.double(), b.double(), symmetric.double()
    size = torch.linalg.matrix_norm
    residuals = {
        "solve": (a @ x - b, size(a, 1) * size(x, 1)),
        "svd": ((u * s) @ vh - a, size(a, 1)),
        "eigh": ((vectors * values) @ vectors.T - symmetric, size(symmetric, 1)),
    }
    ratios = {name: float(size(rest, 1) / (50 * 2.0**-23 * scale)) / 30 for name, (rest, scale) in residuals.items()}
    signal = torch.complex(shared._random(256), shared._random(256, seed=1))
    again = torch.fft.ifft(torch.fft.fft(signal.to(device))).cpu()
    ratios["fft"] = float((again - signal).norm() / signal.norm()) / (2 * 8 * shared._gamma(5))
    for name, ratio in ratios.items():
        if not ratio <= 1:
            raise AssertionError("%s: an error of %.3g times its bound." % (name, ratio))
    return str(shared._words(ratios))


def _transfer(device: Any) -> str:
    """64 MB from pinned memory to the device and back, while the CPU goes on: the same bytes come back."""
    import torch

    pinned = torch.randint(0, 256, (TRANSFER,), dtype=torch.uint8)
    back = torch.empty_like(pinned)
    if device.type == "cuda":
        pinned, back = pinned.pin_memory(), back.pin_memory()
    seconds = []
    for _ in range(3):  # the first also starts the device
        _wait_for(device)
        started = time.monotonic()
        there = pinned.to(device, non_blocking=True)
        _wait_for(device)
        seconds.append(time.monotonic() - started)
    back.copy_(there, non_blocking=True)
    _wait_for(device)
    if not torch.equal(pinned, back):
        raise AssertionError("%d bytes came back changed." % int((pinned != back).sum()))
    return "64 MB there and back the same, %.1f GB/s to the device" % (TRANSFER / 1e9 / max(min(seconds), 1e-9))


def _wait_for(device: Any) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _peers(device: Any) -> str:
    """16 MB from this GPU to every other: the same bytes arrive, directly or through the host."""
    import torch

    others = [index for index in range(torch.cuda.device_count()) if index != device.index]
    if not others:
        return "one GPU: there is no other"
    direct = [index for index in others if torch.cuda.can_device_access_peer(device.index, index)]
    for index in others:
        _copied(device, torch.device("cuda", index))
    return "right copies to %d others, %d of them directly" % (len(others), len(direct))


def _copied(source: Any, target: Any) -> None:
    import torch

    block = torch.randint(0, 256, (16 * 2**20,), dtype=torch.uint8)
    arrived = block.to(source).to(target)
    _wait_for(target)
    if not torch.equal(arrived.cpu(), block):
        raise AssertionError("A copy from %s to %s arrives changed (does NCCL_P2P_DISABLE=1 help?)." % (source, target))


def _shared() -> Any:
    """The file beside this one that the probes of GPUs share."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_devices.py")
    module = ModuleType("torch_starter_devices")
    module.__file__ = path
    SourceFileLoader(module.__name__, path).exec_module(module)
    return module
