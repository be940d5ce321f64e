"""Each optional extra installs from the lock, and each of its packages is seen to work by `verify-setup --extra`."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from real._extras import EXTRAS
from real._place import Place, at
from real._sandbox import REPOSITORY, verdicts
from torch_starter.checks.imports import uses
from torch_starter.core import requirements

KNOWN = requirements.parse((REPOSITORY / "pyproject.toml").read_text())
PACKAGES = {extra: sorted(set(KNOWN.extra_of([extra]))) for extra in EXTRAS}
PROGRAMS = ("py-spy",)  # without a module to import


def test_every_package_of_every_extra_is_used_by_a_probe() -> None:
    tables = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(tables) == {"dev", *EXTRAS}
    assert [name for names in PACKAGES.values() for name in names if name not in uses()] == []
    assert sum(map(len, PACKAGES.values())) == sum(len(tables[extra]) for extra in EXTRAS)


def test_each_extra_works(extras: Place) -> None:
    """All in one answer: each extra is asked for by its name, and only its own packages are started."""
    asked = [f"{check}.{name}" for names in PACKAGES.values() for name in names for check in ("imports", "uses")]
    words = [word for extra in EXTRAS for word in ("--extra", extra)]
    report = extras.answer("verify-setup", *words, "--only", ",".join(asked), "--json")
    wanted = {id: "skip" if id.removeprefix("imports.") in PROGRAMS else "ok" for id in asked}
    assert (verdicts(report), report["exit_code"]) == (wanted, 0), report["findings"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_that_is_not_installed_is_said_with_the_command_that_brings_it(place: Place, extra: str) -> None:
    names = PACKAGES[extra]
    asked = ",".join(f"{check}.{name}" for name in names for check in ("imports", "uses"))
    report = place.answer("verify-setup", "--extra", extra, "--only", asked, "--json")
    [told] = [each for each in report["findings"] if each["verdict"] != "skip"]
    assert (told["id"], told["remedy"]) == (f"imports.{names[0]}", f"./dev.sh setup --extra {extra}")
    assert [name for name in names if name not in told["seen"]] == []
    assert report["exit_code"] == 1


def test_a_package_of_an_extra_that_is_broken_is_told(with_extras: Path, tmp_path: Path) -> None:
    """Its compiled part is gone; what it was linked to stays as it is."""
    environment = tmp_path / "envs" / "cpu-broken"
    environment.parent.mkdir()
    shutil.copytree(with_extras, environment, symlinks=True, copy_function=link)
    [module] = environment.glob("lib/python*/site-packages/line_profiler/_line_profiler.*.so")
    module.unlink()
    words = ("--extra", "profiling", "--only", "imports.line-profiler,uses.line-profiler,uses.pyinstrument")
    report = at(tmp_path, environment).answer("verify-setup", *words, "--json")
    told = verdicts(report)
    assert told == {"imports.line-profiler": "fail", "uses.line-profiler": "skip", "uses.pyinstrument": "ok"}
    [finding] = [each for each in report["findings"] if each["verdict"] == "fail"]
    assert "_line_profiler" in finding["seen"]
    assert finding["remedy"] == "./dev.sh setup --rebuild"


def link(source: str, target: str) -> None:
    """A hard link, as uv makes them."""
    Path(target).hardlink_to(source)
