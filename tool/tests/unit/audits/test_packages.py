"""Which packages are asked for, and where each is named."""

from __future__ import annotations

from pathlib import Path

from torch_starter.audits.packages import asked_for, installed, locked
from torch_starter.core import lock as lock_file

HASH = "    --hash=sha256:" + "0" * 64 + "\n"
LOCK = (
    f"# proven\nnumpy==1.26.4 ; sys_platform == 'linux' \\\n{HASH}numpy==2.0.0 ; sys_platform != 'linux' \\\n{HASH}"
    f"scikit-learn==1.5.0 \\\n{HASH}torch==2.6.0+cu124 \\\n{HASH}"
)


def test_each_pin_has_its_line_also_where_a_package_is_there_twice() -> None:
    found = locked(lock_file.parse(LOCK, "locks/cpu.txt"), LOCK, "locks/cpu.txt")
    assert [(each.name, each.public, str(each.place)) for each in found] == [
        ("numpy", "1.26.4", "locks/cpu.txt:2"),
        ("numpy", "2.0.0", "locks/cpu.txt:4"),
        ("scikit-learn", "1.5.0", "locks/cpu.txt:6"),
        ("torch", "2.6.0", "locks/cpu.txt:8"),
    ]


def test_what_is_installed_is_read_from_the_names_of_folders(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.12" / "site-packages"
    for name in ("Scikit_Learn-1.5.0", "torch-2.6.0+cu124", "broken-of-no-version", "~umpy-1.0"):
        (site / f"{name}.dist-info").mkdir(parents=True)
    found = {(each.name, each.version, each.place) for each in installed(tmp_path)}
    assert found == {("scikit-learn", "1.5.0", None), ("torch", "2.6.0+cu124", None)}


def test_what_is_installed_beside_the_lock_is_asked_for_too(tmp_path: Path) -> None:
    (tmp_path / "lib" / "python3.12" / "site-packages" / "numpy-1.20.0.dist-info").mkdir(parents=True)
    asked = asked_for(locked(lock_file.parse(LOCK, "x"), LOCK, "x"), installed(tmp_path))
    assert [(each.name, each.version, each.place is None) for each in asked if each.name == "numpy"] == [
        ("numpy", "1.20.0", True),
        ("numpy", "1.26.4", False),
        ("numpy", "2.0.0", False),
    ]
