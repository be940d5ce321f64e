"""What a person wants to hear of many figures: how near the one that matters most comes to its limit."""

from __future__ import annotations

from collections.abc import Sequence

from torch_starter.core.figures import label
from torch_starter.core.report import Measurement

FIRST = ("training", "matmul")  # whose figures say most of a training


def conclusion(measurements: Sequence[Measurement]) -> str:
    """Such as "the product of two matrices (float32, 2 threads): 78 % of what these processors can do"."""
    told = headline(measurements)
    if told is None or told.share is None or told.limit is None:
        return "nothing to hold the figures against" if measurements else "nothing was measured"
    least = "at least " if told.bounded else ""
    of = {"measured": "what these processors can do", "datasheet": "its data sheet", "derived": "what is possible"}
    params = f" ({label(told.params)})" if told.params else ""
    return f"{told.title or told.name}{params}: {least}{100 * told.share:.0f} % of {of[told.limit.source]}"


def headline(measurements: Sequence[Measurement]) -> Measurement | None:
    """The figure that says most: of a training or of products, on a GPU before processors, on all of these before one."""
    limited = [each for each in measurements if each.share is not None]
    return max(limited, key=weight, default=None)


def weight(measurement: Measurement) -> tuple[int, bool, int, bool]:
    """By what one figure says more than another."""
    name, params = measurement.name, measurement.params
    threads = params.get("threads", "")
    return (
        len(FIRST) - FIRST.index(name) if name in FIRST else 0,
        "device" in params and params["device"] != "cpu",
        int(threads) if threads.isdigit() else 0,
        params.get("dtype") == "float32" if "device" not in params else params.get("dtype") == "bfloat16",
    )
