"""The tool's own packages as wheels again, from where they are installed: a fresh clone can be started from them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

NEEDED = ("click", "jinja2", "msgspec", "nvidia-ml-py", "packaging", "psutil", "pyyaml", "rich", "tomlkit")  # all but for charts
HERE = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def needed(names: tuple[str, ...] = NEEDED) -> dict[str, Distribution]:
    """These, and what they need."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        each = distribution(waiting.pop())
        if each.name not in found:
            found[each.name] = each
            asked = [Requirement(line) for line in each.requires or ()]
            waiting += [one.name for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def wheel(of: Distribution, folder: Path) -> Path:
    """One of them."""
    tags = [line.partition(": ")[2] for line in (of.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    python, abi, _ = tags[0].split("-")
    platforms = ".".join(dict.fromkeys(tag.split("-")[2] for tag in tags))
    path = folder / f"{of.name.replace('-', '_').lower()}-{of.version}-{python}-{abi}-{platforms}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members(of):
            archive.writestr(zipfile.ZipInfo(name), content)
        records = [f"{name},," for name in archive.namelist()]
        info = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")).partition("/")[0]
        archive.writestr(f"{info}/RECORD", "\n".join([*records, f"{info}/RECORD,,"]) + "\n")
    return path


def members(of: Distribution) -> Iterator[tuple[str, bytes]]:
    """Its files, but programs and what was made when it was installed."""
    for file in of.files or ():
        if file.parts[0] != ".." and file.suffix != ".pyc" and file.name not in HERE:
            yield str(file), Path(str(file.locate())).read_bytes()


def lock(folder: Path) -> tuple[str, list[Path]]:
    """A lock of them, and their wheels."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {each: wheel(each, folder) for each in needed().values()}
    lines = [
        f"{each.name.lower()}=={each.version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for each, path in made.items()
    ]
    return "".join(lines), list(made.values())
