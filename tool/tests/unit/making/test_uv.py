from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.problems import Missing
from torch_starter.core.processes import Done
from torch_starter.core.project import Project
from torch_starter.core.spec import Install, Spec
from torch_starter.making import uv

SAID = [
    ("error: Failed to write to the cache\n  Caused by: No space left on device (os error 28)", "disk.full", "no space left"),
    (
        "error: Failed to download `torch==2.14.1`\n  Caused by: Hash mismatch for `torch==2.14.1`\n\nExpected:\n  sha256:0",
        "lock.hash",
        "torch==2.14.1 is not the file that the lock names",
    ),
    (
        "error: Failed to download `numpy==1.26.4`\n  Caused by: Network connectivity is disabled, but the data wasn't found",
        "network.unreachable",
        "the package index cannot be reached while installing the packages",
    ),
    (
        "error: Failed to fetch: `https://example.org/simple/torch/`\n  Caused by: dns error",
        "network.unreachable",
        "cannot be reached",
    ),
    ("error: The requested interpreter does not exist", "uv.failed", "The requested interpreter does not exist"),
]


def failed(text: str) -> Done:
    return Done(("uv",), 2, "", text, 1.0)


@pytest.mark.parametrize(("text", "code", "told"), SAID, ids=[code for _, code, _ in SAID])
def test_what_uv_says_becomes_a_problem_with_an_instruction(text: str, code: str, told: str) -> None:
    problem = uv.problem(failed(text), "installing the packages")
    assert (problem.code, problem.exit_code) == (code, 5)
    assert told in problem.message
    assert problem.remedy


@given(st.text())
def test_whatever_uv_says_is_told_shortly(text: str) -> None:
    problem = uv.problem(failed(text), "resolving")
    assert problem.exit_code == 5
    assert len(problem.message) < 700


def test_uv_is_the_one_on_the_path_else_our_own(tmp_path: Path) -> None:
    project = Project(tmp_path, "here")
    own = project.state / "uv" / "bin" / "uv"
    for program in (own, tmp_path / "bin" / "uv"):
        program.parent.mkdir(parents=True)
        program.touch(0o755)
    assert uv.find(project, {"PATH": str(tmp_path / "bin")}) == tmp_path / "bin" / "uv"
    assert uv.find(project, {"PATH": str(tmp_path)}) == own


def test_without_uv_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Missing) as stopped:
        uv.find(Project(tmp_path, "here"), {"PATH": str(tmp_path)})
    assert (stopped.value.exit_code, stopped.value.code) == (4, "uv.missing")


def test_the_spec_gives_uv_its_variables_and_the_user_may_override_them(tmp_path: Path) -> None:
    spec = Spec(install=Install(concurrent_downloads=3, http_timeout="2min", link_mode="copy"))
    found = uv.variables(spec, {"UV_HTTP_TIMEOUT": "7", "VIRTUAL_ENV": "/x", "A": "b"}, tmp_path, tmp_path, offline=False)
    assert (found["UV_CONCURRENT_DOWNLOADS"], found["UV_HTTP_TIMEOUT"], found["UV_LINK_MODE"]) == ("3", "7", "copy")
    assert (found["UV_CACHE_DIR"], found["A"]) == (str(tmp_path), "b")
    assert not {"VIRTUAL_ENV", "UV_OFFLINE"} & found.keys()
    assert uv.variables(spec, {}, None, tmp_path, offline=True)["UV_OFFLINE"] == "1"


def test_links_are_hard_on_one_file_system_and_copies_between_two(tmp_path: Path) -> None:
    assert uv.link_mode(tmp_path / "cache", tmp_path / "envs" / "not-yet") == "hardlink"
    assert uv.link_mode(Path("/proc"), tmp_path) == "copy"


def test_a_folder_that_may_not_be_looked_into_is_on_the_file_system_of_what_can_be_seen_above_it(tmp_path: Path) -> None:
    assert uv.link_mode(tmp_path / ("x" * 300) / "cache", tmp_path) == "hardlink"
