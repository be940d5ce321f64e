"""What the verbs of the container share: the engine, Compose, the rendered files, and the limits of this host."""

from __future__ import annotations

from torch_starter.artifacts import compose, compose_debug, compose_gpu, dockerfile
from torch_starter.containers import limits
from torch_starter.containers.compose import Compose, Config
from torch_starter.containers.engine import Engine, Info
from torch_starter.containers.image import Inspected, Labels
from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.kinds import Artifact
from torch_starter.core.problems import Missing, WrongSpec
from torch_starter.core.rendered import digest, state
from torch_starter.core.spec import Spec
from torch_starter.core.spec_file import read

USED: tuple[Artifact, ...] = (dockerfile.ARTIFACT, compose.ARTIFACT, compose_gpu.ARTIFACT, compose_debug.ARTIFACT)


def engine(ask: Ask) -> Engine:
    """The engine; raises Missing in a container of ours, from which it is not reached, on purpose."""
    if ask.project.image:
        raise Missing("engine.inside", "this is the container: its engine is outside, and not reached from here", "exit")
    return Engine(ask.machine, ask.project.root, ask.machine.variables)


def of_everybody(ask: Ask) -> Spec:
    """The spec by its file alone: what is rendered is the same for all, whatever one of them has exported."""
    return read(ask.project.spec, ask.machine.files.read(ask.project.spec), {}).spec


def rendered(ask: Ask) -> Compose:
    """Compose with the project's file; raises WrongSpec where a file that it is run with is not as the spec renders it."""
    spec = of_everybody(ask)
    for artifact in USED:
        text = ask.machine.files.read(ask.project.root / artifact.path)
        if text is None:
            raise WrongSpec("render.missing", f"there is no {artifact.path}", "./dev.sh render")
        if text != artifact.render(spec):
            if state(text) == "as rendered":
                raise WrongSpec("render.stale", f"{artifact.path} is older than torch-starter.toml", "./dev.sh render")
            why = "it was edited, or is not ours"
            remedy = "./dev.sh render --check shows it; put your change into torch-starter.toml or a compose.override.yaml"
            raise WrongSpec("render.edited", f"{artifact.path} is not as torch-starter.toml renders it: {why}", remedy)
    return Compose(engine(ask))


def fitting(ask: Ask, compose: Compose, info: Info) -> tuple[Compose, Config, limits.Lowered]:
    """Compose with limits that this host has, what it makes of the files then, and what was lowered."""
    threads = ask.spec.threads
    most = threads.maximum if threads.count == "auto" else int(threads.count)
    lowered = limits.lowered(compose.config().service, info, most)
    compose = compose.given(lowered.variables)
    return compose, compose.config(), lowered


def labels(ask: Ask, accelerator: str) -> Labels:
    """What an image that is built now is built from."""
    spec = ask.machine.files.read(ask.project.spec) or ""
    lock = ask.machine.files.read(ask.project.lock(accelerator)) or ""
    return Labels(digest(spec), digest(dockerfile.render(of_everybody(ask))), lock_file.digest(lock), accelerator)


def older(ask: Ask, image: Inspected) -> str:
    """Why an image is not what would be built now; empty where it is."""
    built = image.labels
    if not built.accelerator:
        return "it was not built by ./dev.sh build"
    now = labels(ask, built.accelerator)
    if built.lock != now.lock:
        return f"locks/{built.accelerator}.txt is another than it was built from"
    return "the Dockerfile is another than it was built from" if built.dockerfile != now.dockerfile else ""
