"""The mirror folder: wheels with a static index of them, and models. `setup` installs from it, and any web server can serve it.

wheels/NAME.whl          and beside each its metadata, NAME.whl.metadata (PEP 658)
simple/NAME/index.html   links to the wheels with their hashes (PEP 503)
models/models--…         a cache of the hub
"""

from __future__ import annotations

import hashlib
import html
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from torch_starter.core.files import Files

METADATA = ".metadata"
# what zipfile raises, by where in the file the bytes are wrong
ROTTEN = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
PAGE = "<!DOCTYPE html>\n<html>\n<body>\n{lines}\n</body>\n</html>\n"


@dataclass(frozen=True)
class Mirror:
    """One mirror folder."""

    root: Path
    files: Files

    @property
    def wheels(self) -> Path:
        return self.root / "wheels"

    @property
    def models(self) -> Path:
        return self.root / "models"

    def there(self) -> dict[tuple[str, str], list[Path]]:
        """Name and version -> the wheels of it that it has."""
        found: dict[tuple[str, str], list[Path]] = {}
        for path in sorted(self.wheels.glob("*.whl")):
            found.setdefault(named(path.name), []).append(path)
        return found

    def write_index(self, known: Mapping[str, str]) -> None:
        """Write the pages of all wheels, and the metadata that lies beside them; `known` are hashes by file name."""
        pages: dict[str, list[str]] = {}
        for (name, _), paths in self.there().items():
            pages.setdefault(name, []).extend(self._link(path, known) for path in paths)
        pages.pop("", None)
        for name, lines in pages.items():
            self._put(self.root / "simple" / name / "index.html", PAGE.format(lines="\n".join(lines)))
        names = [f'<a href="{name}/">{name}</a><br>' for name in sorted(pages)]
        self._put(self.root / "simple" / "index.html", PAGE.format(lines="\n".join(names)))

    def _link(self, wheel: Path, known: Mapping[str, str]) -> str:
        metadata = metadata_of(wheel)
        beside = ""
        if metadata is not None:
            self._put(wheel.with_name(wheel.name + METADATA), metadata)
            beside = f' data-core-metadata="sha256={hashlib.sha256(metadata).hexdigest()}"'
        digest = known.get(wheel.name) or sha256(wheel)
        return f'<a href="../../wheels/{quote(wheel.name)}#sha256={digest}"{beside}>{html.escape(wheel.name)}</a><br>'

    def _put(self, path: Path, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        if not path.is_file() or path.read_bytes() != data:
            self.files.write(path, data)


def named(wheel: str) -> tuple[str, str]:
    """Name and version of a wheel, as locks write them; empty for a name that no installer takes."""
    try:
        name, version, _, _ = parse_wheel_filename(wheel)
    except InvalidWheelFilename:
        return "", ""
    return canonicalize_name(name), str(version)


def metadata_of(wheel: Path) -> bytes | None:
    """What a resolver wants to know of it; None where it cannot be read."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            inside = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
            return archive.read(inside[0]) if inside else None
    except ROTTEN:
        return None


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lacking(pins: Mapping[str, str], there: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The packages, by name and version, of which there is no wheel."""
    known = set(there)
    return {name: version for name, version in pins.items() if (name, version) not in known}
