"""The last line of a benchmark."""

from __future__ import annotations

from torch_starter.core.report import Limit, Measurement
from torch_starter.verbs._conclusion import conclusion


def figure(name: str, params: dict[str, str], limit: Limit | None, bounded: bool = False) -> Measurement:
    return Measurement(
        name=name,
        title={"matmul": "the product of two matrices"}.get(name, ""),
        unit="GFLOP/s",
        samples=(50.0, 50.0),
        processes=(1, 1),
        params=params,
        limit=limit,
        bounded=bounded,
    )


MEASURED = Limit(100.0, "measured")
ONE = figure("matmul", {"dtype": "float32", "threads": "1"}, Limit(60.0, "measured"))
ALL = figure("matmul", {"dtype": "float32", "threads": "12"}, MEASURED)
GPU = figure("matmul", {"dtype": "bfloat16", "device": "cuda:0"}, Limit(200.0, "datasheet"))
COPY = figure("memory", {"threads": "12"}, Limit(51.0, "measured"))


def test_it_names_the_figure_that_says_most() -> None:
    told = "the product of two matrices (float32, 12 threads): 50 % of what these processors can do"
    assert conclusion([COPY, ONE, ALL]) == told
    assert conclusion([GPU, ALL]) == "the product of two matrices (bfloat16, cuda:0): 25 % of its data sheet"
    assert conclusion([COPY]) == "memory (12 threads): 98 % of what these processors can do"


def test_a_bound_is_called_one() -> None:
    assert ": at least 50 % of" in conclusion([figure("matmul", {}, MEASURED, bounded=True)])


def test_where_nothing_has_a_limit_none_is_made_up() -> None:
    assert conclusion([figure("x", {}, None)]) == "nothing to hold the figures against"
    assert conclusion([]) == "nothing was measured"
