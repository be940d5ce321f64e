"""What building and starting the image costs, beside another Dockerfile with the same packages, bytecode and caches.

    python tool/benchmarks/image_time.py [--beside one-stage|copied] [--rounds 1]

`one-stage` has the same instructions in one stage; `copied` copies the environment into a last stage of its own.

It builds the full image several times, in a clone: it takes 15 minutes on two cores and up to 40 GB below the engine's folder,
which it gives back. Caches of other builds are neither used nor removed. An environment must be set up, for the imports.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from _common import REPOSITORY, clone, machine, row, uv

NEEDED = 40e9  # bytes
ADDED = "einops==0.8.1"
IMPORT = "import time; t = time.perf_counter(); import torch; print(time.perf_counter() - t)"
CACHE = re.compile(r"type=cache,(?:id=[^,]*,)?target=([^\s,]+)")
ONE_STAGE = """
FROM {base}
COPY --from={uv} /uv /uvx /usr/local/bin/
ARG USER_UID=1000
ARG ACCELERATOR=cu130
{apt}
{user}
{env}
USER ${{USER_UID}}
RUN {mount} \\
    --mount=type=bind,source=pyproject.toml,target=/tmp/project/pyproject.toml \\
    --mount=type=bind,source=locks/${{ACCELERATOR}}.txt,target=/tmp/project/lock.txt \\
    uv venv --quiet --seed /opt/torch-starter/envs/image && ln -s envs/image /opt/torch-starter/venv \\
 && uv pip install --require-hashes -r /tmp/project/pyproject.toml -c /tmp/project/lock.txt --extra dev
{tool}
{rest}
"""


def docker(*words: str | Path) -> str:
    """Run `docker WORDS`; what it prints."""
    done = subprocess.run(["docker", *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"docker {' '.join(map(str, words))[:200]}: {done.stderr[-800:]}")
    return done.stdout


def instruction(text: str, begin: str) -> str:
    """The first instruction of a Dockerfile that begins so, with the lines that continue it."""
    found = re.search(rf"^{re.escape(begin)}.*?(?<!\\)$", text, re.MULTILINE | re.DOTALL)
    assert found, begin
    return found[0]


def one_stage(text: str) -> str:
    """A Dockerfile of one stage, of the same instructions as ours."""
    mount = re.search(r"--mount=type=cache,target=/home/\S+", text)
    arguments = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", text, re.MULTILINE))
    assert mount
    final = text[text.index(" AS final\n") + len(" AS final\n") :]
    return ONE_STAGE.format(
        base=arguments["BASE_IMAGE"],
        uv=arguments["UV_IMAGE"],
        apt=instruction(text, "RUN --mount=type=cache,target=/var/cache/apt"),
        user=instruction(text, "RUN if taken="),
        env=instruction(text, "ENV UV_PYTHON"),
        mount=mount[0],
        tool=text[text.index(" AS tool-env\n") + len(" AS tool-env\n") :].split("\n\n")[0],
        rest="\n".join(line for line in final.splitlines() if not line.startswith("COPY --chown") or line.endswith(" . .")),
    )


def copied(text: str) -> str:
    """Our Dockerfile, with a last stage into which the environment is copied."""
    last = "FROM python-env AS final\nARG ACCELERATOR=cu130\nCOPY --from=deps-install /opt/torch-starter /opt/torch-starter"
    assert "FROM deps-install AS final" in text
    return text.replace("FROM deps-install AS final", last)


OTHERS = {"one-stage": one_stage, "copied": copied}


class Build:
    """One way to build, with caches of its own."""

    def __init__(self, name: str, project: Path, text: str, accelerator: str) -> None:
        self.name, self.project, self.accelerator = name, project, accelerator
        self.tag = f"torch-starter-benchmark:{name}-{uuid.uuid4().hex[:6]}"
        self.text = text

    def run(self, cold: bool = False) -> float:
        """Seconds of a build; a cold one has no layers, no packages and no indexes."""
        if cold:
            fresh = uuid.uuid4().hex[:8]
            self.text = re.sub(
                r"type=cache,(?:id=[^,]*,)?target=(\S+?)(?=[, \n])", rf"type=cache,id={fresh}\1,target=\1", self.text
            )
        file = self.project / f"{self.name}.Dockerfile"
        file.write_text(self.text)
        words = ["buildx", "build", "--file", file, "--tag", self.tag, "--load", "--build-arg", f"ACCELERATOR={self.accelerator}"]
        started = time.perf_counter()
        docker(*words, *(["--no-cache"] if cold else []), self.project)
        return time.perf_counter() - started

    @property
    def size(self) -> int:
        return int(docker("image", "inspect", "--format", "{{.Size}}", self.tag))


def cache_ids() -> set[str]:
    """What the builder keeps."""
    return set(re.findall(r"^ID:\s+(\S+)", docker("buildx", "du", "--verbose"), re.MULTILINE))


@contextmanager
def given_back() -> Iterator[None]:
    """Remove at the end what was made here, and nothing else."""
    images, before = set(docker("images", "--quiet", "--no-trunc").split()), cache_ids()
    try:
        yield
    finally:
        for id in set(docker("images", "--quiet", "--no-trunc").split()) - images:
            subprocess.run(["docker", "image", "rm", "--force", id], capture_output=True)
        for id in cache_ids() - before:
            subprocess.run(["docker", "buildx", "prune", "--force", "--filter", f"id={id}"], capture_output=True)


def add_dependency(project: Path, accelerator: str) -> None:
    """One small package more, in pyproject.toml and in the lock."""
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("dependencies = [", f'dependencies = [\n  "{ADDED}",', 1))
    argv = [uv(), "pip", "compile", "--generate-hashes", "--no-header", "--no-annotate", "--quiet", "-"]
    entry = subprocess.run(argv, input=ADDED, capture_output=True, text=True, check=True).stdout
    lock = project / "locks" / f"{accelerator}.txt"
    lock.write_text(lock.read_text() + entry)


def pair(name: str, ours: Sequence[float], other: Sequence[float]) -> None:
    """Two rows, and their ratio."""
    print(row(f"{name}: ours", ours))
    print(row(f"{name}: beside it", other))
    print(f"  ratio {statistics.median(ours) / statistics.median(other):.2f}")


def builds_compared(ours: Build, other: Build, rounds: int) -> None:
    """Cold, after a change of code, after one dependency more."""
    project = ours.project
    cold = [(ours.run(cold=True), other.run(cold=True)) for _ in range(rounds)]
    pair("cold build", [one for one, _ in cold], [two for _, two in cold])
    changed = []
    for number in range(3):
        (project / "src" / "changed.py").write_text(f"NUMBER = {number}\n")
        changed.append((ours.run(), other.run()))
    pair("after a change of code", [one for one, _ in changed], [two for _, two in changed])
    add_dependency(project, ours.accelerator)
    pair("after one dependency more", [ours.run()], [other.run()])


def sizes(ours: Build, other: Build) -> None:
    """The image against the environment with its bytecode."""
    words = ["run", "--rm", "--network=none", ours.tag, "du", "-s", "--block-size=1", "/opt/torch-starter/envs/image"]
    environment = int(docker(*words).split()[0])
    print(f"image: ours {ours.size / 1e9:.2f} GB, {other.name} {other.size / 1e9:.2f} GB, environment {environment / 1e9:.2f} GB")
    print(f"  image less environment {(ours.size - environment) / 1e9:.2f} GB")


def imports(ours: Build) -> None:
    """`import torch` in a fresh container and on the host, in turn, with what is read from disk cached in memory."""
    inside, outside = [], []
    for _ in range(8):
        inside.append(float(docker("run", "--rm", "--network=none", ours.tag, "python", "-c", IMPORT)))
        argv = [REPOSITORY / ".venv" / "bin" / "python", "-c", IMPORT]
        outside.append(float(subprocess.run(argv, capture_output=True, text=True, check=True).stdout))
    print(row("import torch, fresh container", inside[1:]))
    print(row("import torch, host", outside[1:]))
    print(f"  ratio {statistics.median(inside[1:]) / statistics.median(outside[1:]):.2f}")


def starts(project: Path, ours: Build) -> None:
    """From nothing to a shell that answers."""
    image = f"{json.loads(docker('compose', '--project-directory', project, 'config', '--format', 'json'))['name']}-dev"
    docker("tag", ours.tag, image)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        for words in (["up"], ["shell", "--", "bash", "-lc", "true"]):
            subprocess.run([project / "dev.sh", *words], check=True, capture_output=True)
        took.append(time.perf_counter() - started)
        subprocess.run([project / "dev.sh", "down"], check=True, capture_output=True)
    print(row("container start to a ready shell", took))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", choices=OTHERS, default="one-stage")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--accelerator", default="cu130")
    given = parser.parse_args()
    folder = Path(docker("info", "--format", "{{.DockerRootDir}}").strip())
    if folder.exists() and shutil.disk_usage(folder).free < NEEDED:
        sys.exit(f"{NEEDED / 1e9:.0f} GB are needed below {folder}, {shutil.disk_usage(folder).free / 1e9:.0f} GB are free")
    print(machine(), f"engine {docker('version', '--format', '{{.Server.Version}}').strip()}", sep=", ")
    with clone() as project:
        os.chmod(project.parent, 0o755)
        text = (project / "Dockerfile").read_text()
        ways = {"ours": text, given.beside: OTHERS[given.beside](text)}
        builds = [Build(name, project, way, given.accelerator) for name, way in ways.items()]
        with given_back():
            builds_compared(builds[0], builds[1], given.rounds)
            sizes(*builds)
            imports(builds[0])
            starts(project, builds[0])


if __name__ == "__main__":
    main()
