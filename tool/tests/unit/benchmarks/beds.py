"""Beds of recorded machines."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.bed import Bed
from torch_starter.core.facts import Facts
from torch_starter.core.machine import Machine
from torch_starter.facts.gpu import Gpu
from torch_starter.testing import evidence, machine_with, recorded_machine

MACHINES = Path(__file__).parents[2] / "machines"


def bed(*, quick: bool = False, machine: Machine | None = None) -> Bed:
    """Two processors, no GPU."""
    there = evidence(installed={"torch": "2.14.0"}, machine=machine or machine_with())
    return Bed(evidence=there, threads=2, native=Path("limits"), quick=quick)


def gpu_bed(name: str = "two-h200", *, quick: bool = False) -> Bed:
    """The GPUs of a recorded machine."""
    machine = recorded_machine(MACHINES / name)
    found = Facts(machine)[Gpu].devices
    there = evidence(installed={"torch": "2.14.0"}, machine=machine)
    devices = {f"cuda:{number}": device.name for number, device in enumerate(found)}
    return Bed(evidence=there, threads=2, devices=devices, native=Path("limits"), quick=quick)
