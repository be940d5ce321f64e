"""The proof of an image: what verify-setup says in a container of it."""

from __future__ import annotations

import json
import platform as this_platform

import msgspec

from torch_starter.containers import gpu
from torch_starter.core.ask import Ask
from torch_starter.core.problems import CouldNotLook
from torch_starter.core.report import Finding
from torch_starter.core.variables import THREADS
from torch_starter.verbs._image_order import Order


def proof(ask: Ask, order: Order) -> list[Finding]:
    """What verify-setup says in a container of the image, with the limits that `up` gives and none of the volumes."""
    with ask.progress.stage("proof", None, "things"):
        done = run_proof(order, gpu.offer(ask.machine, order.info).words)
    try:
        report = json.loads(done)
        return msgspec.convert(report["findings"], list[Finding])
    except (ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise CouldNotLook(
            "image.silent",
            f"verify-setup does not answer in a container of the image: {done[-300:]!r}",
            "./dev.sh build --no-cache",
        ) from error


def run_proof(order: Order, gpus: tuple[str, ...]) -> str:
    """The JSON of verify-setup in a throw-away container; without the GPUs where the engine refuses them."""
    service, engine = order.config.service, order.compose.engine
    words = [
        "run",
        "--rm",
        "--init",
        f"--name={order.proving}",
        f"--memory={service.mem_limit}",
        f"--shm-size={service.shm_size}",
        f"--cpus={service.cpus:g}",
    ]
    words += ["--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"]
    words += [f"--env={name}={value}" for name in THREADS if (value := service.environment.get(name))]
    command = [order.candidate, "bash", "-lc", "torch-starter verify-setup --commands --json"]
    done = engine.ask(*words, *gpus, *command, timeout=None)
    if gpus and gpu.refused(done.err):
        done = engine.ask(*words, *command, timeout=None)
    return done.out or done.err


def unproven(order: Order) -> Finding:
    """That an image for another processor was not run."""
    return Finding(
        id="build.proof",
        verdict="skip",
        title="the image works",
        seen=f"built for {order.platform}, and this machine is {this_platform.machine()}: run ./dev.sh verify-setup in it there",
    )
