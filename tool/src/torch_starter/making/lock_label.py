"""The comment at the head of a lock: what was run where, what was only looked at, and nothing that was not."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Sequence

from torch_starter.core.spec import Accelerator
from torch_starter.making import wheels
from torch_starter.making.wheels import Lacking, Listed


def lines(accelerator: Accelerator, listed: Sequence[Listed], python: str, gpu: str, elsewhere: bool) -> Iterator[str]:
    """What is known of a lock. `gpu` names the one that its checks ran on, if any; `elsewhere`: nothing of it runs here."""
    day, here = time.strftime("%Y-%m-%d", time.gmtime()), platform.machine()
    if elsewhere:
        yield f"Resolved on {day}, and not proven: nothing of it runs on {here}."
    else:
        on = f"with {gpu}" if gpu else "on the CPU; GPU checks not run" if accelerator.cuda else "on the CPU"
        yield f"Proven on {day} on {platform.system()} {here}, {on}."
    for architecture in wheels.ARCHITECTURES:
        if architecture in accelerator.architectures and architecture != here:
            yield presence(architecture, wheels.lacking(listed, architecture, python))


def presence(architecture: str, lacking: Lacking) -> str:
    """What is known of a lock for a machine that is not here: it was resolved, and its files were looked for."""
    none = f"no file at all for {', '.join(lacking.none)}" if lacking.none else ""
    source = f"only source for {', '.join(lacking.source_only)}" if lacking.source_only else ""
    found = "; ".join(word for word in (none, source) if word) or "every package has a wheel"
    return f"{architecture}: resolved, not run here; {found}."


def comment(told: Sequence[str]) -> str:
    """The lines as comments of a lock."""
    return "".join(f"# {line}\n" for line in told)


def told(text: str) -> str:
    """What the comment of a lock says."""
    return " ".join(line.removeprefix("# ").rstrip() for line in text.splitlines() if line.startswith("# "))


def body(text: str) -> str:
    """A lock without its comments, whatever its lines end with."""
    return "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("#"))
