"""A DataLoader over images that are decoded: how many it delivers, what that costs, and how busy they keep a model."""

from __future__ import annotations

import io
import os
from typing import Any, Callable, Dict, List

BATCH, PREFETCH = 16, 2
SIDE, CROP = 256, 224  # of an image, and of what is taken out of it
KEPT = 16  # different images; they come again and again
FILES = 128
SECONDS = 60  # that a worker may take for a batch


def feeding(measure: Any, workers: int, decoder: str, device: str) -> Dict[str, Any]:
    """Images a second, CPU seconds for each, the step of a model alone, and its share of the time when it is fed."""
    wanted, free = workers * PREFETCH * BATCH * 3 * CROP * CROP * 4, _shared_memory()
    if workers and free < wanted:
        return {"skip": "/dev/shm has %d MiB, and %d workers want %d" % (free // 2**20, workers, wanted // 2**20)}
    batches = _batches(workers, decoder)
    fetch, count = batches.__next__, _Count()
    for _ in range(1 + PREFETCH * workers):  # the first has the start of the workers in it, the next were made meanwhile
        fetch()
    before = measure.meter()
    delivered = measure.in_loops(lambda: count.of(fetch()), BATCH)
    spent = measure.meter().own - before.own  # of this process and its workers
    cost = measure.series([{**delivered["values"][0], "value": spent / count.images}] if spent > 0 else [])
    step, batch = _step(device), fetch()
    alone = measure.in_loops(lambda: step(batch), BATCH, device=device)
    fed = measure.in_loops(lambda: step(fetch()), BATCH, device=device)
    best = min(value["wall"] / alone["loops"] for value in alone["values"])
    shares = [{**value, "value": min(1.0, best * fed["loops"] / value["wall"])} for value in fed["values"]]
    return {"delivered": delivered, "cost": cost, "alone": alone, "used": measure.series(shares)}


def cold(measure: Any, folder: str, decoder: str) -> Dict[str, Any]:
    """The same images as files, read from the disk one after the other, and not decoded."""
    places = measure.beside("_places")

    def work() -> Dict[str, Any]:
        with places.scratch(folder) as scratch:
            images = _encoded(decoder)
            paths = [os.path.join(scratch, "%d.jpg" % number) for number in range(FILES)]
            for number, path in enumerate(paths):
                places.put(path, bytes(images[number % KEPT]))

            def once() -> Any:
                places.drop_all(paths)
                meter = measure.meter()
                for path in paths:
                    with open(path, "rb") as file:
                        file.read()
                return measure.told(meter)

            return {"read": measure.series(measure.taken(once), float(FILES))}

    return dict(places.within(folder, FILES * SIDE * SIDE * 3, work))


class Images:
    """Image after image: decoded, a part of it taken, as numbers around zero."""

    def __init__(self, decoder: str) -> None:
        self.kept, self.decoded = _encoded(decoder), DECODERS[decoder]

    def __len__(self) -> int:
        return 2**40

    def __getitem__(self, index: int) -> Any:
        down, right = index * 7 % (SIDE - CROP), index * 11 % (SIDE - CROP)
        part = self.decoded(self.kept[index % KEPT])[:, down : down + CROP, right : right + CROP]
        return part.float().div_(255).sub_(0.45).div_(0.225)


class _Count:
    """How many images came."""

    images = 0

    def of(self, batch: Any) -> None:
        self.images += len(batch)


def _batches(workers: int, decoder: str) -> Any:
    from torch.utils.data import DataLoader

    more: Dict[str, Any] = {}
    if workers:  # forked: they need not find this file under a name, and nothing was done yet that does not survive it
        more = {"timeout": SECONDS, "prefetch_factor": PREFETCH, "multiprocessing_context": "fork"}
    return iter(DataLoader(Images(decoder), batch_size=BATCH, num_workers=workers, **more))


def _step(device: str) -> Callable[[Any], None]:
    """Forward and backward of a small convolutional network, from a batch in memory."""
    import torch
    from torch import nn

    layers = [nn.Conv2d(3, 16, 7, stride=4), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(32, 10)).to(device)
    labels = torch.zeros(BATCH, dtype=torch.long, device=device)

    def step(batch: Any) -> None:
        model.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(batch.to(device)), labels).backward()

    return step


def _encoded(decoder: str) -> List[Any]:
    """Images as smooth as photographs, about 20 KB each as JPEG; the same each time."""
    import torch

    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(KEPT, 3, SIDE // 8, SIDE // 8, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    noise = torch.randn(KEPT, 3, SIDE, SIDE, generator=generator)
    return [ENCODERS[decoder](each) for each in (smooth * 255 + noise * 4).clamp(0, 255).to(torch.uint8)]


def _to_pil(pixels: Any) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    raw = bytes(pixels.permute(1, 2, 0).reshape(-1).tolist())  # NumPy may not be installed
    Image.frombytes("RGB", (SIDE, SIDE), raw).save(file, "JPEG", quality=85)
    return file.getvalue()


def _of_pil(data: bytes) -> Any:
    import torch
    from PIL import Image

    raw = bytearray(Image.open(io.BytesIO(data)).convert("RGB").tobytes())
    return torch.frombuffer(raw, dtype=torch.uint8).view(SIDE, SIDE, 3).permute(2, 0, 1)


def _to_torchvision(pixels: Any) -> Any:
    from torchvision.io import encode_jpeg

    return bytes(encode_jpeg(pixels, quality=85).tolist())


def _of_torchvision(data: bytes) -> Any:
    import torch
    from torchvision.io import decode_jpeg

    return decode_jpeg(torch.frombuffer(bytearray(data), dtype=torch.uint8))


def _to_raw(pixels: Any) -> bytes:
    return bytes(pixels.reshape(-1).tolist())


def _of_raw(data: bytes) -> Any:
    import torch

    return torch.frombuffer(bytearray(data), dtype=torch.uint8).view(3, SIDE, SIDE)


ENCODERS = {"PIL": _to_pil, "torchvision": _to_torchvision, "raw": _to_raw}
DECODERS = {"PIL": _of_pil, "torchvision": _of_torchvision, "raw": _of_raw}


def _shared_memory() -> int:
    """Bytes that are free where batches of workers go through; without end where that is no folder."""
    if not os.path.isdir("/dev/shm"):
        return 2**60
    state = os.statvfs("/dev/shm")
    return state.f_bavail * state.f_frsize
