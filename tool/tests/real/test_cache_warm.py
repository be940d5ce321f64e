"""`cache warm` with real uv, the target's real huggingface_hub, and servers on the loopback address."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from real._hub import Hub, served
from real._place import Place
from real._sandbox import Sandbox, verdicts

TOKEN = "hf_" + "sEcReTsEcReTsEcReT"
WEIGHTS = bytes(range(256)) * 64


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    made.publish("models/org/tiny", {"config.json": b"{}", "sub/weights.bin": WEIGHTS})
    made.publish("datasets/org/rows", {"train.csv": b"a,b\n1,2\n"})
    with served(made):
        yield made


def warm(place: Place, hub: Hub, *words: str, models: str = '["org/tiny"]', datasets: str = "[]", **more: str) -> dict[str, Any]:
    """The answer of the command for the hub alone; it must not show the token."""
    given = {"TORCH_STARTER_WARM_MODELS": models, "TORCH_STARTER_WARM_DATASETS": datasets, "HF_ENDPOINT": hub.address}
    place.variables.update({**given, "HF_HOME": str(place.root.parent / "hf"), **more})
    _, out, err = place.run("cache", "warm", "--json", "--only", "models,datasets", *words)
    assert TOKEN not in out + err
    report: dict[str, Any] = json.loads(out)
    return report


def blobs(place: Place) -> list[Path]:
    return sorted((place.root.parent / "hf" / "hub").glob("*--*/blobs/*"))


def test_what_the_spec_names_is_fetched_once(place: Place, hub: Hub) -> None:
    dry = warm(place, hub, "--dry-run", datasets='["org/rows@main"]')
    assert dry["exit_code"] == 0, dry
    assert "2 files, 16 kB to fetch" in {each["title"]: each["seen"] for each in dry["findings"]}["org/tiny"]
    assert not blobs(place)
    report = warm(place, hub, datasets='["org/rows@main"]')
    assert verdicts(report) == {"models.org/tiny": "ok", "datasets.org/rows": "ok"}
    assert {each["name"]: each["now"] for each in report["changes"]} == {"org/tiny": "2 files", "org/rows": "1 files"}
    assert len(blobs(place)) == 3
    hub.sent.clear()
    again = warm(place, hub, datasets='["org/rows@main"]')
    assert (again["exit_code"], again["changes"], hub.sent) == (0, [], [])


def test_a_revision_is_taken_by_its_commit(place: Place, hub: Hub) -> None:
    commit = hub.commit("models/org/tiny")
    assert warm(place, hub, models=f'["org/tiny@{commit}"]')["exit_code"] == 0
    report = warm(place, hub, models='["org/tiny@gone"]')
    (finding,) = (each for each in report["findings"] if each["verdict"] != "skip")
    assert (report["exit_code"], finding["verdict"]) == (1, "fail")
    assert "behind the @" in finding["remedy"]


def test_one_that_needs_a_token_is_told_and_the_token_never(place: Place, hub: Hub) -> None:
    hub.token = TOKEN
    report = warm(place, hub)
    assert verdicts(report)["models.org/tiny"] == "fail"
    assert "HF_TOKEN" in report["findings"][0]["remedy"]
    assert warm(place, hub, HF_TOKEN=f"{TOKEN}wrong")["exit_code"] == 1
    assert warm(place, hub, HF_TOKEN=TOKEN)["exit_code"] == 0
    assert len(blobs(place)) == 2


def test_what_stops_half_way_is_gone_on_from(place: Place, hub: Hub) -> None:
    hub.stops = "sub/weights.bin"
    report = warm(place, hub)
    assert report["exit_code"] in (1, 3), report
    assert not any(blob.stat().st_size == len(WEIGHTS) for blob in blobs(place))
    hub.stops = ""
    assert warm(place, hub)["exit_code"] == 0
    assert any(blob.read_bytes() == WEIGHTS for blob in blobs(place))


def test_one_that_is_not_there_leaves_the_others(place: Place, hub: Hub) -> None:
    report = warm(place, hub, models='["org/none", "org/tiny"]')
    assert (report["exit_code"], verdicts(report)["models.org/none"], verdicts(report)["models.org/tiny"]) == (1, "fail", "ok")


def test_a_hub_that_refuses_is_not_known(place: Place) -> None:
    with served(Hub()) as gone:
        pass
    report = warm(place, gone)
    assert (report["exit_code"], verdicts(report)["models.org/tiny"]) == (3, "unknown")
    assert warm(place, gone, HF_HUB_OFFLINE="1")["findings"][0]["remedy"] == "unset HF_HUB_OFFLINE"


def test_what_cannot_fit_is_not_begun(place: Place, hub: Hub) -> None:
    hub.large["sub/weights.bin"] = 2**60
    report = warm(place, hub, datasets='["org/rows"]')
    assert (report["exit_code"], report["problem"]["code"]) == (5, "disk.full")
    assert verdicts(report) == {"models.org/tiny": "fail", "datasets.org/rows": "ok"}
    assert hub.sent == ["train.csv"]


def test_a_cache_that_is_a_file_is_told(place: Place, hub: Hub) -> None:
    (place.root.parent / "hf").write_text("a file\n")
    report = warm(place, hub)
    assert (report["exit_code"], report["problem"]["code"]) == (5, "disk.read-only")
    assert (place.root.parent / "hf").read_text() == "a file\n"


def test_packages_of_all_extras_come_into_the_cache_alone(sandbox: Sandbox) -> None:
    sandbox.want("alpha")
    shutil.rmtree(sandbox.folder / "uv-cache")  # to lock them uv has looked into the wheels
    with sandbox.index():
        dry = sandbox.json("cache", "warm", "--only", "packages", "--dry-run")
        assert (dry["exit_code"], [each["name"] for each in dry["changes"]]) == (0, ["alpha"])
        report = sandbox.json("cache", "warm", "--only", "packages")
    assert report["exit_code"] == 0, report
    assert {each["name"]: each["samples"][0] > 0 for each in report["measurements"]} == {"fetched": True}
    assert (sandbox.environments, sandbox.venv.exists()) == ([], False)
    again = sandbox.json("cache", "warm", "--only", "packages")
    assert again["measurements"][0]["samples"] == [0.0]
    assert sandbox.json("setup", "--offline")["exit_code"] == 0


def test_what_is_not_known_is_refused(sandbox: Sandbox) -> None:
    report = sandbox.json("cache", "warm", "--only", "modells")
    assert (report["exit_code"], report["problem"]["code"]) == (2, "warm.unknown")
    (sandbox.root / "torch-starter.toml").open("a").write('\n[warm]\nmodels = ["a b"]\n')
    report = sandbox.json("cache", "warm")
    assert (report["exit_code"], report["problem"]["code"]) == (2, "spec.value")
    assert "warm.models" in report["problem"]["message"]


def test_what_was_damaged_and_removed_is_fetched_again_by_the_command_that_is_told(place: Place, hub: Hub) -> None:
    assert warm(place, hub)["exit_code"] == 0
    next(blob for blob in blobs(place) if blob.stat().st_size == len(WEIGHTS)).write_bytes(b"damaged")
    found = place.answer("cache", "verify", "--only", "huggingface", "--fix", "--json")["findings"]
    (damaged,) = (each for each in found if each["verdict"] == "warn")
    hub.sent.clear()
    code, out, err = place.run(*damaged["remedy"].removeprefix("./dev.sh ").split())
    assert (code, hub.sent) == (0, ["sub/weights.bin"]), out + err
    assert place.answer("cache", "verify", "--only", "huggingface", "--json")["exit_code"] == 0
    assert warm(place, hub)["changes"] == []
