"""Hooks and a workflow call words that there are, on whatever the spec says."""

from __future__ import annotations

import re
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.artifacts import pre_commit, workflow
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Verb
from torch_starter.core.quality import Quality
from torch_starter.core.spec import Checks, Spec

VERBS = {verb.name: verb for verb in collect("verbs", Verb)}
QUALITIES = {quality.name for quality in collect("quality", Quality)}
PATHS = st.lists(st.from_regex(r"[a-z][a-z0-9_.+-]{0,8}(/[a-z]{1,5})?/?", fullmatch=True), max_size=4).map(tuple)


def hooks(spec: Spec) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(pre_commit.render(spec))["repos"][0]["hooks"]
    return found


def steps(spec: Spec) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(workflow.render(spec))["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def is_known(command: str) -> bool:
    """Whether a command of ours has this verb, these options, and these members."""
    program, verb, *rest = command.split()
    options = {f"--{option.name}" for option in VERBS[verb].options}
    members = {name for word in rest if "," in word for name in word.split(",")}
    return program == "./dev.sh" and {word for word in rest if word.startswith("-")} <= options and members <= QUALITIES


@given(PATHS)
def test_hooks_are_commands_that_there_are(paths: tuple[str, ...]) -> None:
    found = hooks(Spec(checks=Checks(paths=paths)))
    assert {hook["id"] for hook in found} == {"lint", "types", "all-checks", "tests"}
    assert all(is_known(hook["entry"]) and hook["entry"] == hook["name"] for hook in found)


@given(PATHS)
def test_hooks_are_called_for_files_of_the_code_alone(paths: tuple[str, ...]) -> None:
    pattern = re.compile(hooks(Spec(checks=Checks(paths=paths)))[0]["files"])
    assert all(pattern.search(f"{path.strip('/')}/a.py") for path in paths)
    assert not pattern.search("elsewhere/" + "/".join(paths or ["x"]) + "/a.py")


def test_every_member_that_is_quick_and_needs_no_network_is_asked_before_a_commit() -> None:
    entries = " ".join(hook["entry"] for hook in hooks(Spec()))
    assert {name for name in QUALITIES if name in re.split(r"[ ,]", entries)} >= QUALITIES - {"tests", "audit"}


def test_the_workflow_runs_commands_that_there_are() -> None:
    commands = [step["run"] for step in steps(Spec()) if "run" in step]
    assert [command.split()[1] for command in commands] == ["setup", "all-checks"]
    assert all(is_known(command) for command in commands)


def test_actions_are_pinned_by_hash_and_the_token_may_only_read() -> None:
    uses = [step["uses"] for step in steps(Spec()) if "uses" in step]
    assert uses
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", use) for use in uses)
    assert yaml.safe_load(workflow.render(Spec()))["permissions"] == {"contents": "read"}


def test_all_of_the_history_is_fetched_for_the_search_for_secrets() -> None:
    assert steps(Spec())[0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
