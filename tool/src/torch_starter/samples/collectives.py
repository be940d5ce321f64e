"""Operations of several processes together, on one computer."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from functools import partial
from typing import Any, Callable, Dict, Tuple

SECONDS = 60  # for a group to be made, and for each operation
ALL_SECONDS = 100.0  # for all that a rank does
CYCLE = 1009  # numbers count up to this, and begin again
KIND = "float32"
Operation = Tuple[Callable[[], Any], Any, Any]  # doing it; where the result is; what that must be


def together(measure: Any, what: str, backend: str, ranks: int, size: int) -> Dict[str, Any]:
    """`size` bytes each time, as nccl-tests counts them; every rank checks its first result."""
    import torch.distributed as dist

    there = dist.is_available() and (dist.is_gloo_available() if backend == "gloo" else dist.is_nccl_available())
    if not there:
        return {"skip": "this build of torch has no %s" % backend}
    apart = measure.beside("../probes/_apart")
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store")
        work = {"rank %d" % rank: partial(_rank, measure, rank, ranks, what, backend, size, store) for rank in range(ranks)}
        told = apart._together(work, ALL_SECONDS)
    failed = ["%s: %s" % (name, each["error"]) for name, each in told.items() if "error" in each]
    if failed:
        raise RuntimeError("; ".join(failed))
    series: Dict[str, Any] = told["rank 0"]["value"]
    return series


def _rank(measure: Any, rank: int, ranks: int, what: str, backend: str, size: int, store: str) -> Dict[str, Any]:
    """In a rank: join, check one result, then do what rank 0 says until it says that it is enough."""
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    device = "cpu" if backend == "gloo" else "cuda:%d" % rank
    if device != "cpu":
        torch.cuda.set_device(device)
    limit = timedelta(seconds=SECONDS)
    dist.init_process_group(backend, store=dist.FileStore(store, ranks), rank=rank, world_size=ranks, timeout=limit)
    once, result, wanted = OPERATIONS[what](size // 4, rank, ranks, device)
    try:
        once()
    except (RuntimeError, NotImplementedError) as error:
        if "support" in str(error) or "implement" in str(error):
            return {"skip": "%s of this torch has no %s" % (backend, what)}
        raise
    if not torch.equal(result, wanted):
        raise AssertionError("%s by %s is wrong: %s, wanted %s" % (what, backend, result[:4].tolist(), wanted[:4].tolist()))
    told = (_lead if rank == 0 else _follow)(measure, once, device, float(size))
    dist.barrier()  # nobody leaves while another still needs it
    dist.destroy_process_group()
    return told


def _lead(measure: Any, once: Callable[[], Any], device: str, size: float) -> Dict[str, Any]:
    """Rank 0: tell the others how often it is done, and look at the clock."""
    wait = measure.beside("_measure").waiting_for(device)

    def timed(loops: int) -> Any:
        _agreed(loops, device)
        wait()
        meter = measure.meter()
        for _ in range(loops):
            once()
        wait()
        return meter.since()

    loops, warm = measure.calibrated(timed)
    values = measure.taken(lambda: timed(loops))
    _agreed(0, device)
    return {"done": measure.series(values, size * loops, warm)}


def _follow(measure: Any, once: Callable[[], Any], device: str, size: float) -> Dict[str, Any]:
    """The others: as often as they are told."""
    while True:
        loops = _agreed(0, device)
        if not loops:
            return {}
        for _ in range(loops):
            once()


def _agreed(loops: int, device: str) -> int:
    """How often rank 0 says that it is to be done."""
    import torch
    import torch.distributed as dist

    told = torch.tensor([loops], device=device)
    dist.broadcast(told, 0)
    return int(told)


def _numbers(count: int, rank: int, device: str) -> Any:
    """Different ones in each rank and place, which add up exactly."""
    import torch

    return (torch.arange(count, device=device) % CYCLE + rank).to(getattr(torch, KIND))


def _all_reduce(count: int, rank: int, ranks: int, device: str) -> Operation:
    import torch.distributed as dist

    data = _numbers(count, rank, device)
    wanted = sum(_numbers(count, each, device) for each in range(ranks))
    return partial(dist.all_reduce, data), data, wanted


def _broadcast(count: int, rank: int, ranks: int, device: str) -> Operation:
    import torch.distributed as dist

    data = _numbers(count, rank, device)
    return partial(dist.broadcast, data, 0), data, _numbers(count, 0, device)


def _all_gather(count: int, rank: int, ranks: int, device: str) -> Operation:
    import torch
    import torch.distributed as dist

    part = count // ranks
    result = torch.zeros(part * ranks, device=device)
    wanted = torch.cat([_numbers(part, each, device) for each in range(ranks)])
    return partial(dist.all_gather_into_tensor, result, _numbers(part, rank, device)), result, wanted


def _reduce_scatter(count: int, rank: int, ranks: int, device: str) -> Operation:
    import torch
    import torch.distributed as dist

    part = count // ranks
    result = torch.zeros(part, device=device)
    whole = sum(_numbers(part * ranks, each, device) for each in range(ranks))
    wanted = whole[rank * part : (rank + 1) * part]
    return partial(dist.reduce_scatter_tensor, result, _numbers(part * ranks, rank, device)), result, wanted


OPERATIONS = {
    "all-reduce": _all_reduce,
    "all-gather": _all_gather,
    "broadcast": _broadcast,
    "reduce-scatter": _reduce_scatter,
}  # type: Dict[str, Callable[[int, int, int, str], Operation]]
