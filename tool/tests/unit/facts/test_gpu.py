from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.facts.gpu import driver_version

PROPRIETARY = """\
NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023
GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
"""
OPEN = """\
NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)  Sun Jul 27 07:24:47 UTC 2025
GCC version:  gcc version 13.3.0 (Ubuntu 13.3.0-6ubuntu2~24.04)
"""
OPEN_ARM = "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  570.26  Release Build  (root@host)\n"
OLD = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 14:37:44 UTC 2024\n"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (PROPRIETARY, "535.104.05"),
        (OPEN, "580.65.06"),
        (OPEN_ARM, "570.26"),
        (OLD, "470.256.02"),
        ("", None),
        ("Kernel Module", None),
    ],
    ids=["proprietary", "open", "open on aarch64", "old", "empty", "none"],
)
def test_the_version_of_the_kernel_module_is_found(text: str, version: str | None) -> None:
    assert driver_version(text) == version


@given(st.from_regex(r"[0-9]{3}(\.[0-9]{2,3}){1,2}", fullmatch=True), st.text())
def test_whatever_follows_the_version_is_no_part_of_it(version: str, rest: str) -> None:
    assert driver_version(f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  {rest}") == version
