"""A made environment, and the copy of it that faults are put into."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from torch_starter.core.victim import Victim
from unit.machines import local

SITE = "lib/python3.12/site-packages"
MODULES = {"alpha/__init__.py": "x = 1\n", "alpha/part.py": "y = 2\n", "beta.py": "z = 3\n"}
METADATA = {"alpha-1.0.dist-info": ("alpha/__init__.py", "alpha/part.py"), "beta-1.0.dist-info": ("beta.py",)}
Tree = dict[str, tuple[int, str]]


def line(path: str, text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text.encode())}"


def environment(folder: Path) -> Path:
    """A made environment of two packages."""
    files = {f"{SITE}/{path}": text for path, text in MODULES.items()}
    files |= {"bin/python3.12": "a program\n", "pyvenv.cfg": "home = /usr/bin\n"}
    for info, paths in METADATA.items():
        record = [*(line(path, MODULES[path]) for path in paths), f"{info}/RECORD,,"]
        files[f"{SITE}/{info}/RECORD"] = "\n".join(record) + "\n"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "bin" / "python").symlink_to("python3.12")
    return folder


def tree(folder: Path) -> Tree:
    """Each path below a folder: a file's inode and content, a folder as such."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        is_file = path.is_file() and not path.is_symlink()
        found[name] = (path.lstat().st_ino, path.read_text()) if is_file else (0, os.readlink(path) if path.is_symlink() else "")
    return found


def make(folder: Path, uv: str = "/bin/false") -> Victim:
    return Victim(local(), environment(folder / "original"), folder / "state" / "self-test", Path(uv), {"PATH": os.defpath})
