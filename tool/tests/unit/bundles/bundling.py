"""Bundles for tests: right ones, and such as somebody made by hand."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from torch_starter.bundles import manifest as manifests
from torch_starter.bundles import pack
from torch_starter.bundles.frames import Writer
from torch_starter.bundles.manifest import Item, Manifest
from torch_starter.core.files import LocalFiles

PLAIN = Manifest(
    tool="tests", system="linux", machine="x86_64", python="3.12", accelerators=("cpu",), extras=(), locks={"cpu.txt": "0"}
)


def nobody(size: int) -> None:
    """Hears of progress."""


def bundle(folder: Path, contents: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> Path:
    """A right one, with these files."""
    sources = []
    for number, (path, content) in enumerate(contents.items()):
        file = folder / f"file {number}"
        file.write_bytes(content)
        sources.append(pack.Source(path, file))
    manifest = replace_items(PLAIN, [pack.item(each) for each in sources], links or {})
    pack.write(folder / "bundle.tar.zst", manifest, sources, LocalFiles(), nobody)
    return folder / "bundle.tar.zst"


def replace_items(manifest: Manifest, items: Iterable[Item], links: Mapping[str, str]) -> Manifest:
    import msgspec

    return msgspec.structs.replace(manifest, items=tuple(items), links=dict(links))


def by_hand(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """A file of the same form with whatever members."""
    with path.open("wb") as file:
        writer = Writer(file)
        with tarfile.TarFile(fileobj=writer, mode="w") as tar:  # type: ignore[arg-type]
            for info, content in members:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        writer.close()
    return path


def beginning(manifest: Manifest) -> list[tuple[tarfile.TarInfo, bytes]]:
    """The two members that every bundle begins with."""
    text = manifests.encoded(manifest)
    return [(tarfile.TarInfo(manifests.NAME), text), (tarfile.TarInfo(manifests.SEAL), manifests.seal(text))]
