"""A small project whose packages come from a shelf of the tests, without a lock: what `lock-update` has to find one for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from real import _shelf
from real._sandbox import Sandbox
from torch_starter.core import lock

RAISES = "raise RuntimeError('broken at the import')\n"
ENDS = "import os\nos.kill(os.getpid(), 11)\n"
HANGS = "import threading\nthreading.Event().wait()\n"
CONFIG = '[[index]]\nurl = "{address}"\ndefault = true\n'


class Shop(Sandbox):
    """A sandbox that buys from a shelf."""

    def __init__(self, folder: Path, shelf: _shelf.Shelf) -> None:
        super().__init__(folder)
        self.variables["UV_HTTP_RETRIES"] = "0"
        self.go_to(shelf)

    def go_to(self, shelf: _shelf.Shelf) -> None:
        """Buy from this one, from now on."""
        self.shelf = shelf
        self.config.write_text(CONFIG.format(address=shelf.address))

    def moved(self, folder: Path, shelf: _shelf.Shelf) -> Shop:
        """A copy of it all at another place, that buys from another shelf."""
        other = object.__new__(Shop)
        other.__dict__.update(vars(self.copy(folder)))
        other.go_to(shelf)
        return other

    def want(self, *requirements: str, **extras: Sequence[str]) -> None:
        """Write pyproject.toml, and no lock."""
        optional = "".join(f"{name} = {list(each)!r}\n" for name, each in extras.items())
        text = f'[project]\nname = "sandbox"\nversion = "0"\ndependencies = {list(requirements)!r}\n'
        (self.root / "pyproject.toml").write_text(f"{text}\n[project.optional-dependencies]\n{optional}")

    def write_spec(self, more: str = "", commands: Sequence[str] = (), timeout: str = "4s") -> None:
        """The spec, with the user's own commands and further tables."""
        super().write_spec(f"commands = {list(commands)!r}\n\n[install]\ncompile_bytecode = false\n\n{more}")
        spec = self.root / "torch-starter.toml"
        spec.write_text(spec.read_text().replace('timeout = "4s"', f'timeout = "{timeout}"'))

    def lock_update(self, *words: str, **more: str) -> tuple[int, dict[str, Any]]:
        """Exit code and answer of the command. What it took is printed: `pytest -rP` shows it."""
        report = self.json("lock-update", *words, **more)
        took = [f"{each['name']} {each['samples'][0]:g} {each['unit']}" for each in report["measurements"]]
        print(f"{report['seconds']:.1f} s", *took, sep=", ")
        return report["exit_code"], report

    @property
    def locked(self) -> dict[str, str]:
        """What the lock pins; empty where there is none."""
        path = self.root / "locks" / "cpu.txt"
        return {pin.name: pin.version for pin in lock.parse(path.read_text(), "cpu")} if path.exists() else {}

    @property
    def holds(self) -> list[dict[str, Any]]:
        """What is held back, as locks/holds.toml has it."""
        path = self.root / "locks" / "holds.toml"
        found: list[dict[str, Any]] = tomllib.loads(path.read_text()).get("hold", []) if path.exists() else []
        return found

    @property
    def held(self) -> dict[str, str]:
        """Package -> bound of what is held back."""
        return {each["package"]: each["bound"] for each in self.holds}

    @property
    def files(self) -> dict[str, str]:
        """All that is switched together, but the environment: pyproject.toml and the folder locks/."""
        paths = [self.root / "pyproject.toml", *sorted((self.root / "locks").glob("**/*"))]
        return {str(path.relative_to(self.root)): path.read_text() for path in paths if path.is_file()}

    @property
    def everything(self) -> tuple[dict[str, str], str]:
        """The files, and the name of the current environment; empty where there is none."""
        return self.files, self.current if self.venv.is_symlink() else ""

    @property
    def installed(self) -> dict[str, str]:
        """What is in the current environment, but pip."""
        names = (path.name.removesuffix(".dist-info").split("-") for path in self.venv.glob("lib/*/site-packages/*.dist-info"))
        return {canonicalize_name(name): version for name, version in names if name != "pip"}

    def is_proven(self, wanted: Mapping[str, str]) -> bool:
        """Whether just these are locked, and in the current environment."""
        return self.locked == self.installed == wanted


def trials(report: Mapping[str, Any]) -> int:
    """How many sets were tried, as the answer measures it."""
    found = [int(each["samples"][0]) for each in report["measurements"] if each["name"] == "trials"]
    assert found, told(report)
    return found[0]


def told(report: Mapping[str, Any]) -> str:
    """What an answer says in words, but for what is well."""
    bad = (each for each in report["findings"] if each["verdict"] not in ("ok", "skip"))
    findings = (f"{each['id']} {each['seen']} {each['wanted']} {each['remedy']}" for each in bad)
    return "\n".join([*findings, *report["notes"], str(report["problem"] or "")])


def at_first(shop: Shop) -> None:
    """Publish two packages at 1.0, lock and install them."""
    for name in ("alpha", "beta"):
        shop.shelf.publish(name, "1.0")
    shop.want("alpha", "beta")
    code, report = shop.lock_update()
    assert code == 0, told(report)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An empty project and an empty shelf. A test file that uses this, or what is below, says `shop = _shop.shop`."""
    with _shelf.served(_shelf.Shelf(tmp_path / "shelf")) as shelf:
        yield Shop(tmp_path / "here", shelf)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Two packages at 1.0, locked and installed once; `locked` gives copies of it."""
    folder = tmp_path_factory.mktemp("model")
    with _shelf.served(_shelf.Shelf(folder / "shelf")) as shelf:
        made = Shop(folder / "here", shelf)
        at_first(made)
        yield made


@pytest.fixture
def locked(model: Shop, tmp_path: Path) -> Iterator[Shop]:
    """Two packages at 1.0, locked and installed."""
    with _shelf.served(model.shelf.copy(tmp_path / "shelf")) as shelf:
        yield model.moved(tmp_path / "here", shelf)
