from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torch_starter.making.downloads import Downloads

MIB = 2**20
LINES = """\
Using Python 3.12.1 environment at: /p/.torch-starter/linux-x86_64/envs/cu130
Resolved 78 packages in 1.20s
Downloading torch (528.9MiB)
Downloading nvidia-cublas (1.5GiB)
Downloading fonttools (900.5KiB)
 Downloaded fonttools
 Downloaded torch
 Downloaded nvidia-cublas
Prepared 78 packages in 29.16s
Installed 78 packages in 1.02s
 + torch==2.14.1
""".splitlines()


class Said:
    """A stage that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, float | None, str]] = []

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        self.told.append((done, total, detail))


def read(lines: list[str]) -> list[tuple[float, float | None, str]]:
    said = Said()
    downloads = Downloads(said)
    for line in lines:
        downloads.read(line)
    return said.told


def test_what_uv_says_becomes_bytes_done_of_bytes_to_do() -> None:
    torch, cublas, fonttools = 528.9 * MIB, 1536.0 * MIB, 900.5 * 1024
    total = torch + cublas + fonttools
    assert read(LINES) == [
        (0, torch, "0 of 1 large files"),
        (0, torch + cublas, "0 of 2 large files"),
        (0, total, "0 of 3 large files"),
        (fonttools, total, "1 of 3 large files"),
        (fonttools + torch, total, "2 of 3 large files"),
        (total, total, "Downloaded nvidia-cublas"),
        (total, total, "Prepared 78 packages in 29.16s"),
        (total, total, "Installed 78 packages in 1.02s"),
    ]


def test_a_file_that_comes_unannounced_counts_nothing() -> None:
    assert read([" Downloaded small"]) == [(0, 0, "Downloaded small")]


@given(st.lists(st.sampled_from(LINES) | st.text()))
def test_no_line_stops_us_and_no_more_is_done_than_there_is(lines: list[str]) -> None:
    for done, total, _ in read(lines):
        assert total is not None
        assert 0 <= done <= total
