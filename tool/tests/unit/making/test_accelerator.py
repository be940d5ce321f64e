from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from shape.source import ROOT
from torch_starter.core.fitting import Host
from torch_starter.core.problems import Missing, WrongUsage
from torch_starter.core.spec import Spec
from torch_starter.core.spec_file import load
from torch_starter.making.accelerator import Choice, choose, named

SPEC = load((ROOT / "torch-starter.toml").read_text(), {}).spec

DECISIONS = [
    ("535.104", ("7.0",), "cu128"),
    ("580.65.06", ("9.0",), "cu130"),
    ("580.65.06", ("7.0",), "cu128"),
    ("580.65.06", ("7.0", "9.0"), "cu128"),
    ("580.65.06", ("6.1",), "cu124"),
    ("580.65.06", ("6.1", "12.0"), "cpu"),
    ("580.65.06", ("12.0",), "cu130"),
    ("580.65.06", ("3.5",), "cpu"),
    ("580.65.06", ("13.0",), "cpu"),
    ("580.65.06", (), "cu130"),
    ("600.1", ("9.0", "9.0"), "cu130"),
    ("580", ("9.0",), "cu130"),
    ("579.99", ("9.0",), "cu128"),
    ("570.26", ("12.0",), "cu128"),
    ("535", ("9.0",), "cu128"),
    ("535", ("12.1",), "cu128"),
    ("525.60.13", ("6.1",), "cu124"),
    ("525.60.12", ("6.1",), "cpu"),
    ("470.256.02", ("8.0",), "cpu"),
    (None, (), "cpu"),
]


@pytest.mark.parametrize(("driver", "capabilities", "name"), DECISIONS)
def test_the_build_follows_from_the_driver_and_every_gpu(driver: str | None, capabilities: tuple[str, ...], name: str) -> None:
    choice = choose(SPEC, Host("x86_64", driver, capabilities))
    assert choice.name == name
    assert choice.reason


@pytest.mark.parametrize(
    ("architecture", "driver", "name"),
    [("aarch64", "580.65.06", "cu130"), ("aarch64", "535.104", "cpu"), ("aarch64", None, "cpu"), ("arm64", None, "cpu")],
)
def test_an_architecture_has_only_the_builds_that_are_made_for_it(architecture: str, driver: str | None, name: str) -> None:
    assert choose(SPEC, Host(architecture, driver, ("9.0",) if driver else ())).name == name


def test_the_reason_names_the_driver_the_gpus_and_what_does_not_fit() -> None:
    reason = choose(SPEC, Host("x86_64", "470.256.02", ("8.0", "8.0"))).reason
    assert "driver 470.256.02, compute capability 8.0: no build fits" in reason
    for words in ("cu130 needs driver 580", "cu128 needs driver 525.60.13", "cu124 needs driver 525.60.13"):
        assert words in reason


def test_the_reason_names_the_gpu_without_kernels() -> None:
    assert "cu130 has no kernels for compute capability 3.5" in choose(SPEC, Host("x86_64", "580.65.06", ("3.5",))).reason


def test_the_reason_says_where_a_newer_driver_has_more() -> None:
    assert "(driver 570.26 or newer has all features)" in choose(SPEC, Host("x86_64", "535.104", ("9.0",))).reason
    assert "newer has" not in choose(SPEC, Host("x86_64", "570.26", ("9.0",))).reason


def test_without_a_gpu_the_reason_is_why_there_is_none() -> None:
    choice = choose(SPEC, Host("x86_64", no_gpu_because="no NVIDIA driver; an AMD GPU is here"))
    assert choice == Choice("cpu", "no NVIDIA driver; an AMD GPU is here: cpu")


def test_an_architecture_without_any_build_is_refused() -> None:
    with pytest.raises(Missing) as stopped:
        choose(SPEC, Host("riscv64"))
    assert (stopped.value.code, stopped.value.exit_code) == ("machine.unsupported", 4)


@given(
    st.sampled_from(["470", "525.60.13", "535.104", "550.54.14", "570.26", "580", "580.65.06", "610.1"]),
    st.lists(st.sampled_from(["5.0", "6.1", "7.0", "7.5", "8.6", "9.0", "12.0", "12.1", "13.0"]), max_size=3),
    st.sampled_from(["x86_64", "aarch64"]),
)
def test_what_is_chosen_always_fits(driver: str, capabilities: list[str], architecture: str) -> None:
    build = SPEC.accelerators[choose(SPEC, Host(architecture, driver, tuple(capabilities))).name]
    assert architecture in build.architectures
    assert build.driver is None or Version(build.driver) <= Version(driver)
    low, high = build.capability or ("0", "99")
    assert all(Version(low) <= Version(capability) <= Version(high) for capability in capabilities)


def test_what_the_user_names_is_taken() -> None:
    assert named(SPEC, "cu124", "x86_64").name == "cu124"


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(WrongUsage) as stopped:
        named(SPEC, "cu129", "x86_64")
    assert stopped.value.exit_code == 2
    assert "auto, cu130, cu128, cu124, cpu" in stopped.value.message
    assert stopped.value.remedy in ("use --accelerator cu128", "use --accelerator cu124")


@pytest.mark.parametrize("name", ["rocm6", "ROCm", "xpu", "mps"])
def test_another_maker_is_refused_as_unsupported(name: str) -> None:
    with pytest.raises(Missing) as stopped:
        named(SPEC, name, "x86_64")
    assert (stopped.value.code, stopped.value.exit_code) == ("accelerator.unsupported", 4)
    assert stopped.value.remedy == "use --accelerator cpu"


def test_a_build_for_another_architecture_is_refused() -> None:
    with pytest.raises(Missing) as stopped:
        named(SPEC, "cu128", "aarch64")
    assert stopped.value.code == "accelerator.architecture"


def test_a_spec_without_builds_refuses_every_machine() -> None:
    with pytest.raises(Missing):
        choose(Spec(), Host("x86_64"))
