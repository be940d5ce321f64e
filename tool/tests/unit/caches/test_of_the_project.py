from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.caches import checkpoints, data, environments, mirror, project, torch_starter, training_logs
from torch_starter.core.spec import Spec
from unit.caches.homes import Home, of_spec

ENVS = "project/.torch-starter/linux-x86_64/envs"


@pytest.fixture
def here(tmp_path: Path) -> Home:
    return Home(tmp_path, spec=Spec(caches={"data": of_spec("data")}))


def test_left_overs_are_found_wherever_they_are_but_not_where_they_are_somebodys(here: Home) -> None:
    for path in ("src/a/__pycache__/x.cpython-312.pyc", "__pycache__/y.cpython-312.pyc", ".ruff_cache/z"):
        here.file(f"project/{path}")
    for path in (
        ".venv/lib/__pycache__/a.pyc",
        "env/lib/__pycache__/b.pyc",
        "data/__pycache__/c.pyc",
        "src/__pycache__/mine.txt",
    ):
        here.file(f"project/{path}")
    here.file("project/env/pyvenv.cfg", "")
    here.file("elsewhere/__pycache__/d.pyc")
    here.link("project/linked", str(here.folder / "elsewhere"))
    found = here.parts(project.CACHE)
    assert found.keys() == {"__pycache__", ".ruff_cache"}
    where = {os.path.relpath(path, here.root) for path in found["__pycache__"].paths}
    assert where == {"src/a/__pycache__", "__pycache__"}


def test_trainings_are_only_listed(here: Home) -> None:
    here.file("project/lightning_logs/version_0/checkpoints/last.ckpt")
    here.file("project/runs/today/events.out")
    here.file("project/wandb/offline-run-1/run.wandb")
    found = here.parts(training_logs.CACHE)
    assert {name: part.detail for name, part in found.items()} == {
        "lightning_logs/version_0": training_logs.WITH,
        "runs/today": "",
        "wandb/offline-run-1": "",
    }
    assert all(part.named and part.back.cost == "lost" for part in found.values())


def test_checkpoints_and_data_are_only_listed(here: Home) -> None:
    here.file("project/checkpoints/best.pt")
    here.file("project/out/run/checkpoint-500/model.safetensors")
    here.file("project/data/set/x")
    found = here.parts(checkpoints.CACHE) | here.parts(data.CACHE)
    assert found.keys() == {"checkpoints/best.pt", "out/run/checkpoint-500", "set"}
    assert all(part.named and part.back.cost == "lost" for part in found.values())


def test_the_current_environment_and_the_one_before_stay(here: Home) -> None:
    for name in ("new", "before", "old", "stopped"):
        here.file(f"{ENVS}/{name}/bin/python")
        if name != "stopped":
            here.file(f"{ENVS}/{name}/torch-starter.json", "{}")
    here.remember("new", "before")
    found = here.parts(environments.CACHE)
    assert {name: part.kept for name, part in found.items()} == {
        **{"new": environments.CURRENT, "before": environments.BEFORE},
        **{"old": "", "stopped": ""},
    }
    assert found["stopped"].detail == environments.NEVER
    assert found["old"].holds == (str(here.folder / ENVS / ".." / "lock").replace("/envs/..", ""),)


@pytest.mark.parametrize(("record", "seconds"), [('{"seconds": 11.5}', 11.5), ("{}", 0.0), ('{"seconds": "x"}', 0.0), ("{", 0.0)])
def test_an_environment_costs_what_building_it_took(here: Home, record: str, seconds: float) -> None:
    here.file(f"{ENVS}/old/torch-starter.json", record)
    assert here.parts(environments.CACHE)["old"].back.seconds == seconds


def test_what_the_link_leads_to_stays_whatever_is_remembered(here: Home) -> None:
    for name in ("a", "b"):
        here.file(f"{ENVS}/{name}/bin/python")
    here.remember("b")
    here.link("project/.venv", ".torch-starter/linux-x86_64/envs/a")
    assert {name: part.kept for name, part in here.parts(environments.CACHE).items()} == {
        "a": environments.CURRENT,
        "b": environments.CURRENT,
    }


@pytest.mark.parametrize("history", ["{", '{"newest_first": 3}', None])
def test_where_it_is_not_known_what_is_current_all_stay(here: Home, history: str | None) -> None:
    other = "project/.torch-starter/linux-aarch64"
    here.file(f"{other}/envs/x/bin/python")
    if history is not None:
        here.file(f"{other}/history.json", history)
    assert here.parts(environments.CACHE)["linux-aarch64/x"].kept == environments.UNKNOWN


def test_of_our_own_what_proves_a_setting_stays(here: Home) -> None:
    state = "project/.torch-starter/linux-x86_64"
    for path in ("optimize/aaa/proof.json", "optimize/bbb/proof.json", "optimize/lock", "profile/x/trace.json.gz"):
        here.file(f"{state}/{path}")
    for path in (
        "profilers/memray/x",
        "profilers/memray.lock",
        "profiles/aaa.json",
        "benchmarks.jsonl",
        "aside-1-x/y",
        "uv/bin/uv",
    ):
        here.file(f"{state}/{path}")
    found = here.parts(torch_starter.CACHE)
    assert {name: part.kept for name, part in found.items()} == {
        "optimize/aaa": torch_starter.PROOF,
        **dict.fromkeys(("optimize/bbb", "profile", "profilers", "asides"), ""),
    }
    assert [os.path.basename(path) for path in found["profilers"].paths] == ["memray"]


def test_what_came_in_bundles_goes_only_where_it_is_named(here: Home) -> None:
    here.file("project/.torch-starter/mirror/wheels/a.whl")
    assert {name: part.named for name, part in here.parts(mirror.CACHE).items()} == {"wheels": True}
