"""Between the memory of the host and that of a GPU."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.benchmarks._gpus import devices
from torch_starter.benchmarks._limits import Reading
from torch_starter.benchmarks._sheets import sheet
from torch_starter.core.bed import Bed
from torch_starter.core.facts import Absent
from torch_starter.core.figures import key
from torch_starter.core.kinds import Benchmark, Figure, Medians, unlimited
from torch_starter.core.report import Limit
from torch_starter.samples._gpu import LANE

SIZES = {"64 KiB": 64 << 10, "4 MiB": 4 << 20, "256 MiB": 256 << 20}
LARGEST = "256 MiB"
LANES = 16


def figures(bed: Bed) -> Iterator[Figure]:
    if not bed.devices:
        raise Absent(bed.no_gpu)
    for device, name in devices(bed).items():
        for size in [LARGEST] if bed.quick else SIZES:
            for memory in ("pinned", "pageable"):
                for way in ("to", "from"):
                    yield moved(device, name, size, memory, way)
        if sheet(name).get("pcie") != 0:
            given = {"size": SIZES[LARGEST], "pinned": True, "device": device}
            yield Figure("transfer.moved", "link", "GB/s", link(device), given)


def moved(device: str, name: str, size: str, memory: str, way: str) -> Figure:
    return Figure(
        sample="transfer.moved",
        series=way,
        unit="GB/s",
        params={"device": device, "memory": memory, "size": size.replace(" ", ""), "way": way},
        arguments={"size": SIZES[size], "pinned": memory == "pinned", "device": device},
        scale=1e-9,
        limit=over_link(device, name),
    )


def link(device: str) -> dict[str, str]:
    """The figure of the link itself: what NVML says of it while it is used, for it slows down when it is not."""
    return {"device": device, "what": "link"}


def over_link(device: str, name: str) -> Reading:
    """What the link can carry, as it was under load; where that is not told, as the data sheet has it.

    A GPU that shares its package with the processor is not linked by PCIe, whatever NVML says of that.
    """
    wanted = sheet(name).get("pcie")
    if wanted == 0:
        return unlimited
    most = LANE[wanted] * LANES if wanted else None

    def reading(medians: Medians) -> Limit | None:
        value = medians.get(key("transfer", link(device)), most)
        return Limit(value, "derived") if value else None

    return reading


BENCHMARK = Benchmark(
    name="transfer",
    title="between host and GPU",
    about="Bytes copied to a GPU and from it, from pinned memory (which the GPU reads by itself) and from pageable memory (which "
    "the driver copies first). The limit is the link's rate; about 85 % of it are left after the protocol's part.",
    version=1,
    figures=figures,
    quick=True,
)
