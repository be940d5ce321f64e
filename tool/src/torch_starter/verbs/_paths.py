"""The folders and files outside the environment whose owner, mode and disk matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from torch_starter.caches import _folders
from torch_starter.core.ask import Ask
from torch_starter.core.credential_files import is_credential_file
from torch_starter.core.evidence import PathState
from torch_starter.core.files import Files
from torch_starter.facts.mounts import mounts
from torch_starter.facts.paths import look
from torch_starter.making import variables

HUGGING_FACE = ("token", "stored_tokens")
KAGGLE = ("kaggle.json", "access_token")
CREDENTIALS = (  # each with what it must have in it to be secret
    ("~/.netrc", ""),
    ("~/_netrc", ""),
    *((f"{folder}/{name}", "") for folder in ("~/.kaggle", "~/.config/kaggle") for name in KAGGLE),
    *((f"~/.cache/huggingface/{name}", "") for name in HUGGING_FACE),
    ("~/.git-credentials", ""),
    ("~/.config/git/credentials", ""),
    ("~/.aws/credentials", ""),
    ("~/.config/wandb/settings", r"(?m)^\s*api_key\s*[=:]"),
    ("~/.huggingface/token", ""),
    ("~/.config/gh/hosts.yml", r"oauth_token"),
    ("~/.comet.config", r"api_key"),
    ("~/.databrickscfg", r"(?m)^\s*token\s*="),
    ("~/.ngc/config", r"apikey"),
    ("~/.npmrc", r"_authToken|_password"),
    ("~/.local/share/uv/credentials/credentials.toml", ""),
    ("~/.config/gcloud/application_default_credentials.json", ""),
    ("~/.pypirc", r"(?m)^\s*password\s*[=:]"),
    ("~/.config/pip/pip.conf", r"://[^/\s:@]+:[^/\s@]+@"),
    ("~/.docker/config.json", r'"(auth|identitytoken|registrytoken)"\s*:\s*"[^"]'),
)
PRIVATE_KEY = r"\A-----BEGIN [A-Z ]*PRIVATE KEY-----"


def paths(ask: Ask, environment: Path) -> dict[str, PathState]:
    """The state of the folders and files that checks look at, under "cache NAME", "credentials NAME", "temp", "environment"."""
    known = mounts(ask.machine.files)
    user = ask.machine.variables
    found = {f"cache {name}": path for name, path in {**caches_of_programs(user), **caches_of_spec(ask)}.items()}
    found |= {f"credentials {path}": path for path in credentials(user, ask.machine.files, ask.project.root)}
    return {name: look(path, known) for name, path in {**found, "temp": _folders.temp(user), "environment": environment}.items()}


def caches_of_spec(ask: Ask) -> dict[str, Path]:
    """Where the spec's caches are: a variable that the user exported wins, as it does in programs."""
    home = ask.machine.variables.get("HOME", "/")
    given = {name: ask.machine.variables.get(cache.variable or "") for name, cache in ask.spec.caches.items()}
    return {
        name: Path(given[name] or variables.cache_path(cache, ask.project, home)).expanduser()
        for name, cache in ask.spec.caches.items()
    }


def caches_of_programs(user: Mapping[str, str]) -> dict[str, Path]:
    """Where compilers, plots and pip keep what they made, by their own rules."""
    return {
        "home": _folders.cache(user),
        "inductor": _folders.inductor(user),
        "triton": _folders.triton(user),
        "extensions": _folders.extensions(user),
        "matplotlib": _folders.matplotlib(user),
        "matplotlib-config": _folders.matplotlib_config(user),
        "pip": _folders.pip(user),
    }


def credentials(user: Mapping[str, str], files: Files, project: Path) -> Iterator[Path]:
    """The files that are there and hold something secret."""
    home = Path(user.get("HOME", "/"))
    known = [(home / name[2:], sign) for name, sign in CREDENTIALS]
    known += [(Path(user["HF_HOME"]) / name, "") for name in HUGGING_FACE if user.get("HF_HOME")]
    known += [(Path(user[name]), "") for name in ("HF_TOKEN_PATH", "NETRC") if user.get(name)]
    if user.get("KAGGLE_CONFIG_DIR"):
        known += [(Path(user["KAGGLE_CONFIG_DIR"]) / name, "") for name in KAGGLE]
    known += [(Path(user["WANDB_CONFIG_DIR"]) / "settings", "api_key")] if user.get("WANDB_CONFIG_DIR") else []
    known += [(path, PRIVATE_KEY) for path in sorted(home.glob(".ssh/*")) if path.suffix != ".pub"]
    known += [(path, "") for path in sorted(project.iterdir()) if is_credential_file(path.name)] if project.is_dir() else []
    for path, sign in dict(known).items():
        if path.is_file() and (not sign or re.search(sign, files.read(path) or "")):
            yield path
