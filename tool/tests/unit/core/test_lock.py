from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shape.source import ROOT, TOOL
from torch_starter.core.lock import Pin, cuda_version, parse, selected
from torch_starter.core.problems import WrongSpec
from torch_starter.testing import LINUX

LOCKS = [*sorted((ROOT / "locks").glob("*.txt")), *sorted(TOOL.glob("lock*.txt"))]
HASH = "0123456789abcdef" * 4
PIN = f"torch==2.14.1 ; sys_platform == 'linux' \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{HASH[::-1]}\n"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_committed_lock_is_read(lock: Path) -> None:
    pins = parse(lock.read_text(), lock.name)
    assert len(pins) > 5
    assert len(selected(pins, LINUX)) > 5


def test_a_pin_has_a_name_a_version_a_marker_and_hashes() -> None:
    assert parse(PIN, "x.txt") == (Pin("torch", "2.14.1", "sys_platform == 'linux'", (HASH, HASH[::-1])),)


def test_comments_and_empty_lines_are_left_out() -> None:
    assert parse("# made today\n\n", "x.txt") == ()


def test_a_marker_decides_where_a_pin_belongs() -> None:
    pins = parse(PIN, "x.txt")
    assert selected(pins, LINUX) == {"torch": "2.14.1"}
    assert selected(pins, {**LINUX, "sys_platform": "darwin"}) == {}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("torch>=2.0", "lock.syntax"),
        ("--index-url https://example.org/simple", "lock.syntax"),
        ("-r other.txt", "lock.syntax"),
        ("torch @ https://example.org/torch.whl", "lock.syntax"),
        ("    --hash=md5:0123", "lock.syntax"),
        ("<<<<<<< HEAD", "lock.syntax"),
        ("torch==two", "lock.syntax"),
        ("torch==2.0 ; nonsense", "lock.syntax"),
        ("torch==2.0", "lock.unhashed"),
    ],
)
def test_another_line_is_refused_naming_it(line: str, code: str) -> None:
    with pytest.raises(WrongSpec) as stopped:
        parse(f"{PIN}{line}\n", "locks/x.txt")
    assert stopped.value.code == code
    assert "locks/x.txt line 4" in stopped.value.message or code == "lock.unhashed"
    assert stopped.value.remedy == "git checkout -- locks/x.txt"


def test_a_hash_before_any_pin_is_refused() -> None:
    with pytest.raises(WrongSpec, match="line 1"):
        parse(f"    --hash=sha256:{HASH}\n", "x.txt")


@pytest.mark.parametrize(
    ("name", "version", "cuda"),
    [
        ("nvidia-cuda-runtime", "13.0.96", "13.0"),
        ("nvidia-cuda-runtime-cu12", "12.8.90", "12.8"),
        ("nvidia-cublas", "13.1.0", None),
    ],
)
def test_the_cuda_of_a_lock_is_that_of_its_runtime(name: str, version: str, cuda: str | None) -> None:
    assert cuda_version({name: version}) == cuda


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}(\.post[0-9])?(\+cu1[0-9]{2})?", fullmatch=True)
MARKERS = st.sampled_from(["", "sys_platform == 'linux'", "python_version < '3.13' and platform_machine != 'arm64'"])
HASHES = st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), min_size=1, max_size=3)
PINS = st.builds(Pin, NAMES, VERSIONS, MARKERS, HASHES.map(tuple))


def written(pin: Pin) -> str:
    marker = f" ; {pin.marker}" if pin.marker else ""
    return " \\\n    ".join([f"{pin.name}=={pin.version}{marker}", *(f"--hash=sha256:{word}" for word in pin.hashes)])


@given(st.lists(PINS))
def test_a_lock_is_read_as_it_was_written(pins: list[Pin]) -> None:
    assert parse("\n".join(map(written, pins)), "x.txt") == tuple(pins)


@given(st.text())
def test_no_text_raises_anything_but_a_problem(text: str) -> None:
    with contextlib.suppress(WrongSpec):
        assert all(pin.hashes for pin in parse(text, "x.txt"))
