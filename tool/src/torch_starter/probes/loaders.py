"""The DataLoader with worker processes: batches as large as those of images, through shared memory.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a batch is wrong.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from importlib import import_module
from typing import Any, Iterator

BATCH = 16
IMAGE = (3, 224, 224)  # float32: 0.6 MB an image, 9.6 MB a batch
BATCHES = 4
SECONDS = 30  # that a worker may take for a batch
MODULE = "torch_starter_loader_probe"  # the name under which a worker that was not forked imports this file


def loader() -> dict[str, object]:
    """Two forked workers of a DataLoader deliver batches of images.

    Two rounds over 64 images of 3x224x224 in batches of 16 (9.6 MB each, through /dev/shm), with persistent workers: every
    image is there once, as its worker made it; the workers' seeds differ. A worker that hangs is asked where it is.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as where:
        # Inherited by the workers: whatever they wait for, this signal is answered with where they are.
        faulthandler.register(signal.SIGUSR1, file=where)
        return _two_rounds("fork", _Images(), where)


def loader_spawn() -> dict[str, object]:
    """Two workers of a DataLoader, started anew by "spawn", deliver batches of images.

    As with forked workers, but each is a new interpreter that imports torch and the data set's module: where that module
    does work when it is imported, or cannot be pickled, it fails here.
    """
    with _importable() as images:
        return _two_rounds("spawn", images)


def loader_forkserver() -> dict[str, object]:
    """Two workers of a DataLoader, forked from a server, deliver batches of images.

    As with spawned workers; "forkserver" is what Python 3.14 and newer take where nothing is said.
    """
    with _importable() as images:
        return _two_rounds("forkserver", images)


class _Images:
    """Image i is filled with i; with it come i, the worker's number and its seed."""

    def __len__(self) -> int:
        return BATCH * BATCHES

    def __getitem__(self, index: int) -> Any:
        import torch
        from torch.utils.data import get_worker_info

        worker = get_worker_info()
        return torch.full(IMAGE, float(index)), index, worker.id, worker.seed


Images = _Images  # pickled by this name


@contextlib.contextmanager
def _importable() -> Iterator[Any]:
    """The images, of a module that another interpreter can import: this file under a name of its own, at the end of the path.

    Probes are loaded by their path, under a name that no worker could import.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(__file__, os.path.join(folder, MODULE + ".py"))
        sys.path.append(folder)
        yield import_module(MODULE).Images()
        sys.path.remove(folder)


def _two_rounds(method: str, images: Any, where: Any = None) -> dict[str, object]:
    from torch.utils.data import DataLoader

    loader = DataLoader(
        images,
        batch_size=BATCH,
        num_workers=2,
        prefetch_factor=1,
        timeout=SECONDS,
        persistent_workers=True,
        multiprocessing_context=method,
    )
    started = time.monotonic()
    try:
        rounds = [_checked_round(loader) for _ in range(2)]
    except RuntimeError as error:
        if "timed out" in str(error) and where is not None:
            raise AssertionError("A worker did not answer within %d s%s." % (SECONDS, _stuck(loader, where))) from error
        lines = str(error).strip().splitlines()  # a worker's own traceback: its last line says what it is
        raise AssertionError("A worker failed: %s" % lines[-1] if "Traceback" in str(error) else lines[0]) from error
    if rounds[0] != rounds[1]:
        raise AssertionError("Persistent workers were started anew between two rounds.")
    megabytes = 2 * BATCHES * BATCH * 0.602
    seconds = time.monotonic() - started
    return {"seen": "2 workers by %s, %d batches of 9.6 MB, %.0f MB/s" % (method, 2 * BATCHES, megabytes / seconds)}


def _checked_round(loader: Any) -> dict[int, int]:
    """One pass over all images; the seed of each worker, as far as it stays the same."""
    seen: list[int] = []
    seeds: dict[int, int] = {}
    for images, indices, workers, worker_seeds in loader:
        if list(images.shape) != [BATCH, *IMAGE]:
            raise AssertionError("A batch has the shape %s, wanted %s." % (list(images.shape), [BATCH, *IMAGE]))
        for place, index in enumerate(indices.tolist()):
            low, high = (float(value) for value in images[place].aminmax())
            if not low == high == index:
                raise AssertionError("Image %d has values from %r to %r, wanted %d." % (index, low, high, index))
        seen.extend(indices.tolist())
        seeds.update(zip(workers.tolist(), worker_seeds.tolist()))
    if seen != list(range(BATCH * BATCHES)):
        raise AssertionError("Images came as %s…, wanted each once and in order." % seen[:8])
    if len(set(seeds.values())) != 2:
        raise AssertionError("The seeds of workers are %s, wanted two different ones." % seeds)
    return seeds


def _stuck(loader: Any, where: Any) -> str:
    """Where the workers are, by themselves."""
    for worker in getattr(loader._iterator, "_workers", ()):
        if worker.is_alive():
            os.kill(worker.pid, signal.SIGUSR1)
    time.sleep(0.5)
    where.seek(0)
    places = re.findall(r'Current thread [^\n]*first\):\n  File "([^"]+)", line (\d+) in (\S+)', where.read())
    return "; it is at " + ", ".join(sorted({"%s:%s in %s" % place for place in places})) if places else ""
