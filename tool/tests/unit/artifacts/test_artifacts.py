"""What the spec renders to: whatever the spec says, each file is one of its kind, and says that."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shape.source import ROOT as REPOSITORY
from torch_starter.artifacts import compose, compose_debug, compose_gpu, devcontainer, dockerfile, dockerignore, dotenv
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Artifact
from torch_starter.core.problems import WrongSpec
from torch_starter.core.rendered import state
from torch_starter.core.spec import Cache, Container, Debug, Python, Security, Spec, ThreadCount
from torch_starter.core.spec_file import read

ARTIFACTS = collect("artifacts", Artifact)
OURS = read(REPOSITORY / "torch-starter.toml", (REPOSITORY / "torch-starter.toml").read_text(), {}).spec
NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
FOLDERS = st.from_regex(r"(/[a-z0-9_.-]{1,8}){1,3}", fullmatch=True).filter(lambda path: ".." not in path and "/./" not in path)
CACHES = st.builds(
    Cache,
    host=st.sampled_from(["data", "~/.cache/x", "/srv/x"]),
    container=FOLDERS,
    volume=st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True),
    variable=st.none() | NAMES,
    mode=st.sampled_from(["755", "700"]),
)
CONTAINERS = st.builds(
    Container,
    user=st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True),
    workspace=FOLDERS,
    apt=st.lists(st.from_regex(r"[a-z0-9][a-z0-9+.-]{0,8}", fullmatch=True), max_size=4).map(tuple),
    ports=st.lists(st.integers(1, 65535), max_size=3, unique=True).map(tuple),
    ulimits=st.dictionaries(st.sampled_from(["nofile", "memlock", "stack"]), st.integers(-1, 2**40)),
    variables=st.dictionaries(NAMES, VALUES, max_size=3),
)
SPECS = st.builds(
    Spec,
    python=st.builds(Python, extras=st.lists(st.sampled_from(["dev", "notebook"]), unique=True).map(tuple)),
    variables=st.dictionaries(NAMES, VALUES, max_size=3),
    threads=st.builds(ThreadCount, count=st.sampled_from(["auto", "3"])),
    caches=st.dictionaries(st.sampled_from(["one", "two", "three"]), CACHES),
    container=CONTAINERS,
    security=st.builds(
        Security,
        credentials=st.lists(NAMES, max_size=3, unique=True).map(tuple),
        drop_capabilities=st.sampled_from([(), ("ALL",)]),
        no_new_privileges=st.booleans(),
        debug=st.builds(Debug, capabilities=st.sampled_from([(), ("SYS_PTRACE",), ("SYS_PTRACE", "PERFMON")])),
    ),
)


def jsonc(text: str) -> Any:
    """JSON with comments that are lines of their own or end one."""
    return json.loads(re.sub(r"^\s*//.*$|(?<=,) //.*$", "", text, flags=re.MULTILINE))


def word(text: str) -> str:
    """What the builder makes of a quoted word of a Dockerfile."""
    assert text[0] == text[-1] == '"'
    return re.sub(r"\\(.)", r"\1", text[1:-1])


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.path)
def test_what_is_committed_is_what_the_spec_renders(artifact: Artifact) -> None:
    text = (REPOSITORY / artifact.path).read_text()
    assert text == artifact.render(OURS), "run ./dev.sh render"
    assert state(text) == "as rendered"


@given(SPECS)
def test_compose_files_are_what_compose_reads(spec: Spec) -> None:
    service = yaml.safe_load(compose.render(spec))["services"]["dev"]
    assert service["user"] == spec.container.user
    assert service["volumes"][0].rpartition(":")[2] == spec.container.workspace
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert ("cap_drop" in service) == bool(spec.security.drop_capabilities)
    assert "deploy" not in service, "a reservation of GPUs is fatal without one"
    assert set(spec.security.credentials) <= set(service["environment"])
    assert not [name for name in spec.security.credentials if service["environment"][name]], "values come from who starts it"
    gpu = yaml.safe_load(compose_gpu.render(spec))["services"]["dev"]
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    debug = yaml.safe_load(compose_debug.render(spec))["services"]["dev"]
    assert tuple(debug.get("cap_add") or ()) == spec.security.debug.capabilities


@given(SPECS)
def test_the_dev_container_is_json_with_comments(spec: Spec) -> None:
    found = jsonc(devcontainer.render(spec))
    assert found["remoteUser"] == spec.container.user
    assert found["hostRequirements"] == {"gpu": "optional"}
    assert len(found["mounts"]) == len({cache.volume for cache in spec.caches.values()})
    assert not any(argument.startswith(("--gpus", "--privileged", "--cpus")) for argument in found["runArgs"])
    assert [f"--env={name}" in found["runArgs"] for name in spec.security.credentials] == [True] * len(spec.security.credentials)


@given(SPECS)
def test_variables_come_into_the_image_as_they_are_written(spec: Spec) -> None:
    text = dockerfile.render(spec)
    wanted = {**spec.variables, **spec.container.variables}
    caches = {cache.variable: cache.container for cache in spec.caches.values() if cache.variable}
    for name, value in {**wanted, **caches}.items():
        lines = [line.strip().removesuffix(" \\") for line in text.splitlines()]
        told = [line.removeprefix("ENV ") for line in lines if line.removeprefix("ENV ").startswith(f"{name}=")]
        assert word(told[-1].partition("=")[2]) == value


@given(SPECS)
def test_the_four_stages_are_there_and_the_last_is_no_roots(spec: Spec) -> None:
    text = dockerfile.render(spec)
    stages = re.findall(r"^FROM .* AS (\S+)$", text, re.MULTILINE)
    assert [name for name in stages if name in ("base-deps", "python-env", "deps-install", "final")] == [
        "base-deps",
        "python-env",
        "deps-install",
        "final",
    ]
    assert stages[-1] == "final"
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["${USER_UID}"]
    assert not text.startswith("# syntax=")
    assert "x86_64" not in text
    assert "amd64" not in text


def test_a_variable_that_no_dockerfile_can_hold_is_refused() -> None:
    with pytest.raises(WrongSpec):
        dockerfile.render(Spec(variables={"A": "one\ntwo"}))


def test_volumes_land_on_folders_that_are_made_and_owned_before() -> None:
    made = dockerfile.render(OURS).split("install --directory")[1].split("chmod")[0]
    assert [cache.container for cache in OURS.caches.values() if f"{cache.container} \\" not in made] == []


def test_what_may_hold_a_secret_stays_out_of_the_image() -> None:
    ignored = dockerignore.render(OURS).splitlines()
    assert {".git", ".env", ".netrc", "*.pem", ".venv", ".torch-starter", "data"} <= set(ignored)


def test_the_example_of_settings_sets_nothing_by_itself() -> None:
    lines = dotenv.render(OURS).splitlines()
    assert not [line for line in lines if line and not line.startswith("#")]
    assert {f"#{name}=" for name in OURS.security.credentials} <= set(lines)


def test_the_dockerfile_has_nothing_that_hadolint_finds(tmp_path: Path) -> None:
    done = subprocess.run(["hadolint", REPOSITORY / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM ubuntu\nRUN sudo ls\n")
    assert subprocess.run(["hadolint", bad], capture_output=True).returncode == 1, "it finds something where there is something"
