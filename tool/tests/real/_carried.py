"""A project that is carried to another machine in a bundle: the one that made it, and the same where nothing is yet."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from real import _repacked, _shelf, _shop
from real._sandbox import uv
from unit.bundles.test_mirror import hub


def locked(shop: _shop.Shop) -> None:
    """Two packages, of which one needs the other; a third in an extra; all locked."""
    shop.shelf.publish("alpha", "1.0", requires=["beta"])
    for name in ("beta", "gamma"):
        shop.shelf.publish(name, "1.0")
    shop.want("alpha", spare=["gamma"])
    (shop.root / "locks").mkdir(exist_ok=True)
    argv = [uv(), "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--all-extras"]
    argv += ["pyproject.toml", "-o", "locks/cpu.txt", "--python", sys.executable]
    subprocess.run(argv, cwd=shop.root, env=shop.variables, check=True)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> _shop.Shop:
    """A project with the tool's own packages in its bundle, and a model; nothing is set up, and the index is away by now."""
    folder = tmp_path_factory.mktemp("exported")
    with _shelf.served(_shelf.Shelf(folder / "shelf")) as shelf:
        made = _shop.Shop(folder / "here", shelf)
        locked(made)
        text, wheels = _repacked.lock(folder / "repacked")
        (made.root / "tool").mkdir()
        (made.root / "tool" / "lock.txt").write_text(text)
        for wheel in wheels:
            shelf.stock(wheel)
        hub(made.home / ".cache" / "huggingface" / "hub")
        report = made.json("cache", "export", "bundle.tar.zst", "--model", "org/name@main")
        assert report["exit_code"] == 0, report
    return made


@pytest.fixture
def away(exported: _shop.Shop, tmp_path: Path) -> _shop.Shop:
    """The same project on another machine."""
    return elsewhere(exported, tmp_path / "away")


def elsewhere(exported: _shop.Shop, folder: Path) -> _shop.Shop:
    """The same project with an empty home and cache, and nothing that was fetched."""
    other = object.__new__(_shop.Shop)
    other.__dict__.update(vars(exported), home=folder / "home", root=folder / "a clone")
    other.home.mkdir(parents=True)
    shutil.copytree(exported.root, other.root, ignore=shutil.ignore_patterns(".torch-starter", "*.zst"))
    there = {"HOME": other.home, "UV_CACHE_DIR": folder / "cache", "PWD": other.root}
    other.variables = {**exported.variables, **{name: str(path) for name, path in there.items()}}
    return other


def bundle_of(exported: _shop.Shop) -> Path:
    return exported.root / "bundle.tar.zst"
