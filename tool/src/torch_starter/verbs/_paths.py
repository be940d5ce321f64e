"""The folders and files outside the environment whose owner and mode matter."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.ask import Ask
from torch_starter.core.evidence import PathState
from torch_starter.facts.paths import look
from torch_starter.making import variables

CREDENTIALS = ("~/.netrc", "~/.kaggle/kaggle.json", "~/.cache/huggingface/token", "~/.cache/huggingface/stored_tokens")


def paths(ask: Ask, environment: Path | None) -> dict[str, PathState]:
    """The state of the folders and files that checks look at."""
    home = ask.machine.variables.get("HOME", "/")
    found = {f"cache {name}": look(variables.cache_path(cache, ask.project, home)) for name, cache in ask.spec.caches.items()}
    for name in CREDENTIALS:
        found[f"credentials {name}"] = look(Path(home) / name[2:])
    found["credentials .env"] = look(ask.project.root / ".env")
    if environment is not None:
        found["environment"] = look(environment)
    return found
