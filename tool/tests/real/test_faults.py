"""The doctor's proof: every fault that is put into a copy of the real environment is found by its one line."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from real.conftest import REAL_CACHE
from torch_starter.core.kinds import Fault
from torch_starter.verbs._self_test import all_faults

LEFT_TO_A_PERSON = {  # who runs --self-test: each takes twenty seconds, and another of its kind is put in here
    "files.missing-library",
    "files.truncated-torch",
    "files.missing-module",
    "packages.torchvision",
    "packages.numpy-2",
    "packages.pyarrow-26",  # and the next: test_whole.py has both
    "packages.transformers-4.52",
    "packages.tokenizers",
    "imports.hangs",
    "imports.exits",
    "limits.open-files",
    "variables.hidden-gpus",
    "home.cache-read-only",
}
ASKED = [fault for fault in all_faults() if fault.id not in LEFT_TO_A_PERSON]
SLOW = [fault for fault in ASKED if fault.level != "quick"]  # each takes a whole verification: a third of them each day, in turn
EVERY = 1 if os.environ.get("TORCH_STARTER_ALL_FAULTS") else 3
TODAY = [fault for number, fault in enumerate(SLOW) if number % EVERY == datetime.date.today().toordinal() % EVERY]
FAULTS = [fault for fault in ASKED if fault.level == "quick" or fault in TODAY]


@pytest.fixture(scope="module")
def told(current: Path) -> dict[str, dict[str, Any]]:
    """Fault id -> what the self-test says of it, in one run for all."""
    variables = {**os.environ, "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", REAL_CACHE)}
    argv = [str(current / "dev.sh"), "verify-setup", "--self-test", "--only", ",".join(fault.id for fault in FAULTS), "--json"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=variables)
    report = json.loads(done.stdout)
    assert report["problem"] is None, report["problem"]
    return {finding["id"].removeprefix("self-test."): finding for finding in report["findings"]}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_found_by_the_one_line_that_names_it(told: dict[str, dict[str, Any]], fault: Fault) -> None:
    finding = told[fault.id]
    if finding["verdict"] == "skip":
        pytest.skip(finding["seen"])
    assert finding["verdict"] == "ok", f"{finding['seen']}; wanted {finding['wanted']}"


def test_a_third_of_the_slow_ones_is_put_in_at_least() -> None:
    assert len(TODAY) >= len(SLOW) // EVERY >= 3


def test_what_is_left_to_a_person_is_there() -> None:
    assert {fault.id for fault in all_faults()} >= LEFT_TO_A_PERSON


def test_at_least_thirty_were_put_in_and_nothing_is_left_of_them(told: dict[str, dict[str, Any]], current: Path) -> None:
    assert sum(finding["verdict"] == "ok" for finding in told.values()) >= 30
    assert not list(current.glob(".torch-starter/*/self-test"))
