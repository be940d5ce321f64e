"""What binds a command, as its first run tells."""

from __future__ import annotations

import pytest

from torch_starter.core.tuning import Look, Told
from torch_starter.tuning.bounds import binding, bounds
from unit.tuning.told import told

BUSY = Look(operations=100, operating=0.095, wall=0.1)


def test_waiting_for_data() -> None:
    found = bounds(told(data=0.7, look=BUSY))
    assert found["data"] == pytest.approx(0.7)
    assert next(iter(found)) == "compute"


def test_threads_that_wait_for_a_processor() -> None:
    assert bounds(told(waited=0.4, others=0.1))["threads"] == pytest.approx(0.4)
    assert bounds(told(others=0.5))["threads"] == pytest.approx(0.5)


def test_many_small_operations() -> None:
    """At 10 us each starting them is most of it; the same time in a few large ones is none of that."""
    small, large = Look(operations=9000, operating=0.09, wall=0.1), Look(operations=90, operating=0.09, wall=0.1)
    assert bounds(told(look=small))["launch"] == pytest.approx(0.72)
    assert bounds(told(look=large))["launch"] == 0.0
    assert bounds(told(look=large))["compute"] == pytest.approx(0.9)


def test_mapping_memory_anew() -> None:
    assert bounds(told(faults=800_000, system=0.35, look=BUSY))["memory"] == pytest.approx(0.35)
    assert bounds(told(faults=100, system=0.35, look=BUSY))["memory"] < 0.05  # the kernel did something else


def test_a_gpu_that_waits_for_us_and_one_that_does_not() -> None:
    idle = bounds(told(device="cuda:0", look=Look(operations=900, operating=0.09, computing=0.03, wall=0.1)))
    busy = bounds(told(device="cuda:0", look=Look(operations=900, operating=0.03, computing=0.098, wall=0.1)))
    assert idle["launch"] == pytest.approx(0.7)
    assert busy["launch"] == 0.0
    assert busy["compute"] == pytest.approx(0.98)


def test_talking_to_others_counts_where_there_are_any() -> None:
    look = Look(operations=10, operating=0.05, communicating=0.04, wall=0.1)
    assert bounds(told(world=2, look=look))["communication"] == pytest.approx(0.4)
    assert "communication" not in bounds(told(look=look))


def test_without_a_look_it_computes_as_far_as_one_knows() -> None:
    assert bounds(told())["compute"] == 1.0


def test_no_window_says_nothing() -> None:
    assert bounds(Told(kind="none")) == {}


def test_what_explains_little_does_not_bind_but_threads_are_always_looked_at_on_processors() -> None:
    shares = bounds(told(data=0.01, look=BUSY))
    assert binding(shares, "cpu") == {"compute", "threads"}
    assert binding(shares, "cuda:0") == {"compute"}
