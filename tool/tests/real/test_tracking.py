"""A training tells its losses to TensorBoard and to an offline run of wandb; both are read back by their own readers."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from real._place import Place, at
from real._sandbox import REPOSITORY

TRAIN = ("run", "--", "python", "examples/text.py", "--steps", "25", "--width", "16", "--heads", "2")
READ = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
told = EventAccumulator(sys.argv[1]).Reload()
print(json.dumps([[each.step, each.value] for each in told.Scalars("loss")]))
"""
Losses = list[tuple[int, float]]


class Told:
    """A training that has run: what it printed, and who it wanted to reach through the proxy that it was given."""

    def __init__(self, place: Place, out: str, reached: list[bytes]) -> None:
        self.place, self.reached = place, reached
        self.losses = [(int(step), float(loss)) for step, loss in re.findall(r"step +(\d+)  loss ([\d.]+)", out)]

    def own(self, *words: str) -> str:
        """What a program of the environment prints."""
        program = self.place.root / ".venv" / "bin" / words[0]
        done = subprocess.run(
            (program, *words[1:]), check=False, cwd=self.place.root, env=self.place.variables, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextlib.contextmanager
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """The address of one that lets nobody through, and the first words of all who come."""
    reached: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):  # closed
                while True:
                    connection, _ = server.accept()
                    with connection:
                        reached.append(connection.recv(200))

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", reached


@pytest.fixture(scope="module")
def told(with_extras: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    place = at(tmp_path_factory.mktemp("tracking"), with_extras)
    (place.root / "examples").symlink_to(REPOSITORY / "examples")
    with proxy() as (address, reached):
        through = {name: address for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy")}
        code, out, err = Place(place.root, {**place.variables, **through}).run(*TRAIN, "--log", "runs/first", "--track")
    assert code == 0, out + err
    return Told(place, out, reached)


def as_printed(losses: Any) -> Losses:
    """To the four digits that are printed."""
    return [(int(step), round(float(loss), 4)) for step, loss in losses]


def test_tensorboard_reads_the_losses_that_were_printed(told: Told) -> None:
    assert [step for step, _ in told.losses] == [10, 20, 25]
    assert as_printed(json.loads(told.own("python", "-c", READ, "runs/first"))) == told.losses


def test_tensorboard_serves_them_on_this_machine(told: Told) -> None:
    words = (told.place.root / ".venv/bin/tensorboard", "--logdir", "runs", "--host", "127.0.0.1", "--port", "0")
    server = subprocess.Popen(words, cwd=told.place.root, env=told.place.variables, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        port = next(found for line in server.stderr if (found := re.search(r"at http://127\.0\.0\.1:(\d+)/", line)))[1]
        connection = HTTPConnection("127.0.0.1", int(port), timeout=60)
        connection.request("GET", "/data/plugin/scalars/scalars?run=first&tag=loss")
        answer = json.loads(connection.getresponse().read())
        connection.close()
    finally:
        server.terminate()
        server.communicate()
    assert as_printed([step, loss] for _, step, loss in answer) == told.losses


def test_wandb_reads_its_offline_run(told: Told) -> None:
    records = [json.loads(line) for line in told.own("wandb", "leet", "inspect", "--json").splitlines()]
    [run] = [record for record in records if record["type"] == "run"]
    assert run["run"]["project"] == "text"
    steps = [record["history"]["item"] for record in records if record["type"] == "history"]
    assert as_printed((step["_step"], step["loss"]) for step in steps) == told.losses


def test_nothing_is_asked_of_the_network(told: Told) -> None:
    assert told.reached == []


@pytest.mark.parametrize("option", ["--log=runs", "--track"])
def test_without_the_extra_it_says_what_brings_it(place: Place, option: str) -> None:
    (place.root / "examples").symlink_to(REPOSITORY / "examples")
    code, out, err = place.run(*TRAIN, option)
    assert (code, out, sorted(path.name for path in place.root.iterdir() if path.name in ("runs", "wandb"))) == (1, "", [])
    assert "it comes with  ./dev.sh setup --extra tracking" in err
