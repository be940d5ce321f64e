"""Which files of a cache have checksums, and which."""

from __future__ import annotations

import hashlib
from pathlib import Path

from torch_starter.caches import _hub_seals, _mirror_seals, _torch_seals, _uv_seals
from torch_starter.core.files import LocalFiles
from torch_starter.core.lookout import Lookout
from torch_starter.core.machine import Machine
from torch_starter.core.project import Project
from torch_starter.core.sealed import GIT
from torch_starter.core.spec import Spec
from torch_starter.testing import NoProcesses

HASH = "0" * 64


def lookout(root: Path) -> Lookout:
    """The view from a project."""
    return Lookout(Project(root, "here"), Machine(NoProcesses(), LocalFiles(), {}), Spec())


def test_of_the_hub_the_length_of_a_name_tells_the_hash(tmp_path: Path) -> None:
    blobs = tmp_path / "datasets--org--rows" / "blobs"
    blobs.mkdir(parents=True)
    for name in ("a" * 40, "b" * 64, "b" * 64 + ".incomplete", "c" * 41):
        (blobs / name).touch()
    (tmp_path / "models--org--empty").mkdir()
    (sealed,) = _hub_seals.sealed(lookout(tmp_path), [tmp_path])
    assert [(seal.kind, seal.values) for seal in sealed.seals] == [(GIT, ("a" * 40,)), ("sha256", ("b" * 64,))]
    assert (sealed.part, sealed.mend) == ("dataset org/rows", "./dev.sh run -- hf download org/rows --repo-type dataset")


def test_of_a_wheel_nothing_outside_of_it_is_read(tmp_path: Path) -> None:
    metadata = tmp_path / "archive-v0" / "x" / "two_words-1.0.dist-info"
    metadata.mkdir(parents=True)
    lines = ("a.py,sha256=AA,3", "../../out.py,sha256=AA,3", "/etc/passwd,sha256=AA,3", "b.py,md4711=AA,3", "RECORD,,")
    (metadata / "RECORD").write_text("\n".join(lines))
    (tmp_path / "archive-v0" / "source").mkdir()
    (sealed,) = _uv_seals.sealed(lookout(tmp_path), [tmp_path])
    assert [(Path(seal.path).name, seal.size, seal.values) for seal in sealed.seals] == [("a.py", 3, ("00",))]
    assert (sealed.part, sealed.clean) == ("two_words 1.0", "two_words")


def test_of_weights_those_have_one_whose_name_has_it(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    for name in ("net-f37072fd.pth", "net-20240101.pth", "net.pth", "net-short1.pth"):
        (tmp_path / "checkpoints" / name).touch()
    assert [each.part for each in _torch_seals.sealed(lookout(tmp_path), [tmp_path])] == ["net-f37072fd.pth"]


def test_of_a_mirror_the_locks_tell_it(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    for lock, value in (("cpu", HASH), ("cu130", "1" * 64)):
        (tmp_path / "locks" / f"{lock}.txt").write_text(f"two-words==1.0 \\\n    --hash=sha256:{value}\n")
    (tmp_path / "locks" / "broken.txt").write_text("what is this\n")
    wheels = tmp_path / "mirror" / "wheels"
    wheels.mkdir(parents=True)
    for name in ("two_words-1.0-py3-none-any.whl", "stranger-1.0-py3-none-any.whl", "odd.whl"):
        (wheels / name).write_bytes(hashlib.sha256(name.encode()).digest())
    (sealed,) = _mirror_seals.sealed(lookout(tmp_path), [tmp_path / "mirror"])
    assert sealed.part == "two_words-1.0-py3-none-any.whl"
    assert sealed.seals[0].values == (HASH, "1" * 64)


def test_what_cannot_be_looked_into_is_noted_and_the_rest_is_sealed(tmp_path: Path) -> None:
    good = tmp_path / "models--org--good" / "blobs" / ("a" * 40)
    wheel = tmp_path / "archive-v0" / "good" / "one-1.0.dist-info"
    for folder in (good.parent, wheel, tmp_path / "models--org--shut", tmp_path / "archive-v0" / "hidden" / "two-1.0.dist-info"):
        folder.mkdir(parents=True)
    good.touch()
    (wheel / "RECORD").write_text("a.py,sha256=AA,3\n")
    shut = [tmp_path / each for each in ("models--org--shut/blobs", "archive-v0/x", "archive-v0/hidden/two-1.0.dist-info/RECORD")]
    shut += [tmp_path / each for each in ("checkpoints", "wheels", "locks")]
    for path in shut:  # a link to itself: nobody can look into that, not even root
        path.symlink_to(path.name)
    here = lookout(tmp_path)
    assert [each.part for each in _hub_seals.sealed(here, [tmp_path])] == ["org/good"]
    assert [each.part for each in _uv_seals.sealed(here, [tmp_path])] == ["one 1.0"]
    assert not [*_torch_seals.sealed(here, [tmp_path]), *_mirror_seals.sealed(here, [tmp_path])]
    assert here.shut.keys() == {str(path) for path in shut}
