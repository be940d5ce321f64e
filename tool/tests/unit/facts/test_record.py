from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.facts.record import Entry, digest, entries, same


def line(path: str, text: bytes, size: str | None = None) -> str:
    """A line of RECORD as installers write it."""
    value = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
    return f"{path},sha256={value},{len(text) if size is None else size}"


def entry(path: str, text: bytes = b"x") -> Entry:
    return next(entries(line(path, text)))


@pytest.mark.parametrize(
    "text",
    [
        "a/b.py,,",
        "a/__pycache__/b.cpython-312.pyc,sha256=abc,3",
        "a/b.py,md5000=abc,3",
        "a/b.py",
        "",
        "certifi/cacert.pem,sha256=abc,3",
        "a-1.dist-info/INSTALLER,sha256=abc,3",
    ],
)
def test_what_nobody_vouches_for_is_no_entry(text: str) -> None:
    assert list(entries(text)) == []


def test_an_entry_has_path_hash_and_size() -> None:
    assert list(entries('"a,b.py",sha256=abc,3\nc.py,sha256=d,')) == [
        Entry("a,b.py", "sha256", "abc", 3),
        Entry("c.py", "sha256", "d", -1),
    ]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(found.value for found in entries(text.replace("\r", "")))


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("torch/functional.py", True),
        ("torch/testing/__init__.py", True),
        ("torch/lib/libtorch.so", True),
        ("numpy/tests/test_a.py", False),
        ("torch/_C/__init__.pyi", False),
        ("a-1.dist-info/licenses/LICENSE", False),
        ("a-1.dist-info/METADATA", True),
    ],
)
def test_slim_images_leave_out_what_programs_run_without(path: str, needed: bool) -> None:
    assert entry(path).needed == needed


@pytest.mark.parametrize(("text", "wanted"), [(b"contents", True), (b"Contents", False)])
def test_contents_are_told_by_their_hash(tmp_path: Path, text: bytes, wanted: bool) -> None:
    (tmp_path / "a.py").write_bytes(text)
    assert same(str(tmp_path), entry("a.py", b"contents")) == wanted


def test_large_files_are_read_in_pieces(tmp_path: Path) -> None:
    text = bytes(2**20 + 1)
    (tmp_path / "a.so").write_bytes(text)
    assert same(str(tmp_path), entry("a.so", text))


def test_what_cannot_be_read_is_not_the_same(tmp_path: Path) -> None:
    assert not same(str(tmp_path), entry("missing.py"))


@pytest.mark.parametrize(("text", "wanted"), [(b"#!/moved/python\n", True), (b"something else\n", False)])
def test_a_program_whose_first_line_was_rewritten_is_the_same(tmp_path: Path, text: bytes, wanted: bool) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "program").write_bytes(text)
    assert same(str(tmp_path / "site"), entry("../program", b"#!/first/python\n")) == wanted


def test_a_digest_stands_for_the_files_in_the_packages_folder() -> None:
    one, other, program = entry("a.py"), entry("b.py"), entry("../../../bin/a", b"#!/here")
    assert digest([one, other]) == digest([other, one, program])
    assert digest([one]) != digest([entry("a.py", b"y")])
