"""The certificate and key with which a notebook is served: whether they can be used."""

from __future__ import annotations

import ssl
from pathlib import Path

from torch_starter.core.problems import WrongUsage


def refuse_unusable(certificate: Path | None, key: Path | None) -> None:
    """Raise WrongUsage where there is a key alone, or one of them cannot be read, or they do not fit each other."""
    if certificate is None:
        if key is not None:
            raise WrongUsage("notebook.certificate", "a key alone certifies nothing", "add --certfile FILE")
        return
    for path in (certificate, *([key] if key else [])):
        refuse_unreadable(path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=no_password)
    except OSError as error:  # as ssl.SSLError is
        what = f"{certificate} and {key}" if key else f"{certificate}"
        raise WrongUsage("notebook.certificate", f"{what} cannot be used: {meaning(error, key)}", HOW) from error


HOW = "give a certificate and its key as PEM; openssl req -x509 -newkey rsa:2048 -nodes makes such a pair"


def no_password() -> str:
    """JupyterLab could not ask for it, either."""
    raise OSError("the key has a passphrase, which nobody is asked for")


def refuse_unreadable(path: Path) -> None:
    """Raise WrongUsage where a file is not there or may not be read."""
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise WrongUsage("notebook.certificate", f"{path} cannot be read: {error.strerror}", HOW) from error


def meaning(error: OSError, key: Path | None) -> str:
    """What OpenSSL means."""
    reason = getattr(error, "reason", None) or ""
    if reason == "KEY_VALUES_MISMATCH":
        return "the key is of another certificate"
    if reason in ("NO_START_LINE", "PEM_LIB", "") and key is None and isinstance(error, ssl.SSLError):
        return "it has no key: add --keyfile FILE"
    return str(error) if not isinstance(error, ssl.SSLError) else f"no PEM, or damaged ({reason or error})"
