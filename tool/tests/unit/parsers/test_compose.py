"""Compose files, dev containers, files of variables and .dockerignore, as containers and what belongs to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.container_files import Build, Container, ContainerFiles
from torch_starter.core.report import Place
from torch_starter.parsers.read import kind_of, read

COMPOSE = """\
x-common: &common
  restart: ${RESTART:-always}
  environment: &variables
    A: "1"
services:
  app:
    <<: *common
    build:
      context: ./app
      dockerfile: docker/Dockerfile
      target: final
      args: [V=2]
    env_file:
      - one.env
      - {path: ../two.env, required: false}
    environment:
      <<: *variables
      B: ${B:-${C:-3}}
      D:
    volumes:
      - .:/app:ro
      - cache:/c
      - /only
      - {type: bind, source: ./x, target: /x, read_only: true}
    ports: ["127.0.0.1:${P:-1}:2/tcp"]
"""
DEV = """\
{
  "build": { "dockerfile": "../Dockerfile", "context": "..", "target": "dev" },
  "runArgs": ["-e", "A=1", "--env=B", "-v", "c:/c", "--shm-size=1g", "--unknown", "x", "-p=1:2"],
  "mounts": [{"source": "d", "target": "/d", "type": "volume"}],
  "workspaceMount": "source=${localWorkspaceFolder},target=/w,type=bind", "workspaceFolder": "/w",
  "remoteEnv": {"PATH": "${containerEnv:PATH}:/x", "C": "${localEnv:C:9}"},
  "remoteUser": "me"
}
"""


def only(files: ContainerFiles) -> Container:
    (found,) = files.containers
    assert not files.unread
    return found


def test_a_service() -> None:
    found = only(read({"sub/compose.yaml": COMPOSE}))
    assert found.place == Place("sub/compose.yaml", 6)
    assert found.build == Build("sub/app", "sub/app/docker/Dockerfile", "final", Place("sub/compose.yaml", 8))
    assert found.value("restart") == "always"
    assert found.env_files == ("sub/one.env", "two.env")
    assert {each.name: (each.value, each.place.line) for each in found.variables} == {
        "A": ("1", 4),
        "B": ("3", 18),
        "D": (None, 19),
        "V": ("2", 12),
    }
    assert [(each.kind, each.source, each.target, each.read_only) for each in found.mounts] == [
        ("bind", ".", "/app", True),
        ("volume", "cache", "/c", False),
        ("volume", "", "/only", False),
        ("bind", "./x", "/x", True),
    ]
    assert [(each.address, each.published, each.inner) for each in found.ports] == [("127.0.0.1", "1", "2")]


def test_a_dev_container() -> None:
    found = only(read({".devcontainer/devcontainer.json": DEV}))
    assert found.build == Build(".", "Dockerfile", "dev", Place(".devcontainer/devcontainer.json", 2))
    assert (found.value("shm"), found.value("remote-user")) == ("1g", "me")
    assert [(each.kind, each.target) for each in found.mounts] == [("volume", "/d"), ("bind", "/w"), ("volume", "/c")]
    assert [(each.name, each.value) for each in found.variables] == [("PATH", None), ("C", "9"), ("A", "1"), ("B", None)]
    assert [each.source for each in found.variables] == ["remoteEnv", "remoteEnv", "runArgs", "runArgs"]
    assert [(each.published, each.inner) for each in found.ports] == [("1", "2")]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("sh -c 'a && b'", [("sh", "-c", "a && b"), ("a",), ("b",)]),
        ("[jupyter, lab, '--token=']", [("jupyter", "lab", "--token=")]),
        ("[a, '', b]", [("a", "", "b")]),
        ("'a ${X:-1}'", [("a", "1")]),
        ("null", []),
    ],
)
def test_what_a_service_runs(given: str, wanted: list[tuple[str, ...]]) -> None:
    found = only(read({"compose.yaml": f"services: {{a: {{image: x, command: {given}}}}}"}))
    assert [each.words for each in found.started] == wanted


def test_what_a_dev_container_runs() -> None:
    text = '{\n"postCreateCommand": {"a": "b c; d",\n"e": ["f", "g h"]},\n"onCreateCommand": "i",\n"initializeCommand": "j"\n}'
    found = only(read({".devcontainer.json": text}))
    assert [(each.words, each.place.line) for each in found.started] == [
        (("i",), 4),
        (("b", "c"), 2),
        (("d",), 2),
        (("f", "g h"), 3),
    ]


def test_a_setting_is_known_as_it_is_written() -> None:
    service = only(read({"compose.yaml": "services: {a: {image: x, pid: host, cap_add: [A]}}"}))
    assert [each.written for each in service.all("pid", "cap-add")] == ["pid: host", "cap_add: A"]
    assert service.written("shm", "4gb") == "`shm_size: 4gb`"
    text = '{"privileged": true, "capAdd": ["A"], "runArgs": ["--pid", "host", "--ipc=host", "--init"]}'
    dev = only(read({".devcontainer.json": text}))
    assert [each.written for each in dev.settings] == [
        '"privileged": true',
        '"capAdd": ["A"]',
        "--pid=host",
        "--ipc=host",
        "--init",
    ]
    assert dev.written("shm", "4gb") == '"runArgs": ["--shm-size=4gb"]'
    assert dev.written("remote-user", "me") == '"remoteUser": "me"'


def test_what_is_put_over_another_is_a_fragment() -> None:
    base, over = "services: {a: {build: .}}", "services: {a: {image: x}, b: {image: y}, c: {ports: []}}"
    files = read({"compose.yaml": base, "compose.prod.yaml": over, "x/compose.prod.yaml": over, "compose.debug.yaml": base})
    told = [(each.place.file, each.name, each.fragment, each.debug) for each in files.containers]
    assert told == [
        ("compose.yaml", "a", False, False),
        ("compose.prod.yaml", "a", True, False),
        ("compose.prod.yaml", "b", False, False),
        ("compose.prod.yaml", "c", True, False),
        ("x/compose.prod.yaml", "a", False, False),
        ("x/compose.prod.yaml", "b", False, False),
        ("x/compose.prod.yaml", "c", True, False),
        ("compose.debug.yaml", "a", True, True),
    ]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *((name, "dockerfile") for name in ("Dockerfile", "a/Dockerfile.gpu", "gpu.Dockerfile", "x.dockerfile", "Containerfile")),
        *((name, "compose") for name in ("compose.yaml", "docker-compose.yml", "compose.gpu.yaml", "docker-compose-dev.yml")),
        *((name, "devcontainer") for name in (".devcontainer.json", ".devcontainer/a/devcontainer.json")),
        *(
            (name, "")
            for name in ("Dockerfile.j2", "Dockerfile.md", "compose.yaml.j2", "mycompose.yaml", "dockerfile.py", "a.env")
        ),
        *((name, "packages") for name in ("pyproject.toml", "requirements-gpu.txt", "environment.yml")),
        (".env", "env"),
        (".dockerignore", "ignore"),
        ("Dockerfile.dockerignore", "ignore"),
    ],
)
def test_files_are_known_by_their_names(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    "text", ["", "services:\n", "services: []\n", "services: {a: }\n", "services: {a: [b]}\n", "services: 3\n"]
)
def test_odd_files_are_no_trouble(text: str) -> None:
    assert not read({"compose.yaml": text}).unread


LISTED = f"x: &x [{', '.join(f'a{number}:/b' for number in range(9_000))}]\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("services:\n" + "".join(f"  s{number}: {{image: x}}\n" for number in range(301)), "it has more than 300 services"),
        (
            LISTED + "services:\n" + "".join(f"  s{number}: {{volumes: *x, ports: *x}}\n" for number in range(99)),
            "what its aliases repeat is too much",
        ),
    ],
)
def test_what_is_more_than_people_write_is_told(text: str, why: str) -> None:
    files = read({"compose.yaml": text})
    assert [each.why for each in files.unread] == [why]
    assert files.containers == ()


def test_who_asks_for_pytorch() -> None:
    texts = {"pyproject.toml": 'dependencies = ["torch>=2"]', "Dockerfile": "FROM a\nRUN uv add pytorch-lightning\n"}
    assert read(texts).torch == ("pyproject.toml", "Dockerfile")
    assert read({"Dockerfile": "FROM pytorch/pytorch:2.9\n"}).torch == ("Dockerfile",)
    assert read({"pyproject.toml": 'name = "torch-tools"', "Dockerfile": "FROM a\nRUN echo torch\n"}).torch == ()
    assert read({"compose.yaml": "services: {a: {image: pytorch/pytorch:2.9}}"}).torch == ("compose.yaml",)
    assert read({".devcontainer.json": '{"image": "ghcr.io/a/torch:1"}'}).torch == (".devcontainer.json",)
    assert read({"compose.yaml": "services: {a: {image: redis:7}, b: {build: ./torch}}"}).torch == ()


SIGNS = st.text(st.sampled_from("abA_ =:\"'$#{}[]-\n\t*!?\\/.&<"))


@given(SIGNS, SIGNS)
def test_no_text_stops_a_reader(one: str, other: str) -> None:
    names = ("compose.yaml", ".env", ".dockerignore", ".devcontainer.json", "Dockerfile")
    files = read({name: one for name in names} | {"docker-compose.yml": f"services:\n  {other}"})
    assert [files.ignored[".dockerignore"].leaves_out(path) for path in (".git", ".venv", ".env")]
