"""Starting the container with Compose: what the engine refuses is left out, and that is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from torch_starter.containers import compose as files
from torch_starter.containers import engine, gpu, limits
from torch_starter.containers.compose import SERVICE, Compose, Config
from torch_starter.containers.running import Container
from torch_starter.core.processes import Done
from torch_starter.core.report import Change, Finding

REFUSALS = 4  # of different kinds that a start may meet, one after the other


@dataclass
class Start:
    """A start under way: Compose as it is asked now, what runs already, and what was left out or lowered so far."""

    compose: Compose
    config: Config
    before: Container | None
    changes: list[Change] = field(default_factory=list)
    gpu: Finding | None = None
    gpu_words: tuple[str, ...] = ()


def offer_gpu(start: Start, offer: gpu.Offer) -> None:
    """Add the overlay where there is a GPU for containers, and say why or why not."""
    start.gpu = Finding(id="up.gpu", verdict="ok" if offer.offered else "skip", title="GPUs for the container", seen=offer.why)
    if offer.offered:
        start.compose = start.compose.over(files.GPU).given(offer.variables)
        start.gpu_words = offer.words


def started(start: Start) -> None:
    """Start it; where the engine refuses a GPU or a limit, without that. Raises the Problem that any other refusal is.

    Compose ends what runs before it asks the engine for another. So where something runs, it is first tried with a container
    that does nothing.
    """
    for _ in range(REFUSALS):
        done = attempt(start)
        if done.ok:
            return
        said = done.err + done.out
        if files.GPU in start.compose.files and gpu.refused(said):
            without_gpu(start, said)
        elif limits.refused_rlimit(said) and (lower := below(start)).variables:
            start.compose = start.compose.given(lower.variables)
            start.config = start.compose.config()
            start.changes += lower.changes
        else:
            break
    raise engine.problem(done, "starting the container")


def attempt(start: Start) -> Done:
    """Start it, where nothing speaks against it."""
    if start.before and not (done := tried(start)).ok:
        return done
    return start.compose.ask("up", "--detach", "--no-build", timeout=None)


def tried(start: Start) -> Done:
    """What the engine says of a container with the same GPUs and limits of the system."""
    ulimits = [f"--ulimit={name}={words(value)}" for name, value in start.config.service.ulimits.items()]
    command = ["run", "--rm", "--network=none", *ulimits, *start.gpu_words, start.config.image, "true"]
    return start.compose.engine.ask(*command, timeout=None)


def words(limit: object) -> str:
    """A limit as `docker run` takes it: one number, or the soft and the hard one."""
    return f"{limit['soft']}:{limit['hard']}" if isinstance(limit, dict) else str(limit)


def ports(start: Start) -> Iterator[str]:
    """Where the ports of the container are found on this machine, where that is another number."""
    for port in start.config.service.ports:
        found = start.compose.ask("port", SERVICE, str(port.target)).out.strip()
        if found and not found.endswith(f":{port.target}"):
            yield f"Port {port.target} of the container is http://{found} here."


def without_gpu(start: Start, said: str) -> None:
    """Leave the overlay out, and say what the engine said."""
    start.compose = start.compose.without(files.GPU)
    start.gpu_words = ()
    start.gpu = Finding(
        id="up.gpu",
        verdict="warn",
        title="GPUs for the container",
        seen=f"started without: the engine refused them: {said.strip().splitlines()[-1][-300:]}",
        wanted="the GPUs that nvidia-smi lists",
        remedy=f"sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker, after {gpu.TOOLKIT}",
    )


def below(start: Start) -> limits.Lowered:
    """The limits of the system, lowered to what a container that asks for none has."""
    done = start.compose.engine.ask("run", "--rm", "--network=none", start.config.image, "cat", "/proc/self/limits")
    return limits.below(start.config.service, done.out if done.ok else "")
