"""What a disk's link carries, from folders as the kernel shows them."""

from __future__ import annotations

import os
from pathlib import Path

from torch_starter.facts.links import link

NUMBER = os.makedev(8, 1)


def shown(sys: Path, folder: str, files: dict[str, str]) -> None:
    """A device in a folder of the kernel's, and files around it."""
    (sys / folder).mkdir(parents=True)
    for path, text in files.items():
        (sys / path).parent.mkdir(parents=True, exist_ok=True)
        (sys / path).write_text(text + "\n")
    (sys / "dev" / "block").mkdir(parents=True, exist_ok=True)
    (sys / "dev" / "block" / "8:1").symlink_to(sys / folder)


def test_an_nvme_disk_has_the_link_of_its_slot(tmp_path: Path) -> None:
    slot, own = "devices/pci0/port", "devices/pci0/port/card"
    told = {f"{own}/max_link_speed": "16.0 GT/s PCIe", f"{own}/max_link_width": "4"}
    told |= {f"{slot}/max_link_speed": "8.0 GT/s PCIe", f"{slot}/max_link_width": "4"}
    shown(tmp_path, f"{own}/nvme/nvme0/nvme0n1/nvme0n1p1", told)
    assert round(link(NUMBER, tmp_path)) == 3938


def test_a_sata_disk_has_the_link_of_its_port(tmp_path: Path) -> None:
    port = "devices/pci0/ahci/ata3"
    told = {f"{port}/link3/ata_link/link3/sata_spd": "6.0 Gbps", "devices/pci0/ahci/max_link_speed": "2.5 GT/s"}
    shown(tmp_path, f"{port}/host2/target/block/sda/sda1", told)
    assert link(NUMBER, tmp_path) == 600.0


def test_a_mapping_has_the_link_of_what_it_rests_on(tmp_path: Path) -> None:
    port = "devices/ata1"
    shown(tmp_path, "devices/virtual/block/dm-0", {f"{port}/link1/ata_link/link1/sata_spd": "3.0 Gbps"})
    (tmp_path / port / "block" / "sda").mkdir(parents=True)
    below = tmp_path / "devices/virtual/block/dm-0/slaves"
    below.mkdir()
    (below / "sda").symlink_to(tmp_path / port / "block" / "sda")
    assert link(NUMBER, tmp_path) == 300.0


def test_nothing_is_said_of_others(tmp_path: Path) -> None:
    told = {"devices/pci0/max_link_speed": "2.5 GT/s", "devices/pci0/max_link_width": "1"}
    shown(tmp_path, "devices/pci0/virtio1/block/vda", told)
    assert link(NUMBER, tmp_path) == 0.0
    assert link(os.makedev(9, 9), tmp_path) == 0.0


def test_a_link_that_does_not_tell_is_none(tmp_path: Path) -> None:
    shown(tmp_path, "devices/pci0/nvme/nvme0/nvme0n1", {"devices/pci0/max_link_speed": "Unknown"})
    assert link(NUMBER, tmp_path) == 0.0
