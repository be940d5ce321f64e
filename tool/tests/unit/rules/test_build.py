"""Rules of how images are built."""

from __future__ import annotations

import pytest

from unit.rules.ruling import TORCH, Texts, ask, same

CACHE = "RUN --mount=type=cache,target=/root/.cache/pip"
COPY = "FROM python:3.12-slim\nRUN pip install --no-cache-dir -r r.txt\nCOPY . /app"
GOOD = ".git\n.venv\n.env\n"
TOKEN = "hf_" + "abcdefgh12345678"  # not a real one


def stage(*lines: str) -> str:
    return "FROM debian:12\n" + "".join(f"{line}\n" for line in lines)


CASES: list[tuple[str, str, Texts]] = [
    ("cache-mount", "warn", stage("RUN pip install torch «")),
    ("cache-mount", "warn", stage("RUN echo \\", " && python3 -m pip install --upgrade pip \\ «", " && uv pip install x «")),
    ("cache-mount", "warn", stage("RUN <<EOF", "set -e", "pip install torch «", "EOF")),
    ("cache-mount", "warn", stage("RUN --mount=type=cache,target=/var/cache/apt pip install torch «")),
    ("cache-mount", "warn", stage('RUN ["uv", "sync", "--locked"] «')),
    ("cache-mount", "warn", stage('RUN bash -c "cd /x && pip install torch" «')),
    ("cache-mount", "ok", stage(f"{CACHE} pip install torch")),
    ("cache-mount", "ok", stage("RUN pip install --no-cache-dir torch && rm -rf x")),
    ("cache-mount", "ok", stage("ENV PIP_NO_CACHE_DIR=1", "RUN pip install torch")),
    ("cache-mount", "ok", stage("RUN UV_NO_CACHE=1 uv sync")),
    ("cache-mount", "ok", stage("RUN pip install torch && rm -rf /root/.cache")),
    ("cache-mount", "ok", "FROM a:1 AS b\nRUN pip install x\nFROM a:1\nRUN pip install --no-cache-dir x\nCOPY --from=b /x /x\n"),
    ("cache-mount", "skip", stage("RUN echo pip install x", "COPY <<EOF /a", "pip install x", "EOF")),
    ("apt-update", "warn", stage("RUN apt-get update", "RUN apt-get install -y git «")),
    ("apt-update", "fail", stage("RUN DEBIAN_FRONTEND=noninteractive apt-get install -y git «")),
    ("apt-update", "ok", stage("RUN apt-get update && apt-get install -y git")),
    ("apt-update", "ok", stage("RUN apt-get -qq update; sudo apt-get -y install git")),
    ("apt-update", "ok", "FROM mine/base:1\nRUN apt-get install -y git\n"),
    ("apt-update", "skip", stage("RUN true")),
    ("apt-lists", "warn", stage("RUN true \\", "  && apt-get update && apt-get install -y git «")),
    ("apt-lists", "ok", stage("RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*")),
    ("apt-lists", "ok", stage("RUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update")),
    ("copy-order", "warn", stage("COPY . . «", "RUN pip install -r requirements.txt")),
    ("copy-order", "warn", stage('COPY ["./", "/app/"] «', "RUN uv sync")),
    (
        "copy-order",
        "ok",
        stage("COPY requirements.txt .", "RUN pip install -r requirements.txt", "COPY . .", "RUN pip install -e ."),
    ),
    ("copy-order", "ok", stage("RUN uv sync --no-install-project", "COPY . .", "RUN uv sync")),
    ("copy-order", "ok", stage("COPY . .", "RUN pip install --no-deps -e .")),
    ("copy-order", "ok", stage("COPY . .", "RUN make")),
    ("copy-order", "skip", stage("COPY src .")),
    ("link-mode", "fail", stage("ENV UV_LINK_MODE=symlink", "RUN --mount=type=cache,target=/c true && uv sync «")),
    ("link-mode", "fail", stage("RUN uv pip install --no-cache --link-mode symlink x «")),
    ("link-mode", "ok", stage("RUN --mount=type=cache,target=/c uv sync")),
    ("link-mode", "ok", stage("ENV UV_LINK_MODE=copy", "RUN --mount=type=cache,target=/c uv sync")),
    ("bytecode", "warn", stage("ENV PYTHONDONTWRITEBYTECODE=1 «", "RUN uv sync")),
    ("bytecode", "ok", stage("ENV PYTHONDONTWRITEBYTECODE=1 UV_COMPILE_BYTECODE=1", "RUN uv sync")),
    ("bytecode", "ok", stage("ENV PYTHONDONTWRITEBYTECODE=1", "RUN uv sync --compile-bytecode")),
    ("bytecode", "ok", stage("ENV PYTHONDONTWRITEBYTECODE=1", "RUN uv sync && python -m compileall /app")),
    ("bytecode", "ok", stage("ENV PYTHONDONTWRITEBYTECODE=1", "RUN pip install x")),
    ("bytecode", "warn", "FROM a:1 AS b\nRUN uv sync\nFROM a:1\nENV PYTHONDONTWRITEBYTECODE=1 «\nCOPY --from=b /v /v\n"),
    ("remote-add", "warn", stage("ADD https://example.org/a.tar.gz /a «")),
    ("remote-add", "fail", stage("ADD http://example.org/a.tar.gz /a «")),
    ("remote-add", "ok", stage("ADD --checksum=sha256:00 https://example.org/a /a", "ADD a.tar.gz /a")),
    ("remote-add", "ok", stage(f"ADD https://example.org/a.git#{'0' * 40} /a")),
    ("remote-add", "skip", stage("COPY a /a")),
    ("piped-shell", "warn", stage("RUN true \\", " && curl -fsSL https://example.org/i.sh | sudo -E bash - «")),
    ("piped-shell", "warn", stage("RUN wget -qO- https://astral.sh/uv/install.sh | sh «")),
    ("piped-shell", "warn", stage('RUN sh -c "$(curl -fsSL https://example.org/i.sh)" «')),
    ("piped-shell", "warn", stage("RUN bash <(curl -fsSL https://example.org/i.sh) «")),
    ("piped-shell", "fail", stage("RUN curl http://example.org/i.sh | sh «")),
    ("piped-shell", "ok", stage("RUN curl -o a.sh https://example.org/i.sh && sha256sum -c a.sum && sh a.sh | tee log")),
    ("image-tag", "warn", "FROM python «\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/ «\nCOPY --from=0 /a /b\n"),
    ("image-tag", "warn", "ARG V=latest\nFROM --platform=linux/amd64 python:${V} AS a «\nFROM a\n"),
    ("image-tag", "warn", "FROM a:1\nRUN --mount=from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv uv sync «\n"),
    ("image-tag", "warn", "services:\n  a:\n    image: localhost:5000/x «\n  b:\n    image: x:1\n"),
    ("image-tag", "warn", '{\n"image": "mcr.microsoft.com/devcontainers/python" «\n}'),
    ("image-tag", "ok", "ARG V\nFROM python:${V}\nFROM scratch\nFROM a@sha256:00\nFROM localhost:5000/a:1\n"),
    ("image-tag", "ok", "services:\n  a:\n    build: .\n    image: mine\n  b:\n    image: mine\n  c: {image: 'x:1'}\n"),
    ("user", "warn", "FROM ubuntu:24.04 «\n"),
    ("user", "warn", "FROM ubuntu:24.04\nUSER app\nRUN true\nUSER root «\n"),
    ("user", "warn", "FROM python:3.12 AS a\nUSER app\nFROM python:3.12 «\nCOPY --from=a /a /a\n"),
    ("user", "ok", "FROM ubuntu:24.04 AS a\nUSER 1000:1000\nFROM a\n"),
    ("user", "ok", "FROM ubuntu:24.04\nARG NAME=app\nUSER ${NAME}\n"),
    ("user", "ok", "FROM quay.io/jupyter/base-notebook:1\n"),
    ("user", "ok", {"Dockerfile": "FROM ubuntu:24.04\n", "compose.yaml": "services: {a: {build: ., user: '1000'}}"}),
    (
        "user",
        "warn",
        {"Dockerfile": "FROM ubuntu:24.04 «\n", "compose.yaml": "services: {a: {build: .}, b: {build: ., user: me}}"},
    ),
    ("user", "warn", '{\n"image": "python:3.12",\n"remoteUser": "root" «\n}'),
    ("user", "warn", '{\n"image": "python:3.12",\n"containerUser": "0:0" «\n}'),
    ("user", "warn", '{\n"image": "python:3.12",\n"runArgs": ["--user=root"] «\n}'),
    ("user", "ok", '{"image": "python:3.12", "containerUser": "root", "remoteUser": "vscode"}'),
    ("user", "warn", "services:\n  a:\n    build: .\n    user: root «\n"),
    ("user", "skip", "services: {a: {image: 'postgres:17', user: root}}"),
    ("dockerignore", "warn", f"{COPY} «\n"),
    ("dockerignore", "warn", {"Dockerfile": f"{COPY} «\n", ".dockerignore": ".git\n.env\n"}),
    ("dockerignore", "warn", {"Dockerfile": f"{COPY} «\n", ".dockerignore": f"{GOOD}!.env\n"}),
    ("dockerignore", "fail", {"Dockerfile": f"{COPY} «\n", ".dockerignore": ".git\n.venv\n", ".env": f"T={TOKEN}\n"}),
    ("dockerignore", "ok", {"Dockerfile": f"{COPY}\n", ".dockerignore": GOOD}),
    ("dockerignore", "ok", {"Dockerfile": f"{COPY}\n", ".dockerignore": "*\n!src\n"}),
    ("dockerignore", "ok", {"Dockerfile": f"{COPY}\n", ".dockerignore": "# x\n**/.git\n.v*\n.env*\n!.env.example\n"}),
    ("dockerignore", "ok", {"a/Dockerfile": f"{COPY}\n", "a/Dockerfile.dockerignore": GOOD}),
    ("dockerignore", "ok", {"docker/Dockerfile": f"{COPY}\n", ".dockerignore": GOOD}),
    (
        "dockerignore",
        "ok",
        {"Dockerfile": f"{COPY}\n", ".dockerignore": GOOD, ".devcontainer/devcontainer.json": '{"dockerFile": "../Dockerfile"}'},
    ),
    ("dockerignore", "skip", stage("COPY src /src", "COPY --from=x . .")),
]


@pytest.mark.parametrize(("word", "verdict", "texts"), CASES)
def test_a_build(word: str, verdict: str, texts: Texts) -> None:
    assert same(word, verdict, texts)


def test_what_cannot_be_read_is_said() -> None:
    texts = {
        "Dockerfile": "FROM a:1\nRUNN x\n",
        "compose.yaml": "a: [\n",
        ".devcontainer.json": "[1]",
        "docker-compose.x.yml": "- a\n",
    }
    found = ask("readable", texts)
    assert {each.verdict for each in found} == {"unknown"}
    assert [str(each.place) for each in found][:1] == ["Dockerfile:2"]
    assert {each.place.file for each in found if each.place} == set(texts)
    assert ask("readable", TORCH)[0].verdict == "ok"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("RUM x", "it begins with RUM, which is no instruction of a Dockerfile; did you mean RUN?"),
        ("ENTRPOIN x", "it begins with ENTRPOIN, which is no instruction of a Dockerfile; did you mean ENTRYPOINT?"),
        ("apt-get install x", "it begins with no instruction of a Dockerfile"),
        ("FOO x", "it begins with FOO, which is no instruction of a Dockerfile"),
        (f"{TOKEN} x", "it begins with no instruction of a Dockerfile"),
    ],
)
def test_a_mistyped_instruction_is_quoted_with_the_one_that_is_meant(line: str, seen: str) -> None:
    (found,) = ask("readable", f"FROM a:1\n{line}\n")
    assert (found.seen, str(found.place)) == (seen, "Dockerfile:2")
