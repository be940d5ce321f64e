"""An image: its variables, its labels, and the words of each of its layers, which all have who have the image."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.leaks import Leak, Leaks
from torch_starter.core.processes import Done
from torch_starter.scanning import content
from torch_starter.scanning.allowed import Allowed


def search(ask: Callable[..., Done], name: str, allowed: Allowed) -> Leaks:
    """The secrets in what an image says of itself. `ask` runs `docker WORDS`. Raises Absent or Unknown."""
    done = ask("image", "inspect", name)
    if not done.ok:
        raise Absent(f"there is no image {name}")
    try:
        inspected = json.loads(done.out)[0]
        places = {**settings(inspected.get("Config") or {}), **layers(ask, name)}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unknown(f"what docker says of {name} cannot be read: {type(error).__name__}") from None
    found: dict[str, Leak] = {}
    values = replace(allowed, paths=())  # none of these is a file
    for where, text in places.items():
        for leak in content.leaks(text, ".env", values):  # a variable is read as a line of .env
            before = f"{found[leak.digest].where}, " if leak.digest in found else ""
            found[leak.digest] = msgspec.structs.replace(leak, file="", line=None, where=f"{before}{where}")
    told = (msgspec.structs.replace(leak, where=f"{leak.where} of the image {name}") for leak in found.values())
    return Leaks(found=tuple(told), looked=len(places), unit="variables, labels and layers")


def settings(config: dict[str, Any]) -> dict[str, str]:
    """Each variable and each label, as a line of a file of variables."""
    variables = {f"the variable {line.partition('=')[0]}": line for line in config.get("Env") or ()}
    labels = {f"the label {name}": f"{name}={value}" for name, value in (config.get("Labels") or {}).items()}
    words = {key: " ".join(config.get(key) or ()) for key in ("Cmd", "Entrypoint")}
    return {**variables, **labels, **{f"the {key.lower()}": text for key, text in words.items() if text}}


def layers(ask: Callable[..., Done], name: str) -> dict[str, str]:
    """What each layer was made by."""
    done = ask("image", "history", "--no-trunc", "--format", "{{json .CreatedBy}}", name)
    if not done.ok:
        raise Unknown(f"docker does not tell the history of {name}: {done.err.strip()[-200:]}")
    made_by = [json.loads(line) for line in done.out.splitlines() if line.strip()]
    return {f"layer {number}": text for number, text in enumerate(reversed(made_by), 1)}
