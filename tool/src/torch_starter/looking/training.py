"""What trainings wait for: a DataLoader's workers, other ranks, a GPU."""

from __future__ import annotations

import re
from collections.abc import Callable

from torch_starter.core.place import Place
from torch_starter.looking.look import Look, Reason, natively, place, within
from torch_starter.looking.py_spy import Thread

About = Callable[[Look, Thread | None, int], Reason]

LOADER = ("dataloader.py:_try_get_data", "dataloader.py:_get_data")
COLLECTIVE = re.compile(
    r"distributed_c10d\.py$|rendezvous\.py$|distributed/(?:utils|elastic|fsdp|_)|nn/parallel/distributed\.py$"
)
SYNCING = (
    "cudaStreamSynchronize",
    "cudaDeviceSynchronize",
    "cudaEventSynchronize",
    "cuStreamSynchronize",
    "cuEventSynchronize",
    "cuCtxSynchronize",
)


def loader(look: Look, thread: Thread | None, depth: int, about: About) -> Reason | None:
    """A DataLoader's worker that does not send its batch."""
    if within(thread, *LOADER) is None:
        return None
    own, alive = place(thread), [child for child in look.children if child.state != "Z"]
    dead = next((child.number for child in look.children if child.state == "Z"), None)
    if dead is not None:
        remedy = "see what ended it: dmesg | grep -i -e oom -e segfault; try num_workers=0"
        return Reason("loader", f"waits for a worker of a DataLoader that is dead: process {dead}", remedy, own)
    workers = [child for child in alive if within(child.main, "worker.py:_worker_loop")]
    making = [child for child in workers if within(child.main, "fetch.py:fetch")]
    if making:
        inner = about(making[0], making[0].main, depth + 1)
        rest = f", as {len(making) - 1} more do" if len(making) > 1 else ""
        remedy = inner.remedy if not inner.well else "let it go on; ./dev.sh profile says what its batches cost"
        does = f"waits for a worker of a DataLoader (process {making[0].number}), which {inner.does}{rest}"
        return Reason("loader", does, remedy, inner.place or own, well=inner.well)
    if workers or not alive:
        what = "while all of them wait for work" if workers else "that is gone"
        remedy = "give the loader timeout=60, so that it raises; try num_workers=0"
        return Reason("loader", f"waits for a worker of a DataLoader {what}", remedy, own)
    return silent(next((child for child in alive if child.state in "TtD"), alive[0]), own, depth, about)


def silent(child: Look, own: Place | None, depth: int, about: About) -> Reason:
    """A worker that does not say that it is one: it is stopped, or shows no stack."""
    tells = child.threads or child.state in "TtD"
    does = about(child, child.main, depth + 1).does if tells else "does not say where it is"
    remedy = f"./dev.sh profile --hang {child.number}"
    return Reason("loader", f"waits for a worker of a DataLoader (process {child.number}), which {does}", remedy, own)


def collective(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """What all ranks have to come to."""
    frames = thread.python if thread is not None else ()
    at = next((frame for frame in reversed(frames) if COLLECTIVE.search(frame.file)), None)
    native = natively(thread, "nccl", "gloo::", "c10d::")
    if at is None and not native:
        return None
    name = next(
        (
            each.function
            for each in frames
            if COLLECTIVE.search(each.file) and each.function not in ("wrapper", "decorate_context")
        ),
        native,
    )
    world, rank = look.variables.get("WORLD_SIZE", ""), look.variables.get("RANK", "")
    absent = [number for number in range(int(world) if world.isdigit() else 0) if number not in look.ranks]
    told = f"{name}, rank {rank} of {world}," if rank and world else name
    who = f"; not on this machine: rank {', '.join(map(str, absent[:8]))}" if absent else ""
    others = [f"{process} (rank {number})" for number, process in sorted(look.ranks.items()) if process != look.number]
    at_port = ":".join(look.variables.get(name, "?") for name in ("MASTER_ADDR", "MASTER_PORT"))
    remedy = (
        f"see what another rank does: ./dev.sh profile --hang {others[0]}" if others else f"start what is missing, at {at_port}"
    )
    return Reason("collective", f"waits in {told} for the other ranks{who}", remedy, place(thread))


def gpu(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    if not natively(thread, *SYNCING):
        return None
    return Reason(
        "gpu",
        "waits for its GPU to finish what it was given",
        "nvidia-smi shows whether that works; CUDA_LAUNCH_BLOCKING=1 shows the operation",
        place(thread),
    )
