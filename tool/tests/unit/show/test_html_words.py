"""The words of a page: remedies, facts, moments and numbers."""

from __future__ import annotations

import pytest

from torch_starter.show._line import when, where
from torch_starter.show._words import is_command, number
from torch_starter.show.html import leaves
from unit.show import reports


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        ("./dev.sh setup --rebuild", True),
        ("uv pip install 'torch==2.14.1'", True),
        ('sudo chown -R "$(id -u)" /x', True),
        ("/env/bin/python -m pip install x", True),
        ("HF_HOME=/x ./dev.sh verify-setup", True),
        ("unset OMP_NUM_THREADS", True),
        ("use WSL2, or the container", False),
        ("free some space on the disk of /work", False),
        ("", False),
    ],
)
def test_a_command_is_known_from_a_sentence(remedy: str, expected: bool) -> None:
    assert is_command(remedy) is expected


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"free": 57439248384}, "disk", [("free", "57.4 GB")]),
        (
            {"open_files": 20000, "on": True, "off": None},
            "limits",
            [("open files", "20\u202f000"), ("on", "yes"), ("off", "none")],
        ),
        ({"absent": "no driver"}, "gpu", [("", "not here: no driver")]),
        ({"unknown": "no permission"}, "gpu", [("", "not known: no permission")]),
        ({"of": ["a", "b"], "load": 0.123456}, "x", [("of", "a, b"), ("load", "0.1235")]),
        ({"inodes": 5, "free": 5}, "disk", [("inodes", "5"), ("free", "5 B")]),
        (
            {"files": {"A_B": {"size_bytes": 2000, "error": ""}, "C": {}}},
            "x",
            [("files A_B", "size bytes 2 kB"), ("files C", "none")],
        ),
        ({"memlock": -1, "MY_NAME": "x", "error": ""}, "limits", [("memlock", "-1"), ("MY_NAME", "x")]),
        ({"devices": [{"name": "H200"}]}, "gpu", [("devices 0", "name H200")]),
    ],
)
def test_facts_are_written_for_people(value: object, path: str, expected: list[tuple[str, str]]) -> None:
    assert list(leaves(value, path)) == expected


def test_the_machine_in_a_line() -> None:
    assert where(reports.everything().facts) == "Debian GNU/Linux 12 x86_64, 2 processors, 1 x NVIDIA H200, in a container"
    assert where({"gpu": {"absent": "none"}, "system": "?"}) == "no GPU"
    assert where({}) == ""


def test_moments_and_numbers_as_people_write_them() -> None:
    assert when("2026-01-02T03:04:05Z") == "2 January 2026, 03:04 UTC"
    assert when("yesterday") == "yesterday"
    assert [number(value) for value in (2.0, 0.012345, 12345.678, 1234)] == ["2", "0.01235", "12\u202f346", "1\u202f234"]
