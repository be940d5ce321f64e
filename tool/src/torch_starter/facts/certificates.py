"""The certificates that variables point programs to: whether they can be loaded, and are still valid."""

from __future__ import annotations

import os
import re
import ssl
import time
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

import msgspec

from torch_starter.core.facts import Fact
from torch_starter.core.machine import Machine

FILES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    "AWS_CA_BUNDLE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HTTPLIB2_CA_CERTS",
)
FOLDERS = ("SSL_CERT_DIR",)
HASHED = re.compile(r"[0-9a-f]{8}\.\d+")  # what c_rehash makes; OpenSSL looks for no other name

State = Literal["file", "folder", "missing", "unreadable"]


class Bundle(msgspec.Struct, frozen=True):
    """What one variable names: how many certificates it holds, how many are no longer valid, and why none can be loaded."""

    state: State
    certificates: int = 0
    expired: int = 0
    error: str = ""


class Certificates(Fact, frozen=True):
    """The bundles by the name of the variable; paths are not kept."""

    key: ClassVar[str] = "certificates"
    bundles: dict[str, Bundle]

    @classmethod
    def gather(cls, machine: Machine) -> Certificates:
        given = {name: machine.variables[name] for name in (*FILES, *FOLDERS) if machine.variables.get(name)}
        found, now = cache(look), time.time()  # most of them name one file
        return cls(bundles={name: found(Path(value), now) for name, value in paths(given).items()})


def paths(given: dict[str, str]) -> dict[str, str]:
    """The path of each variable; of a list of folders the first that is there."""
    return {name: first_folder(value) if name in FOLDERS else value for name, value in given.items()}


def first_folder(value: str) -> str:
    """The first folder of a list with colons that is there, else the first."""
    folders = value.split(":")
    return next((folder for folder in folders if os.path.isdir(folder)), folders[0])


def look(path: Path, now: float) -> Bundle:
    """What a file or folder of certificates holds, at a time in seconds since 1970."""
    if path.is_dir():
        return look_in_folder(path)
    if not path.exists():
        return Bundle("missing")
    if not os.access(path, os.R_OK):
        return Bundle("unreadable")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error.strerror or "it cannot be read"
        return Bundle("file", error=str(reason).replace("_", " ").lower())
    expired = [each for each in context.get_ca_certs() if ssl.cert_time_to_seconds(str(each["notAfter"])) < now]
    return Bundle("file", context.cert_store_stats()["x509"], len(expired))


def look_in_folder(path: Path) -> Bundle:
    """How many certificates a folder offers by the names that OpenSSL looks for; none is opened."""
    try:
        count = sum(1 for name in os.listdir(path) if HASHED.fullmatch(name))
    except OSError:
        return Bundle("unreadable")
    return Bundle("folder", count, error="" if count else "no certificate has the name that OpenSSL looks for")
