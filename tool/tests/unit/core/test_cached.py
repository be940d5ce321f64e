"""What several things cost together."""

from __future__ import annotations

from torch_starter.core.cached import Back, together


def test_the_worst_kind_of_cost_is_told_with_all_that_is_known() -> None:
    assert together([]) == Back("nothing")
    assert together([Back("nothing"), Back("build", seconds=3.0), Back("build", seconds=2.0)]) == Back("build", seconds=5.0)
    assert together([Back("download", 100), Back("build", seconds=2.0)]) == Back("download", 100, 2.0)


def test_where_seconds_of_some_are_not_known_there_are_more() -> None:
    assert together([Back("build", seconds=3.0), Back("build")]) == Back("build", seconds=3.0, partly=True)
    assert together([Back("build", seconds=3.0, partly=True)]).partly
    assert not together([Back("build"), Back("build")]).partly, "nothing is known, and nothing is told"
