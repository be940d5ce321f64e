"""A Python as uv keeps it, which works wherever it is put: made from the one that runs the tests, for want of a network."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

LEFT_OUT = shutil.ignore_patterns("__pycache__", "test", "idlelib", "tkinter", "turtledemo", "config-*", "site-packages")
HERE = b"$ORIGIN/../lib\0"


def python(folder: Path) -> Path:
    """Its folder, below the one that UV_PYTHON_INSTALL_DIR is to name."""
    short = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    root, base = folder / f"cpython-{platform.python_version()}-linux-{platform.machine()}-gnu", Path(sys.base_prefix)
    (root / "bin").mkdir(parents=True)
    shutil.copytree(base / "lib" / short, root / "lib" / short, ignore=LEFT_OUT)
    for library in base.glob(f"lib/lib{short}.so*"):
        shutil.copy(library, root / "lib")
    program = root / "bin" / short
    shutil.copy(base / "bin" / short, program)
    find_library_beside(program, base / "lib")
    for name in ("python3", "python"):
        (root / "bin" / name).symlink_to(short)
    return root


def find_library_beside(program: Path, folder: Path) -> None:
    """Let it look for its library from where it is, and no more in the folder that it was built for."""
    there, content = f"{folder}\0".encode(), program.read_bytes()
    if there in content:
        program.write_bytes(content.replace(there, HERE + b"\0" * (len(there) - len(HERE))))
