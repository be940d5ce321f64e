"""Training steps of a transformer's layer, in float32 and in mixed precision, in turn."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict

Steps = Callable[[int], float]


def training(measure: Any, width: int, length: int, batch: int, dtype: str, threads: int, device: str = "cpu") -> Dict[str, Any]:
    """The ratio of the times: plain, mixed, mixed, plain, so that what changes meanwhile meets both."""
    import torch

    if device == "cpu":
        torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    given = torch.randn(batch, length, width, device=device)
    plain, mixed = steps_of(given, "float32"), steps_of(given, dtype)
    loops, warm = measure.calibrated(lambda count: {"wall": plain(count)})
    measure.calibrated(lambda count: {"wall": mixed(count)})

    def pair() -> Dict[str, Any]:
        meter = measure.meter()
        first, mixed_first = plain(loops), mixed(loops)
        mixed_last, last = mixed(loops), plain(loops)
        value = measure.told(meter, (first + last) / (mixed_first + mixed_last))  # type: Dict[str, Any]
        return value

    return {"ratio": measure.series(measure.taken(pair), warm=warm)}


def steps_of(given: Any, dtype: str) -> Steps:
    """What trains a layer for so many steps and tells the seconds."""
    import torch

    device = given.device.type
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(
        given.shape[-1], given.shape[-1] // 64, 4 * given.shape[-1], dropout=0.0, batch_first=True
    )
    layer = layer.to(given.device)
    optimizer = torch.optim.SGD(layer.parameters(), lr=1e-4)
    scaler = scaler_of(device, enabled=dtype == "float16")
    mixed = torch.autocast(
        device, dtype=torch.bfloat16 if dtype == "float32" else getattr(torch, dtype), enabled=dtype != "float32"
    )

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with mixed:
            loss = layer(given).float().square().mean()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    def steps(count: int) -> float:
        began = time.perf_counter()
        for _ in range(count):
            step()
        if device == "cuda":
            torch.cuda.synchronize(given.device)
        return time.perf_counter() - began

    return steps


def scaler_of(device: str, enabled: bool) -> Any:
    """What keeps small gradients of float16 from vanishing; the older form where there is no newer one."""
    import torch

    newer = getattr(torch.amp, "GradScaler", None)
    return torch.cuda.amp.GradScaler(enabled=enabled) if newer is None else newer(device, enabled=enabled)
