"""What JupyterLab is told: the user's options, what holds unless they say otherwise, and what nothing may change."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch_starter.core.problems import WrongUsage

OURS = {"ip", "port", "certfile", "keyfile"}
HELD = {
    "allow_credentials",
    "allow_origin",
    "allow_origin_pat",
    "allow_remote_access",
    "cookie_secret",
    "disable_check_xsrf",
    "hashed_password",
    "identity_provider_class",
    "local_hostnames",
    "login_handler_class",
    "password",
    "password_required",
    "port_retries",
    "sock",
    "token",
    "use_redirect_file",
}


def checked(words: Sequence[str]) -> list[str]:
    """Options for JupyterLab; raises WrongUsage for what is said otherwise here, and for what would make it unsafe."""
    for word in words:
        name = re.split(r"[=.]", word.partition("=")[0])[-1].lstrip("-").replace("-", "_").lower()
        if not word.startswith("-"):
            raise WrongUsage(
                "notebook.word",
                f"{word!r} is no option of JupyterLab, which opens in the project's folder",
                "./dev.sh notebook, then open it there",
            )
        if name in OURS:
            raise WrongUsage("notebook.option", f"{word} is said before the --", f"./dev.sh notebook --{name} ...")
        if name in HELD:
            raise WrongUsage(
                "notebook.unsafe",
                f"{word} is not handed on: each start has a token of its own, and nobody else gets in",
                "./dev.sh notebook",
            )
    return list(words)


def held(ip: str, port: int, certificate: Path | None, key: Path | None, *, remote: bool, root: bool) -> dict[str, str]:
    """What nothing may change, as options of Jupyter: where it listens, and who may come in.

    `remote`: it is reached by names and addresses that are not of this machine's loopback; `root`: root starts it.
    """
    told = {
        "ServerApp.ip": ip,
        "ServerApp.port": str(port),
        "ServerApp.port_retries": "0",
        "ServerApp.sock": "",
        "ServerApp.allow_origin": "",
        "ServerApp.allow_origin_pat": "",
        "ServerApp.allow_credentials": "False",
        "ServerApp.allow_remote_access": str(remote),
        "ServerApp.disable_check_xsrf": "False",
        "ServerApp.use_redirect_file": "True",
        "PasswordIdentityProvider.hashed_password": "",
        "PasswordIdentityProvider.password_required": "False",
    }
    if certificate is not None:
        told |= {"ServerApp.certfile": str(certificate), "ServerApp.keyfile": str(key or "")}
    return told | ({"ServerApp.allow_root": "True"} if root else {})


def first(project: Path, *, browser: bool) -> dict[str, Any]:
    """What holds where neither the options nor the user's files say otherwise."""
    server: dict[str, Any] = {"root_dir": str(project)} | ({} if browser else {"open_browser": False})
    lab = {"check_for_updates_class": "jupyterlab.NeverCheckForUpdate"}  # versions are the lock's
    return {"Application": {"log_level": logging.WARNING}, "ServerApp": server, "LabApp": lab}
