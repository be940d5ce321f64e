"""Files held against their checksums."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from torch_starter.core.sealed import GIT, Broken, Seal, broken

CONTENT = b"a blob\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("sha256", (SHA256,)),
        ("sha256", (SHA256[:8],)),
        ("sha256", ("0" * 64, SHA256)),
        ("sha1", (hashlib.sha1(CONTENT).hexdigest(),)),
    ],
    ids=["whole", "beginning", "one of several", "another hash"],
)
def test_a_file_that_holds(file: Path, kind: str, values: tuple[str, ...]) -> None:
    read: list[int] = []
    assert broken(Seal(str(file), len(CONTENT), kind, values), read.append) is None
    assert sum(read) == len(CONTENT)


def test_git_hashes_a_header_too(file: Path) -> None:
    wanted = hashlib.sha1(b"blob 7\0" + CONTENT).hexdigest()
    assert broken(Seal(str(file), -1, GIT, (wanted,))) is None
    assert broken(Seal(str(file), -1, GIT, (hashlib.sha1(CONTENT).hexdigest(),))) == Broken(str(file), "other contents")


def test_what_does_not_hold_says_how(file: Path, tmp_path: Path) -> None:
    seal = Seal(str(file), 9, "sha256", (SHA256,))
    assert broken(seal) == Broken(str(file), "7 bytes instead of 9")
    assert broken(seal._replace(path=str(tmp_path / "none"))) == Broken(str(tmp_path / "none"), "missing")
    assert broken(seal._replace(path=str(file / "below"))) == Broken(str(file / "below"), "missing")
    found = broken(seal._replace(path=str(tmp_path)))
    assert found is not None
    assert found.unread, "a folder cannot be read as a file"


def test_what_may_not_be_read_is_not_called_damaged(file: Path) -> None:
    loop = file.with_name("loop")
    loop.symlink_to(loop)
    found = broken(Seal(str(loop), -1, "sha256", (SHA256,)))
    assert found is not None
    assert found.unread


def test_one_byte_is_seen_in_a_file_of_several_pieces(tmp_path: Path) -> None:
    path, content = tmp_path / "large", bytearray(os.urandom(9 * 2**20))
    path.write_bytes(content)
    seal = Seal(str(path), len(content), "sha256", (hashlib.sha256(content).hexdigest(),))
    assert broken(seal) is None
    content[-1] ^= 1
    path.write_bytes(content)
    assert broken(seal) == Broken(str(path), "other contents")
