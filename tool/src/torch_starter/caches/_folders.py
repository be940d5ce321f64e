"""Where compilers, plots and pip keep what they have made, by their own rules: pure functions of a user's variables."""

from __future__ import annotations

import getpass
import re
from collections.abc import Mapping
from pathlib import Path

Variables = Mapping[str, str]


def home(user: Variables) -> Path:
    return Path(user.get("HOME") or "/")


def cache(user: Variables) -> Path:
    """Where programs of the user keep what they can make again (XDG)."""
    return Path(user.get("XDG_CACHE_HOME") or home(user) / ".cache")


def config(user: Variables) -> Path:
    """Where they keep their settings."""
    return Path(user.get("XDG_CONFIG_HOME") or home(user) / ".config")


def temp(user: Variables) -> Path:
    """The folder for temporary files, as most programs choose it."""
    return Path(next((user[name] for name in ("TMPDIR", "TEMP", "TMP") if user.get(name)), "/tmp"))


def user_name(user: Variables) -> str:
    """The user's name as Inductor writes it into a path."""
    named = next((user[name] for name in ("LOGNAME", "USER", "LNAME", "USERNAME") if user.get(name)), None)
    try:
        return re.sub(r'[\\/:*?"<>|]', "_", named or getpass.getuser())
    except (KeyError, OSError):  # a user without a name, as in a container that was started with --user
        return "unknown"


def inductor(user: Variables) -> Path:
    return Path(user.get("TORCHINDUCTOR_CACHE_DIR") or temp(user) / f"torchinductor_{user_name(user)}")


def triton(user: Variables) -> Path:
    return Path(user.get("TRITON_CACHE_DIR") or Path(user.get("TRITON_HOME") or home(user)) / ".triton" / "cache")


def extensions(user: Variables) -> Path:
    return Path(user.get("TORCH_EXTENSIONS_DIR") or cache(user) / "torch_extensions")


def matplotlib(user: Variables) -> Path:
    return Path(user.get("MPLCONFIGDIR") or cache(user) / "matplotlib")


def matplotlib_config(user: Variables) -> Path:
    return Path(user.get("MPLCONFIGDIR") or config(user) / "matplotlib")


def pip(user: Variables) -> Path:
    return Path(user.get("PIP_CACHE_DIR") or cache(user) / "pip")


def wandb(user: Variables) -> Path:
    return Path(user.get("WANDB_CACHE_DIR") or cache(user) / "wandb")


def wandb_data(user: Variables) -> Path:
    data = Path(user.get("XDG_DATA_HOME") or home(user) / ".local" / "share")
    return Path(user.get("WANDB_DATA_DIR") or data / "wandb")
