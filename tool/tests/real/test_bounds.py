"""What binds scripts of which each is bound by one thing, as the first look at them tells."""

from __future__ import annotations

import pytest

from real._sandbox import REPOSITORY
from real._watched import Bench
from torch_starter.core.tuning import Bound
from torch_starter.tuning.bounds import bounds

WORKLOADS = REPOSITORY / "tool" / "benchmarks" / "workloads"
SEEN: tuple[Bound, ...] = ("data", "launch", "memory")


def shares(bench: Bench, name: str) -> dict[Bound, float]:
    """Of what does not depend on what else the machine does."""
    command = (str(WORKLOADS / f"{name}.py"), "--steps", "100000")
    told = bench.run("", argv=command, steps=0, least=0.5, look=True).told
    return {bound: share for bound, share in bounds(told).items() if bound in SEEN}


@pytest.mark.parametrize(("name", "bound"), [("data_bound", "data"), ("launch_bound", "launch"), ("allocator_bound", "memory")])
def test_what_a_script_is_bound_by_stands_out(bench: Bench, name: str, bound: Bound) -> None:
    found = shares(bench, name)
    assert next(iter(found)) == bound
    assert found[bound] > 0.1
    assert all(share < found[bound] / 3 for other, share in found.items() if other != bound)


def test_nothing_of_that_binds_one_that_computes(bench: Bench) -> None:
    assert all(share < 0.05 for share in shares(bench, "optimal").values())
