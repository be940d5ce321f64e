from __future__ import annotations

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Check, Verb


def test_verbs_are_found_in_their_files() -> None:
    assert {"setup", "verify-setup", "rollback", "run", "facts"} <= {verb.name for verb in collect("verbs", Verb)}


def test_checks_are_found_alone_and_in_tuples() -> None:
    assert {"packages.trio", "imports", "numerics.matmul", "gpu.compute"} <= {check.id for check in collect("checks", Check)}


def test_files_that_begin_with_an_underscore_and_other_kinds_add_nothing() -> None:
    assert collect("checks", Verb) == []
    assert [verb.name for verb in collect("verbs", Verb) if verb.name.startswith("_")] == []


def test_things_come_in_the_order_of_their_files_and_once() -> None:
    groups = [check.group for check in collect("checks", Check) if check.group in ("bridges", "gpu", "variables")]
    assert groups == sorted(groups)
    ids = [check.id for check in collect("checks", Check)]
    assert len(ids) == len(set(ids))
