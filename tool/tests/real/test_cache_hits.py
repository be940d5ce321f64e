"""How much of a set-up came from the cache, with real uv: said, measured, kept and listed."""

from __future__ import annotations

import shutil
from typing import Any

from real._sandbox import Sandbox


def measured(report: dict[str, Any]) -> dict[str, float]:
    return {each["name"]: each["median"] for each in report["measurements"]}


def test_a_second_set_up_takes_all_from_the_cache_and_says_so(sandbox: Sandbox) -> None:
    sandbox.want("alpha")
    shutil.rmtree(sandbox.folder / "uv-cache")  # to lock them uv has looked into the wheels
    with sandbox.index():
        first = sandbox.json("setup")
    assert measured(first)["from-cache"] == 0
    sandbox.package("beta")
    sandbox.want("alpha", "beta", UV_NO_CACHE="1", UV_CONFIG_FILE=str(local(sandbox)))
    with sandbox.index():
        second = sandbox.json("setup")
    assert 99 < measured(second)["from-cache"] < 100, "only beta, which is small, had to be fetched"
    assert second["notes"][-1].endswith(" of packages, 99 % from the cache"), "what is not all of it is not called all"
    third = sandbox.json("setup", "--rebuild", "--offline")
    assert measured(third)["from-cache"] == 100
    assert third["notes"][-1].endswith(" of packages, 100 % from the cache")
    (cached,) = sandbox.json("cache", "list", "--only", "uv")["caches"]
    assert (cached["hits"]["runs"], cached["hits"]["unit"]) == (3, "bytes")
    assert 0.6 < cached["hits"]["hit"] / cached["hits"]["asked"] < 0.7


def local(sandbox: Sandbox) -> Any:
    """The settings by which uv takes wheels from their folder, not from the served index."""
    path = sandbox.folder / "local.toml"
    path.write_text(f'no-index = true\nfind-links = ["{sandbox.wheels}"]\n')
    return path


def test_what_cannot_be_noted_stops_no_set_up(sandbox: Sandbox) -> None:
    (sandbox.root / ".torch-starter" / "tests" / "hits.jsonl").mkdir(parents=True)
    code, out, err = sandbox.run("setup")
    assert code == 0, out + err
    assert "could not be noted" in err
