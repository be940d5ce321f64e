"""Notebooks that are not started, and why: nothing is left of them, and nothing was set up or served."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from real._extras import with_extras as with_extras
from real._notebook import Desk, made
from real._notebook import desk as desk
from real._sandbox import Sandbox
from real.test_notebook_terminal import pair
from torch_starter.making.environments import RECORD, Record

FOREIGN = "c.ServerApp.identity_provider_class = 'jupyter_server.auth.IdentityProvider'\n"
PROJECT = """
[project]
name = "sandbox"
version = "0"
dependencies = ["alpha"]

[project.optional-dependencies]
notebook = ["jupyterlab", "ipykernel"]
"""


@pytest.fixture
def bare(tmp_path: Path) -> Desk:
    """A project whose environment has neither JupyterLab nor anything else."""
    environment = tmp_path / "environments" / "bare"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to("/usr/bin/env")
    known = Record(accelerator="cpu", reason="", extras=(), python="", lock_hash="", created_at="")
    (environment / RECORD).write_bytes(msgspec.json.encode(known))
    return made(environment, tmp_path / "of a user")


@contextlib.contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--port", "many"), "'many' is no port"),
        (("--port", "65536"), "'65536' is no port"),
        (("--ip", "0.0.0.0"), "at 0.0.0.0 all who reach this machine could read along"),
        (("--ip", "somewhere.example"), "at somewhere.example all who reach this machine could read along"),
        (("--ip", "127.0.0.300"), "127.0.0.300"),
        (("--keyfile", "own.key"), "a key alone certifies nothing"),
        (("--certfile", "none.pem"), "none.pem cannot be read: No such file"),
        (("--", "--ServerApp.token="), "--ServerApp.token= is not handed on"),
        (("--", "--IdentityProvider.token=mine"), "--IdentityProvider.token=mine is not handed on"),
        (("--", "--ServerApp.disable-check-xsrf=True"), "is not handed on"),
        (("--", "--ip=0.0.0.0"), "--ip=0.0.0.0 is said before the --"),
        (("notes.ipynb",), "'notes.ipynb' is no option of JupyterLab"),
    ],
)
def test_what_cannot_be_or_is_not_safe_is_wrong_usage(bare: Desk, words: tuple[str, ...], wanted: str) -> None:
    code, said = bare.run(*words)
    assert (code, bare.left) == (2, [])
    assert wanted in " ".join(said.split())
    assert "what to do" in said


def test_without_the_extra_the_command_that_installs_it_is_said(bare: Desk) -> None:
    code, said = bare.run("--port", "0")
    assert (code, bare.left) == (4, [])
    assert "the environment has no jupyterlab and no ipykernel: it is in the extra notebook" in " ".join(said.split())
    assert "./dev.sh setup --extra notebook" in said


def test_a_port_that_is_taken_is_told_with_who_has_it_and_the_next_that_is_free(bare: Desk) -> None:
    with listening() as port:
        code, said = bare.run("--port", str(port))
    assert code == 2
    assert f"port {port} is taken by" in said
    assert f"(process {os.getpid()})" in said
    offered = int(said.rsplit("--port ", 1)[1])
    assert port < offered < port + 100


def test_a_certificate_and_a_key_must_fit(bare: Desk, tmp_path: Path) -> None:
    (certificate, key), (_, other) = pair(tmp_path, "own"), pair(tmp_path, "other")
    (tmp_path / "text.pem").write_text("a certificate\n")
    for words, wanted in (
        (("--certfile", certificate, "--keyfile", other), "the key is of another certificate"),
        (("--certfile", certificate), "it has no key: add --keyfile FILE"),
        (("--certfile", str(tmp_path / "text.pem"), "--keyfile", key), "no PEM, or damaged"),
    ):
        code, said = bare.run(*words)
        assert (code, wanted in " ".join(said.split())) == (2, True), said


def test_settings_that_let_others_in_by_another_way_stop_it(desk: Desk) -> None:
    """A class of the user's that judges who may come in cannot be judged by us."""
    desk.at_home(".jupyter/jupyter_server_config.py", FOREIGN)
    code, said = desk.run("--port", "0")
    assert (code, desk.left) == (2, [])
    assert "your settings of Jupyter change what keeps it safe: ServerApp.identity_provider_class" in said


def test_at_a_terminal_the_extra_is_offered_and_what_is_not_proven_is_not_started(sandbox: Sandbox) -> None:
    """The two packages of that name here are not what the real ones are, so that set-up refuses them."""
    for name in ("jupyterlab", "ipykernel"):
        sandbox.package(name)
    sandbox.want("alpha", "jupyterlab", "ipykernel")
    (sandbox.root / "pyproject.toml").write_text(PROJECT)
    assert sandbox.run("setup")[0] == 0
    before = sandbox.current
    code, said = answered(sandbox, "n")
    assert (code, "./dev.sh setup --extra notebook" in said) == (4, True)
    assert sandbox.environments == [before]
    code, said = answered(sandbox, "y")
    assert "Run ./dev.sh setup --extra notebook now? [y/N]" in said
    assert (code, "uses.jupyterlab" in said, "Starting JupyterLab" in said) == (1, True, False)
    assert sandbox.current == before


def answered(sandbox: Sandbox, key: str) -> tuple[int, str]:
    """Of a start at a terminal where a question is answered: the exit code, and what was said."""
    outer, inner = os.openpty()
    os.write(outer, f"{key}\n".encode())
    desk = Desk(sandbox.root, {**sandbox.variables, "TORCH_STARTER_ROOT": str(sandbox.root), "TORCH_STARTER_PLATFORM": "tests"})
    with os.fdopen(inner, "rb", buffering=0) as keyboard:
        answer = desk.run("--port", "0", keyboard=keyboard)
    os.close(outer)
    return answer


def test_without_an_environment_nothing_is_set_up(sandbox: Sandbox) -> None:
    code, _, err = sandbox.run("notebook")
    assert code == 3
    assert "there is no environment yet" in err
    assert "./dev.sh verify-setup" in err
    assert not sandbox.venv.exists()
