"""The variables that installed files know."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.files import LocalFiles
from torch_starter.facts.known_names import constants, known_names, names_in_library, scan, stamp


def library(constants_of_it: bytes) -> bytes:
    """The smallest ELF file with a section of constants: header, constants, names of sections, table of sections."""
    names = b"\0.rodata\0.shstrtab\0"
    at_names = 64 + len(constants_of_it)
    table = at_names + len(names)
    sections = [(0, 0, 0, 0, 0, 0), (1, 1, 2, 0, 64, len(constants_of_it)), (9, 3, 0, 0, at_names, len(names))]
    packed = b"".join(struct.pack("<IIQQQQ", *section) + bytes(24) for section in sections)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 2)
    return head + constants_of_it + names + packed


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages: a library, a source that reads variables, and one that does not."""
    folder = tmp_path / "site-packages"
    (folder / "one-1.0.dist-info").mkdir(parents=True)
    (folder / "one-1.0.dist-info" / "RECORD").write_text("one.py,,\n")
    (folder / "one" / "tests").mkdir(parents=True)
    (folder / "one" / "lib.so.1").write_bytes(library(b"x\0NCCL_DEBUG\0NCCL_ALGO\0lower_case\0FLAG\0"))
    (folder / "one" / "libnvrtc.so").write_bytes(library(b"\0NVRTC_NOISE\0"))
    (folder / "one" / "env.py").write_text("import os\nos.environ.get('HF_HOME'); os.getenv(\"PYTHONHASHSEED\")\n")
    (folder / "one" / "plain.py").write_text("A = 'NOT_READ'\n")
    (folder / "one" / "tests" / "t.py").write_text("import os\nos.environ['OF_A_TEST']\n")
    (folder / "one" / "empty.so").touch()
    (folder / "one" / "gone.py").symlink_to("nowhere")
    return folder


def test_names_are_found_in_libraries_and_in_sources_that_read_variables(site: Path) -> None:
    assert scan(site) == {"NCCL_DEBUG", "NCCL_ALGO", "HF_HOME", "PYTHONHASHSEED"}
    assert scan(site / "nowhere") == frozenset()


def test_a_real_program_can_be_read() -> None:
    assert isinstance(names_in_library(sys.executable), set)
    data = Path(sys.executable).resolve().read_bytes()
    assert sys.platform != "linux" or [end - start for start, end in constants(data) if end > start]


@given(st.binary(max_size=200), st.integers(0, 300))
def test_a_broken_library_holds_none_and_stops_nothing(noise: bytes, length: int) -> None:
    whole = library(b"\0NCCL_DEBUG\0")
    for data in (noise, b"\x7fELF\x02\x01" + noise, whole[:length]):
        assert all(0 <= start <= end <= len(data) for start, end in constants(data))


def test_they_are_kept_until_something_is_installed(site: Path, tmp_path: Path) -> None:
    kept = tmp_path / "state" / "names.json"
    path = (str(site), "/usr/lib/python3.12")
    assert known_names(LocalFiles(), path, kept, may_scan=False) == frozenset()
    assert not kept.exists()
    found = known_names(LocalFiles(), path, kept, may_scan=True)
    assert "NCCL_DEBUG" in found
    (site / "one" / "env.py").write_text("")
    assert known_names(LocalFiles(), path, kept, may_scan=False) == found
    (site / "one-1.0.dist-info" / "RECORD").write_text("one.py,,\ntwo.py,,\n")
    assert known_names(LocalFiles(), path, kept, may_scan=False) == frozenset()
    assert known_names(LocalFiles(), path, kept, may_scan=True) == found - {"HF_HOME", "PYTHONHASHSEED"}


def test_what_is_kept_and_cannot_be_read_is_found_again(site: Path, tmp_path: Path) -> None:
    kept = tmp_path / "names.json"
    kept.write_text("{")
    assert "NCCL_DEBUG" in known_names(LocalFiles(), (str(site),), kept, may_scan=True)


def test_where_nothing_can_be_kept_they_are_found_all_the_same(site: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "NCCL_DEBUG" in known_names(LocalFiles(), (str(site),), tmp_path / "file" / "names.json", may_scan=True)


def test_a_package_more_gives_another_stamp(site: Path) -> None:
    before = stamp([site])
    (site / "two-1.0.dist-info").mkdir()
    (site / "two-1.0.dist-info" / "RECORD").touch()
    assert stamp([site]) != before
