"""Stored blocks: what is written is read again, by us and by any zstd; what is cut off or altered is seen or stays harmless."""

from __future__ import annotations

import io
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.bundles.frames import BLOCK, HEADER, Damaged, NotStored, Reader, Truncated, Writer

PIECES = st.lists(st.binary(max_size=64) | st.integers(0, 3 * BLOCK).map(bytes), max_size=6)


def written(pieces: list[bytes]) -> bytes:
    file = io.BytesIO()
    writer = Writer(file)
    for piece in pieces:
        writer.write(piece)
    assert writer.tell() == sum(map(len, pieces))
    writer.close()
    return file.getvalue()


@given(PIECES)
def test_what_is_written_is_read_again(pieces: list[bytes]) -> None:
    assert Reader(io.BytesIO(written(pieces))).read() == b"".join(pieces)


@pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")
def test_any_zstd_reads_it() -> None:
    content = bytes(range(256)) * 2000
    done = subprocess.run(["zstd", "-dc"], input=written([content]), capture_output=True, check=True)
    assert done.stdout == content


@given(PIECES, st.data())
def test_one_that_is_cut_off_anywhere_is_seen(pieces: list[bytes], data: st.DataObject) -> None:
    whole = written(pieces)
    cut = whole[: data.draw(st.integers(len(HEADER), len(whole) - 1))]
    with pytest.raises(Truncated):
        Reader(io.BytesIO(cut)).read()


@given(st.binary(max_size=40))
def test_whatever_comes_it_is_read_or_refused(content: bytes) -> None:
    try:
        read = Reader(io.BytesIO(content)).read()
    except (NotStored, Damaged):
        return
    assert len(read) < len(content)


def test_what_another_program_compressed_is_told_from_what_is_no_zstd() -> None:
    with pytest.raises(NotStored, match="another program"):
        Reader(io.BytesIO(HEADER[:4] + b"\x24\x00" + bytes(20)))
    with pytest.raises(NotStored, match="does not begin"):
        Reader(io.BytesIO(b"PK\x03\x04" + bytes(20)))
    with pytest.raises(NotStored, match="does not begin"):
        Reader(io.BytesIO(b""))
