"""Data sheets of GPUs: each is found by its own names and by no other GPU's, and its numbers belong together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from torch_starter.benchmarks._sheets import sheet, sheets
from torch_starter.samples._gpu import LANE

NAMES = [(ours, name) for ours, found in sheets().items() for name in found["names"]]
KINDS = ("bfloat16", "float16", "tf32", "float32")
BY_NVML = {
    "Tesla V100-SXM2-16GB": "v100-sxm2",
    "Tesla V100-SXM2-32GB": "v100-sxm2",
    "Tesla V100-PCIE-32GB": "v100-pcie",
    "Tesla V100S-PCIE-32GB": "v100s-pcie",
    "Tesla T4": "t4",
    "NVIDIA A10": "a10",
    "NVIDIA A10G": "a10g",
    "NVIDIA A100-SXM4-40GB": "a100-40gb",
    "A100-SXM4-40GB": "a100-40gb",
    "NVIDIA A100-PCIE-40GB": "a100-40gb",
    "NVIDIA A100-SXM4-80GB": "a100-sxm-80gb",
    "NVIDIA A100 80GB PCIe": "a100-pcie-80gb",
    "NVIDIA L4": "l4",
    "NVIDIA L40": "l40",
    "NVIDIA L40S": "l40s",
    "NVIDIA GeForce RTX 3090": "rtx-3090",
    "NVIDIA GeForce RTX 4090": "rtx-4090",
    "NVIDIA GeForce RTX 5090": "rtx-5090",
    "NVIDIA RTX A6000": "rtx-a6000",
    "NVIDIA RTX 6000 Ada Generation": "rtx-6000-ada",
    "NVIDIA H100 80GB HBM3": "h100-sxm",
    "NVIDIA H100 PCIe": "h100-pcie",
    "NVIDIA H100 NVL": "h100-nvl",
    "NVIDIA H200": "h200",
    "NVIDIA H200 NVL": "h200-nvl",
    "NVIDIA GH200 480GB": "gh200-hbm3",
    "NVIDIA GH200 144G HBM3e": "gh200-hbm3e",
    "NVIDIA B200": "b200",
}
OTHERS = (
    "NVIDIA T400",
    "NVIDIA A10-24Q",
    "NVIDIA A100-SXM-64GB",
    "NVIDIA A100-SXM4-40GB MIG 1g.5gb",
    "NVIDIA H100 64GB HBM2",
    "NVIDIA GB200",
    "NVIDIA GH200 120GB HBM3e",
    "NVIDIA GeForce RTX 3090 Ti",
    "NVIDIA GeForce RTX 4090 Laptop GPU",
    "NVIDIA GeForce RTX 4090 D",
    "Quadro RTX 6000",
    "",
)


@pytest.mark.parametrize(("name", "ours"), BY_NVML.items())
def test_a_gpu_is_found_by_what_nvml_calls_it(name: str, ours: str) -> None:
    assert sheet(name) is sheets()[ours]


@pytest.mark.parametrize("name", OTHERS)
def test_another_gpu_has_no_sheet_rather_than_a_wrong_one(name: str) -> None:
    assert sheet(name) == {}


@given(some.sampled_from(NAMES), some.sampled_from(["", "NVIDIA ", "Tesla ", "NVIDIA GeForce "]))
def test_every_sheet_is_found_by_its_own_names(named: tuple[str, str], maker: str) -> None:
    ours, name = named
    assert sheet(maker + name) is sheets()[ours]
    assert sheet((maker + name).upper()) is sheets()[ours]


@given(some.sampled_from(NAMES), some.sampled_from([" Ti", " SUPER", " D", " Laptop GPU", "-24Q", "X", " MIG 1g.10gb"]))
def test_what_has_a_longer_name_is_another_gpu(named: tuple[str, str], more: str) -> None:
    assert sheet("NVIDIA " + named[1] + more) == {}


@pytest.mark.parametrize("ours", sheets())
def test_each_rate_is_a_power_of_two_of_operations_for_each_multiprocessor_and_cycle(ours: str) -> None:
    found = sheets()[ours]
    assert found["memory"] > 0
    assert set(found) <= {"names", *KINDS, "memory", "clock", "float32_clock", "multiprocessors", "pcie"}
    for kind in KINDS if "clock" in found else ():
        clock = found.get("float32_clock", found["clock"]) if kind == "float32" else found["clock"]
        if kind in found:
            each = found[kind] * 1e12 / (found["multiprocessors"] * clock * 1e6)
            assert each == pytest.approx(2 ** round(math.log2(each)), rel=0.015), kind


@pytest.mark.parametrize("ours", sheets())
def test_narrower_numbers_are_computed_no_slower(ours: str) -> None:
    rates = [sheets()[ours][kind] for kind in KINDS if kind in sheets()[ours]]
    assert rates == sorted(rates, reverse=True)
    assert sheets()[ours]["pcie"] in {0, *LANE}
