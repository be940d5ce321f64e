"""The mirror folder's index, models in it, and how `setup` is told of it."""

from __future__ import annotations

import errno
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from real._sandbox import make_wheel
from torch_starter.bundles import models
from torch_starter.bundles.mirror import Mirror, lacking, metadata_of, named
from torch_starter.core.files import DiskProblem, LocalFiles, disk_problem
from torch_starter.core.problems import Problem
from torch_starter.core.project import Project
from torch_starter.core.spec import Install, Spec
from torch_starter.making import mirrors
from unit.bundles.bundling import nobody

COMMIT = "c" * 40


class AcrossMounts(LocalFiles):
    """Files of two mounts, of one disk perhaps: none has a second name on the other."""

    def hard_link(self, source: Path, path: Path) -> None:
        raise disk_problem(path, OSError(errno.EXDEV, "Invalid cross-device link"))


def hub(folder: Path, content: bytes = b"weights") -> Path:
    """A cache of the hub with one model of two files, one of them below a folder."""
    home = folder / "models--org--name"
    blob = hashlib.sha256(content).hexdigest()
    for path, text in ((home / "blobs" / blob, content), (home / "refs" / "main", COMMIT.encode())):
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
    for name, up in (("config.json", "../../"), ("deep/model.bin", "../../../")):
        link = home / "snapshots" / COMMIT / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"{up}blobs/{blob}")
    return folder


def test_the_index_names_every_wheel_with_its_hash_and_its_metadata(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path, LocalFiles())
    for name, version in (("my_alpha", "1.0"), ("my_alpha", "2.0"), ("beta", "1.0+cpu")):
        make_wheel(mirror.wheels, name, version, {f"{name}.py": "x = 1\n"})
    (mirror.wheels / "odd.whl").write_bytes(b"no wheel")
    mirror.write_index({"my_alpha-1.0-py3-none-any.whl": "f" * 64})
    page = (tmp_path / "simple" / "my-alpha" / "index.html").read_text()
    assert f'<a href="../../wheels/my_alpha-1.0-py3-none-any.whl#sha256={"f" * 64}"' in page
    metadata = (mirror.wheels / "my_alpha-2.0-py3-none-any.whl.metadata").read_bytes()
    assert b"Name: my_alpha" in metadata
    assert f'data-core-metadata="sha256={hashlib.sha256(metadata).hexdigest()}"' in page
    assert "beta-1.0%2Bcpu-py3-none-any.whl" in (tmp_path / "simple" / "beta" / "index.html").read_text()
    assert (tmp_path / "simple" / "index.html").read_text().count("<a ") == 2


@pytest.mark.parametrize("place", [0, 40, 60, 80, -40, -18])
def test_a_wheel_whose_bytes_are_wrong_is_in_the_index_without_metadata_or_with_what_can_be_read(
    tmp_path: Path, place: int
) -> None:
    mirror = Mirror(tmp_path, LocalFiles())
    wheel = make_wheel(mirror.wheels, "rotten", "1.0", {})
    data = bytearray(wheel.read_bytes())
    data[place : place + 8 if place + 8 else None] = b"\xff" * 8
    wheel.write_bytes(data)
    mirror.write_index({})
    assert "rotten-1.0-py3-none-any.whl#sha256=" in (tmp_path / "simple" / "rotten" / "index.html").read_text()


def test_packed_metadata_whose_bytes_are_wrong_is_not_told(tmp_path: Path) -> None:
    wheel = tmp_path / "rotten-1.0-py3-none-any.whl"
    name = "rotten-1.0.dist-info/METADATA"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "Name: rotten\n" * 100)
    data = bytearray(wheel.read_bytes())
    data[30 + len(name)] |= 0b110  # a kind of block that deflate does not have
    wheel.write_bytes(data)
    assert metadata_of(wheel) is None


def test_what_is_lacking_is_told_by_name_and_version() -> None:
    there = [named("my_alpha-1.0-py3-none-any.whl"), named("beta-1.0-py3-none-any.whl"), named("odd")]
    assert lacking({"my-alpha": "1.0", "beta": "2.0"}, there) == {"beta": "2.0"}


def test_a_model_is_found_by_name_or_commit_and_comes_with_its_links(tmp_path: Path) -> None:
    cache = hub(tmp_path)
    sources, links = models.sources(models.find("org/name", cache))
    assert [each.path.rpartition("/")[0] for each in sources] == [
        "models/models--org--name/blobs",
        "models/models--org--name/refs",
    ]
    assert links[f"models/models--org--name/snapshots/{COMMIT}/deep/model.bin"].startswith("../../../blobs/")
    assert len(models.sources(models.find("org/name@cccc", cache))[0]) == 1
    for word, code in (("org/other", "model.absent"), ("org/name@dddd", "model.absent"), ("../../x y", "model.name")):
        with pytest.raises(Problem) as stopped:
            models.find(word, cache)
        assert (stopped.value.code, stopped.value.exit_code) == (code, 2)


def test_a_cache_whose_files_lead_elsewhere_is_not_passed_on(tmp_path: Path) -> None:
    cache = hub(tmp_path)
    secret = tmp_path / "secret"
    secret.write_text("mine")
    (cache / "models--org--name" / "snapshots" / COMMIT / "more").symlink_to(secret)
    with pytest.raises(Problem) as stopped:
        models.sources(models.find("org/name", cache))
    assert stopped.value.code == "model.form"


def test_models_are_shared_by_names_of_the_same_files_and_nothing_is_overwritten(tmp_path: Path) -> None:
    mirror, mine = hub(tmp_path / "mirror"), tmp_path / "mine"
    _, links = models.sources(models.find("org/name", mirror))
    ref = mine / "models--org--name" / "refs" / "main"
    ref.parent.mkdir(parents=True)
    ref.write_text("my own")
    assert models.share(mirror, mine, links, LocalFiles(), nobody) == 3
    assert ref.read_text() == "my own"
    found = mine / "models--org--name" / "snapshots" / COMMIT / "deep" / "model.bin"
    assert found.read_bytes() == b"weights"
    assert os.stat(found).st_nlink == 2
    assert models.share(mirror, mine, links, LocalFiles(), nobody) == 0


def test_models_are_copied_where_no_file_has_a_second_name(tmp_path: Path) -> None:
    mirror, mine = hub(tmp_path / "mirror"), tmp_path / "mine"
    _, links = models.sources(models.find("org/name", mirror))
    copied: list[int] = []
    assert models.share(mirror, mine, links, AcrossMounts(), copied.append) == 4
    found = mine / "models--org--name" / "snapshots" / COMMIT / "deep" / "model.bin"
    assert (found.read_bytes(), sum(copied)) == (b"weights", len(b"weights") + len(COMMIT))


def test_a_home_that_cannot_be_looked_at_is_told_with_what_mends_it(tmp_path: Path) -> None:
    mirror = hub(tmp_path / "mirror")
    _, links = models.sources(models.find("org/name", mirror))
    with pytest.raises(DiskProblem) as stopped:
        models.share(mirror, tmp_path / ("x" * 300) / "hub", links, LocalFiles(), nobody)
    assert "HF_HUB_CACHE" in stopped.value.remedy


def test_setup_is_told_of_the_mirror_of_the_spec_and_of_what_was_imported(tmp_path: Path) -> None:
    project = Project(tmp_path / "a project", "here")
    (project.mirror / "wheels").mkdir(parents=True)
    (tmp_path / "team" / "simple").mkdir(parents=True)
    at = Spec(install=Install(mirror="https://mirror.example.org/simple"))
    assert mirrors.variables(at, project, {}, offline=False) == {"UV_DEFAULT_INDEX": "https://mirror.example.org/simple"}
    folder = Spec(install=Install(mirror="../team"))
    assert mirrors.variables(folder, project, {}, offline=False) == {"UV_DEFAULT_INDEX": (tmp_path / "team" / "simple").as_uri()}
    assert mirrors.variables(folder, project, {"UV_DEFAULT_INDEX": "mine"}, offline=False) == {}
    links = (project.mirror / "wheels").as_uri()
    assert "%20" in links
    assert mirrors.variables(Spec(), project, {"UV_FIND_LINKS": "/x"}, offline=True) == {"UV_FIND_LINKS": f"/x,{links}"}
    with pytest.raises(Problem) as stopped:
        mirrors.variables(Spec(install=Install(mirror="/not/there")), project, {}, offline=False)
    assert (stopped.value.code, stopped.value.exit_code) == ("mirror.missing", 2)
