"""The doctor's proof: every fault that is put into a copy of the real environment is found by its one line."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from real.conftest import REAL_CACHE
from torch_starter.core.kinds import Fault
from torch_starter.verbs._self_test import all_faults


@pytest.fixture(scope="module")
def told(current: Path) -> dict[str, dict[str, Any]]:
    """Fault id -> what the self-test says of it. One run for all: each look takes up to ten seconds."""
    variables = {**os.environ, "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", REAL_CACHE)}
    argv = [str(current / "dev.sh"), "verify-setup", "--self-test", "--json"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=variables)
    report = json.loads(done.stdout)
    assert report["problem"] is None, report["problem"]
    return {finding["id"].removeprefix("self-test."): finding for finding in report["findings"]}


@pytest.mark.parametrize("fault", all_faults(), ids=lambda fault: fault.id)
def test_a_fault_is_found_by_the_one_line_that_names_it(told: dict[str, dict[str, Any]], fault: Fault) -> None:
    finding = told[fault.id]
    if finding["verdict"] == "skip":
        pytest.skip(finding["seen"])
    assert finding["verdict"] == "ok", f"{finding['seen']}; wanted {finding['wanted']}"


def test_at_least_thirty_were_put_in_and_nothing_is_left_of_them(told: dict[str, dict[str, Any]], current: Path) -> None:
    assert sum(finding["verdict"] == "ok" for finding in told.values()) >= 30
    assert not list(current.glob(".torch-starter/*/self-test"))
