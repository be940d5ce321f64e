"""Caches of compilers, plots, pip and W&B; and of the container engine."""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from torch_starter.caches import (
    _engine,
    container_build,
    container_volumes,
    inductor,
    matplotlib,
    pip,
    torch_extensions,
    triton,
    wandb,
)
from torch_starter.core import hits
from torch_starter.core.cached import Back, Hits
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.processes import Done
from torch_starter.core.spec import Spec
from torch_starter.testing import NoProcesses
from unit.caches.homes import Home, of_spec

KEPT = {
    "Images": [],
    "Volumes": [
        {"Name": "volume", "Size": "1.2GB", "Links": "0"},
        {"Name": "somebody-elses", "Size": "9GB", "Links": "0"},
    ],
    "BuildCache": [
        {
            "ID": "a",
            "Size": "1.5MB",
            "InUse": "false",
            "Shared": "false",
            "LastUsedSince": "3 days ago",
            "CreatedSince": "2 weeks ago",
        },
        {
            "ID": "d",
            "Size": "0B",
            "InUse": "false",
            "Shared": "false",
            "LastUsedAt": "2026-01-02 03:04:05.678901234 +0000 UTC",
            "LastUsedSince": "10 months ago",
        },
        {"ID": "b", "Size": "2kB", "InUse": "false", "Shared": "true", "LastUsedSince": "About an hour ago"},
        {"ID": "c", "Size": "7GB", "InUse": "true", "Shared": "false"},
    ],
}


class Docker(NoProcesses):
    """An engine that answers one thing."""

    def __init__(self, out: str, code: int = 0, timed_out: bool = False) -> None:
        self.out, self.code, self.timed_out = out, code, timed_out

    def run(self, argv: Sequence[str | Path], **more: Any) -> Done:
        return Done(tuple(map(str, argv)), self.code, self.out, "", 0.0, self.timed_out)


def names(here: Home, paths: Sequence[str]) -> set[str]:
    return {os.path.relpath(path, here.folder) for path in paths}


def test_of_a_shared_folder_only_what_compilers_made_is_taken(tmp_path: Path) -> None:
    here = Home(tmp_path, TORCHINDUCTOR_CACHE_DIR=str(tmp_path / "i"), TRITON_CACHE_DIR=str(tmp_path / "t"))
    for path in ("i/fxgraph/x", "i/ab/code.py", "i/thesis.tex", "i/important/x", "t/" + "A" * 43 + "/k.json", "t/notes/x"):
        here.file(path)
    assert names(here, here.parts(inductor.CACHE)["compiled graphs"].paths) == {"i/fxgraph", "i/ab"}
    assert names(here, here.parts(triton.CACHE)["kernels"].paths) == {"t/" + "A" * 43}


def test_what_compiling_took_is_read_from_the_notes_in_the_graphs(tmp_path: Path) -> None:
    here = Home(tmp_path, TORCHINDUCTOR_CACHE_DIR=str(tmp_path / "i"))
    here.file("i/ab/code.py")
    assert here.parts(inductor.CACHE)["compiled graphs"].back == Back("build"), "without a note it is not known"
    for number, nanoseconds in enumerate((900_000_000, 5_100_000_000, 400_000_000_000)):
        note = {"source": "x" * 9000, "_time_taken_ns": nanoseconds, "inputs": []}
        here.file(f"i/fxgraph/a{number}/hash/entry", pickle.dumps(note))
    here.file("i/fxgraph/b/hash/damaged", b"_time_taken_ns\x94\x8a")
    assert here.parts(inductor.CACHE)["compiled graphs"].back.seconds == pytest.approx(406.0)


def test_settings_of_matplotlib_are_never_taken(tmp_path: Path) -> None:
    here = Home(tmp_path, MPLCONFIGDIR=str(tmp_path / "m"))
    for path in ("m/matplotlibrc", "m/stylelib/mine.mplstyle", "m/fontlist-v390.json"):
        here.file(path)
    assert here.parts(matplotlib.CACHE).keys() == {"fontlist-v390.json"}


def test_pip_and_extensions_and_artifacts(tmp_path: Path) -> None:
    here = Home(tmp_path)
    cache = "home/.cache"
    for path in (f"{cache}/pip/http-v2/a/b", f"{cache}/pip/wheels/x", f"{cache}/pip/selfcheck/y"):
        here.file(path)
    for path in (f"{cache}/torch_extensions/py312_cpu/mine/mine.so", f"{cache}/wandb/artifacts/obj/x"):
        here.file(path)
    here.file("home/.local/share/wandb/artifacts/staging/x")
    assert {name: part.back.cost for name, part in here.parts(pip.CACHE).items()} == {"http-v2": "download", "wheels": "build"}
    assert here.parts(torch_extensions.CACHE).keys() == {"py312_cpu/mine"}
    assert {name: part.named for name, part in here.parts(wandb.CACHE).items()} == {"artifacts": False, "staging": True}


def test_what_the_engine_keeps(tmp_path: Path) -> None:
    here = Home(tmp_path, Docker(json.dumps(KEPT)), Spec(caches={"data": of_spec("data")}))
    layers = here.parts(container_build.CACHE)["layers"]
    assert (layers.size, layers.files, layers.back) == (1_500_000, 3, Back("build"))
    assert 0 < time.time() - layers.used < 2 * 3600
    volumes = here.parts(container_volumes.CACHE)
    assert {name: (part.size, part.named) for name, part in volumes.items()} == {"volume": (1_200_000_000, True)}
    assert list(container_volumes.remove(here.lookout, list(volumes.values()))) == [["docker", "volume", "rm", "volume"]]


def test_when_something_of_the_engine_was(tmp_path: Path) -> None:
    at = "2026-01-02 03:04:05.678901234 +0000 UTC"
    assert _engine.when({"LastUsedAt": at, "LastUsedSince": "10 months ago"}, "LastUsed") == 1767323045.0
    assert _engine.when({"LastUsedAt": "<nil>"}, "LastUsed") == 0.0
    assert 3000 < time.time() - _engine.when({"LastUsedSince": "About an hour ago"}, "LastUsed") < 4000


def test_layers_cost_what_the_last_build_from_nothing_took(tmp_path: Path) -> None:
    here = Home(tmp_path, Docker(json.dumps(KEPT)))
    run = hits.new_run(Hits(hit=0, asked=17, unit="layers"), hits.LAYERS, "build", 83.0)
    hits.keep(here.project, here.lookout.machine.files, run)
    assert here.parts(container_build.CACHE)["layers"].back == Back("build", seconds=83.0)


def test_a_volume_that_a_container_uses_stays(tmp_path: Path) -> None:
    text = json.dumps({"Volumes": [{"Name": "volume", "Size": "1B", "Links": "1"}]})
    here = Home(tmp_path, Docker(text), Spec(caches={"data": of_spec("data")}))
    assert here.parts(container_volumes.CACHE)["volume"].kept == container_volumes.USED
    assert here.parts(container_build.CACHE) == {}


def test_without_an_engine_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    for processes in (NoProcesses(), Docker("Cannot connect", 1)):
        with pytest.raises(Absent):
            Home(tmp_path, processes).parts(container_build.CACHE)
    with pytest.raises(Unknown, match="docker system df"):
        Home(tmp_path, Docker("[]")).parts(container_volumes.CACHE)
    with pytest.raises(Unknown, match="did not answer"):
        Home(tmp_path, Docker("", -9, timed_out=True)).parts(container_build.CACHE)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1.05MB", 1_050_000), ("0B", 0), ("2kB", 2000), ("3.5GB", 3_500_000_000), ("", 0), ("N/A", 0), ("1..2B", 0)],
)
def test_sizes_of_the_engine(text: str, wanted: int) -> None:
    assert _engine.size(text) == wanted


def test_times_of_the_engine() -> None:
    assert 2.9 * 86400 < time.time() - _engine.moment("3 days ago") < 3.1 * 86400
    assert _engine.moment("N/A") == 0
