"""Words that can be shown to strangers: without names, addresses and secrets. Versions, paths and messages stay readable."""

from __future__ import annotations

import getpass
import ipaddress
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.secrets import without_secrets

# names so common in messages that replacing them would hide nothing, and harm the rest
ORDINARY = frozenset(
    (
        *("root", "user", "users", "home", "work", "ubuntu", "runner", "vscode", "jovyan", "admin", "nobody"),
        *("localhost", "torch", "python", "data", "conda"),
    )
)
SHORTER = (  # than core/tokens.toml wants them: before strangers a word too much is hidden rather than one too little
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"\bhf_[A-Za-z0-9]{8,}",
    r"\bsk-[A-Za-z0-9_-]{12,}",
    r"\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{12,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{20,}|\bxox[a-z]-[\w-]{8,}|\bpypi-[\w-]{16,}|\bnpm_[A-Za-z0-9]{16,}",
    r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?",
)
KNOWN_SECRET = re.compile("|".join(SHORTER), re.DOTALL)
BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
# HF_TOKEN=..., export AWS_SECRET_ACCESS_KEY='...': any value behind a name in capitals
VALUE = r"(?!\"?\$\{?(?-i:[A-Z_]{3,})\}?(?:[\"'\s]|$))(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+)"  # but no name of a variable
VARIABLE = re.compile(rf"\b([A-Z0-9_]*(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS?)\s*[=:]\s*){VALUE}")
PASSWORD = re.compile(rf"((?:password|passwd|passphrase|(?<!\[)secret)[\"']?\s*(?:[=:]|\bis\b)\s*){VALUE}", re.IGNORECASE)
# a long value with a digit behind such a word; an ordinary word, a path and a name_of_a_layer_0 are not that
LONG = re.compile(
    r"((?<![A-Za-z\[])(?:(?:api|access|auth|private|account)[_-]?)?(?:token|key|secret|passw(?:or)?d|credentials?|login)\b"
    r"\W{0,4}?(?:is\W{1,3})?)(?![a-z]+(?:_[a-z0-9]+)+(?!\w))(?=[A-Za-z+/_=-]*\d)[A-Za-z0-9+_=-][\w+/=-]{15,}",
    re.IGNORECASE,
)
URL = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/'\"<>?#]*@)?([^\s'\"<>?#]*)(\?[^\s'\"<>]*|#[^\s'\"<>]*=[^\s'\"<>]*)?")
EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,63}")
UUID = re.compile(r"\b(?:(?:GPU|MIG)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
SERIAL = re.compile(r"(\bserial(?:[ _-]?(?:number|no))?\W{1,4})(?=[\w-]*\d)[\w-]+", re.IGNORECASE)
MAC = re.compile(r"(?<![\w:])(?:[0-9a-f]{2}:){5,7}[0-9a-f]{2}(?![\w:])", re.IGNORECASE)
IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])", re.IGNORECASE)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
# four numbers are a version, and no address, behind one of these or before the end of a wheel's name
BEFORE_VERSION = re.compile(
    r"(?:[=<>~!]=\s?|[<>]\s?|"
    r"\b(?:nvidia|cuda|cudnn|cublas|cufft|curand|cusolver|cusparse|cupti|nccl|tensorrt|intel|mkl|onnx)[\w-]*[ -]|"
    r"\b(?:version|versions|locked|installed|release|driver):?\s\(?)$",
    re.IGNORECASE,
)
AFTER_VERSION = re.compile(r"-(?:py|cp)\d|\.(?:dist-info|data|tar|whl)\b")
OTHER_HOME = re.compile(r"(?<![\w.])/(home|Users)/[^/\s:'\"`,;)]+")
PUBLIC = re.compile(
    r"(^|\.)(huggingface\.co|github\.com|pytorch\.org|python\.org|nvidia\.com|wandb\.ai|example\.(org|com)|localhost)$"
)
HARMLESS = frozenset(["127.0.0.1", "0.0.0.0"])  # noqa: S104


@dataclass(frozen=True)
class Person:
    """Whose computer it is: the home folder, the user's and the host's names; an empty one hides nothing."""

    home: str = ""
    user: str = ""
    host: str = ""


def redact(text: str, person: Person) -> str:
    """The text without secrets, addresses, and what names the person or the computer."""
    text = KNOWN_SECRET.sub("[secret]", without_secrets(text, instead="[secret]"))
    text = BEARER.sub(r"\1 [secret]", text)
    text = URL.sub(without_credentials, text)
    for pattern in (VARIABLE, PASSWORD, LONG):
        text = pattern.sub(r"\1[secret]", text)
    text = EMAIL.sub("[e-mail]", text)
    text = SERIAL.sub(r"\1[serial]", UUID.sub("[uuid]", text))
    text = MAC.sub("[address]", text)
    text = IPV6.sub(address, text)
    text = IPV4.sub(four_numbers(text), text)
    return without_names(text, person)


def without_credentials(url: re.Match[str]) -> str:
    """The URL without user, password, query and fragment, and without a host that not everybody knows."""
    scheme, rest, query = url.groups()
    host, slash, path = rest.partition("/")
    name, colon, port = host.partition(":")
    known = scheme == "file://" or not name or name in HARMLESS or PUBLIC.search(name.lower()) or not name[0].isalnum()
    return f"{scheme}{name if known else '[host]'}{colon}{port}{slash}{path}{'?[secret]' if query else ''}"


def address(found: re.Match[str]) -> str:
    """What looks like an address, where it is one and tells something."""
    text = found.group()
    try:
        known = ipaddress.ip_address(text)
    except ValueError:
        return text
    if known.version == 6 and (int(known) < 2**16 or (text.count(":") < 4 and not re.search(r"\d", text))):
        return text  # as in a[::2] and ab::cd
    return text if text in HARMLESS else "[address]"


def four_numbers(text: str) -> Callable[[re.Match[str]], str]:
    """What four numbers with dots become: versions of packages have them too, and what is a version once is one everywhere."""

    def is_version(found: re.Match[str]) -> bool:
        before = text[max(0, found.start() - 40) : found.start()]
        return bool(BEFORE_VERSION.search(before) or AFTER_VERSION.match(text, found.end()))

    versions = {found.group() for found in IPV4.finditer(text) if is_version(found)}
    return lambda found: found.group() if found.group() in versions else address(found)


def without_names(text: str, person: Person) -> str:
    """The home folder as ~, and neither the user nor the host."""
    home = person.home.rstrip("/")
    if home:
        text = re.sub(rf"(?<![\w.~-]){re.escape(home)}(?![\w-]|\.\w)", "~", text)
    text = OTHER_HOME.sub(r"/\1/[user]", text)
    short = person.host.partition(".")[0]
    for name, instead in ((person.host, "[host]"), (short, "[host]"), (person.user, "[user]")):
        if name and name.lower() not in ORDINARY:
            # one or two letters are words of their own: they name somebody only beside a sign of a path or an address
            before, after = (
                (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if len(name) > 2 else (r"(?<=[/@=\\])", r"(?![A-Za-z0-9.-])")
            )
            text = re.sub(f"{before}{re.escape(name)}{after}", instead, text, flags=re.IGNORECASE)
    return text


def this_person() -> Person:
    """Whose computer this one is."""
    try:
        home, user = str(Path.home()), getpass.getuser()
    except (OSError, KeyError, RuntimeError):  # a number without a name, as containers have
        home, user = "", ""
    return Person(home, user, platform.node())
