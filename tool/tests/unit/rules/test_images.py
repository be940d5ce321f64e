"""Rules that hold an image against the containers that start it."""

from __future__ import annotations

import pytest

from unit.rules.ruling import ask, same


def health(check: str = "", more: str = "") -> dict[str, str]:
    service = f"services:\n  a: «\n    build: .\n    ports: ['127.0.0.1:1:1']\n{more}"
    return {"Dockerfile": f"FROM python:3.12\n{check}", "compose.yaml": service}


def test_what_serves_can_be_asked() -> None:
    plain = {path: text.replace(" «", "") for path, text in health("HEALTHCHECK CMD true\n").items()}
    assert same("healthcheck", "ok", plain)
    assert same("healthcheck", "warn", health())
    assert same("healthcheck", "warn", health("HEALTHCHECK NONE\n"))
    assert same("healthcheck", "warn", health("HEALTHCHECK CMD true\n", "    healthcheck:\n      disable: true\n"))
    assert same("healthcheck", "ok", {"Dockerfile": "FROM python:3.12\n", "compose.yaml": "services: {a: {build: .}}"})
    assert same("healthcheck", "skip", "FROM python:3.12\n")


def test_who_waits_for_what_nobody_asks_never_starts() -> None:
    text = (
        "services:\n  a:\n    image: x:1\n    depends_on:\n      b: «\n        condition: service_healthy\n  b:\n    build: .\n"
    )
    assert same("healthcheck", "fail", {"Dockerfile": "FROM python:3.12\n", "compose.yaml": text})
    plain = text.replace(" «", "")
    assert same("healthcheck", "ok", {"Dockerfile": "FROM python:3.12\nHEALTHCHECK CMD true\n", "compose.yaml": plain})
    assert same("healthcheck", "ok", {"compose.yaml": plain.replace("build: .", "image: postgres:17")})


def mounted(dockerfile: str, mounts: str) -> dict[str, str]:
    return {"Dockerfile": dockerfile, "compose.yaml": f"services:\n  a:\n    build: .\n    volumes:\n{mounts}"}


INSIDE = "FROM python:3.12\nWORKDIR /app\nRUN uv sync\n"


@pytest.mark.parametrize(
    ("verdict", "dockerfile", "mounts"),
    [
        ("fail", INSIDE, "      - .:/app «\n"),
        ("fail", INSIDE, "      - {type: bind, source: ., target: /} «\n"),
        ("fail", "FROM a:1\nWORKDIR /app\nRUN python -m venv venv\n", "      - ./:/app/ «\n"),
        ("fail", "FROM a:1\nENV UV_PROJECT_ENVIRONMENT=/app/e\nRUN uv sync\n", "      - .:/app «\n"),
        ("fail", "FROM a:1 AS b\nFROM a:1\nCOPY --from=b /app/.venv /app/.venv\n", "      - .:/app «\n"),
        ("ok", INSIDE, "      - .:/app\n      - /app/.venv\n"),
        ("ok", INSIDE, "      - .:/app\n      - venv:/app/.venv\n"),
        ("ok", INSIDE, "      - ./src:/app/src\n      - data:/app\n"),
        ("ok", "FROM a:1\nENV UV_PROJECT_ENVIRONMENT=/opt/venv\nWORKDIR /app\nRUN uv sync\n", "      - .:/app\n"),
        ("ok", "FROM a:1\nWORKDIR /app\nRUN uv venv /opt/venv\n", "      - .:/app\n"),
        ("ok", "FROM a:1\nWORKDIR /app\nRUN pip install x\n", "      - .:/app\n"),
        ("ok", "FROM a:1\nWORKDIR $X\nRUN uv sync\n", "      - .:/app\n"),
    ],
)
def test_an_environment_is_not_hidden(verdict: str, dockerfile: str, mounts: str) -> None:
    assert same("hidden-environment", verdict, mounted(dockerfile, mounts))


COPIES = "FROM a:1\nCOPY requirements.txt src/ /app/\n"
PATH = ".devcontainer/devcontainer.json"


@pytest.mark.parametrize(
    ("verdict", "texts"),
    [
        ("fail", {"Dockerfile": COPIES, PATH: '{\n"build": {\n"dockerfile": "../Dockerfile" «\n}}'}),
        ("fail", {"Dockerfile": COPIES, PATH: '{\n"dockerFile": "../Dockerfile" «\n}'}),
        ("fail", {"Dockerfile": f"{COPIES}FROM b:1\nCOPY --from=0 /app /app\n", PATH: '{"dockerFile": "../Dockerfile"} «'}),
        (
            "fail",
            {".devcontainer/Dockerfile": COPIES, "requirements.txt": "x\n", PATH: '{"build": {"dockerfile": "Dockerfile"}} «'},
        ),
        ("fail", {"Dockerfile": COPIES, "docker/compose.yaml": "services:\n  a:\n    build: {dockerfile: ../Dockerfile} «\n"}),
        ("ok", {"Dockerfile": COPIES, PATH: '{"build": {"dockerfile": "../Dockerfile", "context": ".."}}'}),
        ("ok", {"Dockerfile": COPIES, PATH: '{"build": {"dockerfile": "../Dockerfile"}, "context": ".."}'}),
        ("ok", {"Dockerfile": "FROM a:1\nCOPY <<E /a\nx\nE\nADD https://x.org/a /b\n", PATH: '{"dockerFile": "../Dockerfile"}'}),
        ("ok", {".devcontainer/Dockerfile": COPIES, PATH: '{"build": {"dockerfile": "Dockerfile"}}'}),
        (
            "ok",
            {".devcontainer.json": '{"build": {"dockerfile": "Dockerfile"}}', "Dockerfile": COPIES, "requirements.txt": "x\n"},
        ),
        ("ok", {"Dockerfile": COPIES, "compose.yaml": "services: {a: {build: {target: '0'}}}"}),
        ("skip", {"Dockerfile": COPIES, PATH: '{"image": "x:1"}'}),
    ],
)
def test_an_image_is_built_where_its_files_are(verdict: str, texts: dict[str, str]) -> None:
    assert same("build-context", verdict, texts)


def test_the_context_is_named_in_the_words_of_the_file() -> None:
    dev, compose = '{"build": {"dockerfile": "../Dockerfile"}}', "services: {a: {build: {dockerfile: ../Dockerfile}}}"
    (found,) = ask("build-context", {"Dockerfile": COPIES, PATH: dev})
    assert found.remedy == 'write "context": ".." beside "dockerfile"'
    assert "COPY requirements.txt at Dockerfile:2 finds nothing" in found.seen
    (found,) = ask("build-context", {"Dockerfile": COPIES, "docker/compose.yaml": compose})
    assert found.remedy == "write `context: ..`"
    (found,) = ask(
        "build-context", {".devcontainer/Dockerfile": COPIES, "requirements.txt": "x", PATH: '{"dockerFile": "Dockerfile"}'}
    )
    assert found.remedy == 'write "context": ".." beside "dockerfile"'


MAKE = "RUN mkdir -p /home/u/.cache/hf && chown -R u /home/u/.cache\n"


@pytest.mark.parametrize(
    ("verdict", "lines"),
    [
        ("warn", "USER u\n"),
        ("warn", "RUN mkdir -p /home/u/.cache/hf\nUSER u\n"),
        ("ok", f"{MAKE}USER u\n"),
        ("ok", "RUN chown -R u:u /home/u\nUSER u\n"),
        ("ok", "RUN install -d -o u /home/u/{.cache,x}/{hf,torch}\nUSER u\n"),
        ("ok", "USER u\nRUN mkdir -p ~/.cache/hf\n"),
        ("ok", "USER u\nRUN mkdir -p $HOME/.cache/hf/hub\n"),
        ("ok", "USER u\nWORKDIR /home/u/.cache\nRUN mkdir hf\n"),
        ("ok", "COPY --chown=u:u a /home/u/.cache/hf/\nUSER u\n"),
        ("skip", "USER root\n"),
    ],
)
def test_a_volume_belongs_to_the_user(verdict: str, lines: str) -> None:
    mounts = f"      - hf:/home/u/.cache/hf{' «' if verdict == 'warn' else ''}\n      - .:/src\n"
    assert same("volume-owner", verdict, mounted(f"FROM ubuntu:24.04\n{lines}", mounts))


def test_a_dev_container_may_give_its_volumes_away_by_a_command() -> None:
    config = """{
  "build": {"dockerfile": "../Dockerfile"}, "remoteUser": "u",
  "postCreateCommand": {"a": "sudo chown -R u /c", "b": ["echo"]},
  "mounts": ["source=c,target=/c,type=volume" «]
}"""
    path = ".devcontainer/devcontainer.json"
    assert same("volume-owner", "ok", {"Dockerfile": "FROM ubuntu:24.04\n", path: config.replace(" «", "")})
    assert same("volume-owner", "warn", {"Dockerfile": "FROM ubuntu:24.04\n", path: config.replace("chown", "chmod")})
