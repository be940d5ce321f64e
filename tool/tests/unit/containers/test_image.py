"""The image: its labels, the course of a build, and the space that it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from torch_starter.containers.image import Inspected, Labels, Steps, space_needed, uv_settings

BUILD = """#0 building with "default" instance using docker driver
#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 6.01kB done
#1 DONE 0.0s
#5 [base-deps 1/4] FROM docker.io/library/ubuntu:24.04
#5 CACHED
#7 [base-deps 2/4] RUN apt-get update
#7 0.512 Get:1 http://deb bookworm InRelease
#7 DONE 9.9s
#8 [tool-env 1/1] RUN uv venv
#9 [deps-install 1/2] RUN uv pip install
#9 DONE 21.0s
"""
DOCKERFILE = """FROM ubuntu:24.04 AS base-deps
RUN apt-get update
RUN useradd me
COPY a b
FROM base-deps AS tool-env
ENV A=1
RUN uv venv
FROM base-deps AS deps-install
RUN uv pip install \\
 a
RUN uv pip install b
"""


@dataclass
class Told:
    """A stage that keeps what it was told."""

    at: list[tuple[float, float | None, str]] = field(default_factory=list)

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        self.at.append((done, total, detail))


def test_the_course_of_a_build_is_told_step_by_step() -> None:
    told = Told()
    steps = Steps.told_to(told, DOCKERFILE)
    for line in BUILD.splitlines():
        steps.read(line)
    at = told.at
    assert [done for done, _, _ in at] == sorted(done for done, _, _ in at)
    assert at[-1:] == [(3, 7, "tool-env 1/1")]
    assert {total for _, total, _ in at} == {7}, "how many there are is known from the beginning"
    assert (len(steps.cached), len(steps.done)) == (1, 3)


def test_an_image_that_a_build_begins_from_is_no_step_that_could_be_cached() -> None:
    steps = Steps.told_to(Told(), DOCKERFILE)
    for line in (
        "#5 [base-deps 1/5] FROM docker.io/library/ubuntu:24.04",
        "#5 DONE 0.0s",
        "#8 [base-deps 2/5] RUN true",
        "#8 CACHED",
    ):
        steps.read(line)
    assert (steps.done, steps.bases, steps.cached) == ({"5", "8"}, {"5"}, {"8"})


def test_labels_go_on_an_image_and_come_back() -> None:
    labels = Labels("1", "2", "3", "cu130")
    words = labels.words()
    told = dict(word.split("=", 1) for word in words if word != "--label")
    assert Inspected("sha256:1", 5, {"Labels": {**told, "other": "x"}}).labels == labels
    assert Inspected("sha256:1", 5, {"Labels": None}).labels == Labels()
    assert Inspected("sha256:1", 5).labels == Labels()


def test_space_is_asked_for_by_what_is_in_the_lock() -> None:
    cuda, cpu, small = (space_needed(text) for text in ("torch==2\nnvidia-cublas==13\n", "torch==2.14.1+cpu\n", "numpy==1\n"))
    assert cuda > cpu > small > 0


def test_settings_of_uv_are_a_secret_of_the_build(tmp_path: Path) -> None:
    assert list(uv_settings(tmp_path, {})) == []
    file = tmp_path / ".config" / "uv" / "uv.toml"
    file.parent.mkdir(parents=True)
    file.write_text("")
    assert list(uv_settings(tmp_path, {})) == ["--secret", f"id=uv.toml,src={file}"]
    assert list(uv_settings(tmp_path, {"UV_CONFIG_FILE": str(tmp_path / "none")})) == []
