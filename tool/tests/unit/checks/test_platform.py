"""Systems that PyTorch has wheels for, and others."""

from __future__ import annotations

import msgspec
import pytest

from torch_starter.checks import system
from torch_starter.core.report import Verdict
from torch_starter.facts.system import System
from torch_starter.testing import evidence, machine_with
from unit.checks.asking import verdict

PLATFORM = next(check for check in system.CHECKS if check.id == "system.platform")
LINUX = System(
    os="Linux", kernel="6.1", architecture="x86_64", libc="glibc 2.36", distribution="Debian", wsl=False, container=False
)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "ok"),
        ({"libc": "glibc 2.28"}, "ok"),
        ({"libc": "glibc 2.17"}, "fail"),
        ({"libc": "glibc"}, "ok"),
        ({"libc": "musl"}, "fail"),
        ({"libc": ""}, "ok"),
        ({"architecture": "aarch64"}, "ok"),
        ({"architecture": "armv7l"}, "fail"),
        ({"architecture": "ppc64le"}, "fail"),
        ({"os": "Darwin", "architecture": "arm64", "libc": ""}, "ok"),
        ({"os": "Darwin", "architecture": "x86_64", "libc": ""}, "fail"),
        ({"os": "Windows", "libc": ""}, "fail"),
        ({"wsl": True, "kernel": "5.15.90.1-microsoft-standard-WSL2"}, "ok"),
        ({"wsl": True, "kernel": "4.4.0-19041-Microsoft"}, "fail"),
    ],
)
def test_a_platform_has_wheels(changes: dict[str, object], wanted: Verdict) -> None:
    found = msgspec.structs.replace(LINUX, **changes)
    assert verdict(PLATFORM, evidence(machine=machine_with(found))) == wanted
