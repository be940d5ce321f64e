from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.caches import uv
from torch_starter.core.cached import Back
from torch_starter.core.spec import Install, Spec
from unit.caches.homes import BIG, Home

UV = "home/.cache/uv"
NOTE = b"\x95\xb0id\x91\x81\xa6Sha256\xd9\x40abc\xd9\x32torch-2.0-cp312-cp312-linux_x86_64.whl\x00\xce\x20\x23\x1f\xb1rest"


def wheel(here: Home, name: str, version: str, archive: str, index: str = "pypi") -> Path:
    """A wheel as uv keeps it: a link to where it is unpacked."""
    here.file(f"{UV}/archive-v0/{archive}/{name}/__init__.py")
    up = "../" * (index.count("/") + 3)
    return here.link(f"{UV}/wheels-v8/{index}/{name}/{version}-py3-none-any", f"{up}archive-v0/{archive}")


@pytest.fixture
def here(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    wheel(made, "torch", "2.0", "aaa")
    wheel(made, "torch", "2.1", "bbb", index="index/1234")
    wheel(made, "numpy", "1.26", "ccc")
    made.file(f"{UV}/archive-v0/ddd/forgotten.py")
    made.file(f"{UV}/CACHEDIR.TAG", "")
    return made


def test_a_package_is_one_part_with_all_its_versions(here: Home) -> None:
    found = here.parts(uv.CACHE)
    assert found.keys() == {"torch", "numpy", uv.UNUSED}
    assert found["torch"].detail == "2.0, 2.1"
    assert {os.path.relpath(path, here.folder / UV) for path in found["torch"].paths} == {
        *("wheels-v8/pypi/torch", "wheels-v8/index/1234/torch", "archive-v0/aaa", "archive-v0/bbb"),
    }
    assert 2 * len(BIG) <= found["torch"].size < 3 * len(BIG)
    assert found["torch"].holds == (str(here.folder / UV / ".lock"),)


def test_what_an_environment_is_linked_to_frees_nothing(here: Home) -> None:
    os.link(here.folder / UV / "archive-v0/ccc/numpy/__init__.py", here.folder / "in an environment")
    numpy = here.parts(uv.CACHE)["numpy"]
    assert numpy.size >= len(BIG) > numpy.frees


def test_it_costs_the_size_of_the_wheel_where_uv_has_noted_it(here: Home) -> None:
    link = wheel(here, "noted", "2.0", "eee")
    Path(f"{link}.http").write_bytes(NOTE)
    found = here.parts(uv.CACHE)
    assert found["noted"].back == Back("download", 0x20231FB1)
    assert 0 < found["numpy"].back.bytes < found["numpy"].size


def test_a_link_that_leads_out_of_the_cache_is_no_archive(here: Home) -> None:
    here.file("elsewhere/x")
    here.link(f"{UV}/wheels-v8/pypi/evil/1.0-py3-none-any", str(here.folder / "elsewhere"))
    assert all(str(here.folder / "elsewhere") not in part.paths for part in here.parts(uv.CACHE).values())
    assert here.parts(uv.CACHE)["evil"].size < len(BIG)


def test_uv_itself_removes(here: Home) -> None:
    found = here.parts(uv.CACHE)
    commands = [list(map(str, words)) for words in uv.remove(here.lookout, list(found.values()))]
    where = ["--no-config", "--cache-dir", str(here.folder / UV)]
    assert commands == [["/bin/uv", "cache", "clean", *where, "numpy", "torch"], ["/bin/uv", "cache", "prune", *where]]


def test_environments_of_symbolic_links_keep_it(tmp_path: Path) -> None:
    for here in (Home(tmp_path, spec=Spec(install=Install(link_mode="symlink"))), Home(tmp_path, UV_LINK_MODE="symlink")):
        if not (tmp_path / UV).exists():
            wheel(here, "torch", "2.0", "aaa")
        assert here.parts(uv.CACHE)["torch"].kept == uv.LINKED


def test_without_uv_it_stays(here: Home) -> None:
    here.lookout.tools.clear()  # type: ignore[attr-defined]
    assert here.parts(uv.CACHE)["torch"].kept == uv.NO_UV
