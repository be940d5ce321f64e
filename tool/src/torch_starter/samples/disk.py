"""Writing and reading in a folder: one large file, parts of it anywhere, and many small ones."""

from __future__ import annotations

import itertools
import mmap
import os
import random
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List

BLOCK, PAGE = 2**20, 4096
DEPTH = 4  # blocks at once: one at a time leaves a fast disk waiting for us
CHANCE = 16 * BLOCK  # random bytes that are written again and again, each time from another page on
MOST = 2  # values a process: each writes or reads the whole file
HOW = {
    True: "past the page cache (O_DIRECT)",
    False: "through the page cache, which was told to forget first (its file system has no O_DIRECT)",
}


def sequential(measure: Any, folder: str, size: int) -> Dict[str, Any]:
    """Bytes written and read one after the other, 4 blocks of 1 MiB at once; writing ends when fsync does."""
    measure.values = min(measure.values, MOST)
    return dict(measure.beside("_places").within(folder, size, lambda: _sequential(measure, folder, size)))


def small(measure: Any, folder: str, size: int) -> Dict[str, Any]:
    """Reads of 4 KiB anywhere in a file, one at a time; and a write of 4 KiB with its fsync."""
    return dict(measure.beside("_places").within(folder, size, lambda: _small(measure, folder, size)))


def imports(measure: Any, folder: str, files: int) -> Dict[str, Any]:
    """Files of the sizes of modules, read one after the other as an import does: contents cold, names known."""
    return dict(measure.beside("_places").within(folder, files * 2**17, lambda: _imports(measure, folder, files)))


def _sequential(measure: Any, folder: str, size: int) -> Dict[str, Any]:
    places = measure.beside("_places")
    blocks = range(max(1, size // BLOCK))
    # without a name: nothing is left of it, whatever happens to us
    with tempfile.TemporaryFile(buffering=0, dir=folder) as file, ThreadPoolExecutor(DEPTH) as pool:
        number = file.fileno()
        direct = places.direct(number)
        write, read = _writer(number), _reader(number)

        def written() -> Any:
            os.ftruncate(number, 0)
            os.fsync(number)
            meter = measure.meter()
            list(pool.map(write, blocks))
            os.fsync(number)
            return measure.told(meter)

        def was_read() -> Any:
            places.drop(number)
            meter = measure.meter()
            list(pool.map(read, blocks))
            return measure.told(meter)

        amount = float(len(blocks) * BLOCK)
        told = {name: measure.series(measure.taken(once), amount) for name, once in (("write", written), ("read", was_read))}
    return {**told, "notes": ["Files in %s are read and written %s." % (folder, HOW[direct])]}


def _small(measure: Any, folder: str, size: int) -> Dict[str, Any]:
    places = measure.beside("_places")
    with tempfile.TemporaryFile(buffering=0, dir=folder) as file:
        number = file.fileno()
        direct = places.direct(number)
        for block in map(_writer(number), range(max(1, size // BLOCK))):
            assert block
        os.fsync(number)
        places.drop(number)
        page = mmap.mmap(-1, PAGE)
        starts = list(range(0, os.fstat(number).st_size, PAGE))
        random.Random(0).shuffle(starts)
        next_start = itertools.cycle(starts).__next__
        if not direct and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(number, 0, 0, os.POSIX_FADV_RANDOM)  # nothing is read ahead

        def one() -> None:
            start = next_start()
            _whole(os.preadv(number, [page], start), PAGE)
            if not direct:
                places.drop(number, start, PAGE)

        def kept() -> None:
            _whole(os.pwritev(number, [page], next_start()), PAGE)
            os.fsync(number)

        return {"random": measure.in_loops(one, 1.0), "fsync": measure.in_loops(kept, 1.0)}


def _imports(measure: Any, folder: str, files: int) -> Dict[str, Any]:
    places = measure.beside("_places")
    with places.scratch(folder) as scratch:
        paths = _modules(places, scratch, files)

        def cold() -> Any:
            places.drop_all(paths)
            meter = measure.meter()
            for path in paths:
                with open(path, "rb") as file:
                    file.read()
            return measure.told(meter)

        return {"files": measure.series(measure.taken(cold), float(files))}


def _modules(places: Any, folder: str, files: int) -> List[str]:
    """Files of random bytes, half of them under 5 KB, as those of packages are; 50 in a folder."""
    chance = random.Random(0)
    paths = []
    for number in range(files):
        package = os.path.join(folder, "package%d" % (number // 50))
        os.makedirs(package, exist_ok=True)
        paths.append(os.path.join(package, "module%d.py" % number))
        places.put(paths[-1], os.urandom(min(2**17, int(chance.lognormvariate(8.5, 1.0)) + 1)))
    return paths


def _writer(number: int) -> Callable[[int], int]:
    """What writes one block of a file; its content is random, so that nothing is saved by making it smaller."""
    content = mmap.mmap(-1, CHANCE)  # begins at a page, as O_DIRECT wants it
    content[:] = os.urandom(CHANCE)
    view = memoryview(content)

    def write(block: int) -> int:
        start = (block * (BLOCK + PAGE)) % (CHANCE - BLOCK)
        return _whole(os.pwritev(number, [view[start : start + BLOCK]], block * BLOCK), BLOCK)

    return write


def _reader(number: int) -> Callable[[int], int]:
    own = threading.local()

    def read(block: int) -> int:
        if not hasattr(own, "buffer"):
            own.buffer = mmap.mmap(-1, BLOCK)
        return _whole(os.preadv(number, [own.buffer], block * BLOCK), BLOCK)

    return read


def _whole(done: int, wanted: int) -> int:
    """As much as was wanted; raises OSError where it was less, as on a disk that is full."""
    if done != wanted:
        raise OSError(28, "only %d of %d bytes" % (done, wanted))
    return done
