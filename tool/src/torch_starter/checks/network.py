"""What programs are told of the network: by what proxy it is used, and whether it is to be used at all. Nothing is connected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
SCHEMES = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"}
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "UV_OFFLINE")
TRUE = {"1", "on", "yes", "true", "y", "t"}
PROXY_TITLE, OFFLINE_TITLE = "proxies are addresses, and agree", "what is offline agrees"


def proxy(evidence: Evidence) -> Iterator[Finding]:
    given = evidence.variables
    wrong = [*malformed(given), *disagreeing(given), *without_socks(evidence)]
    yield from wrong
    if not wrong:
        here = [name for lower in (*PROXIES, "no_proxy") for name in (lower, lower.upper()) if given.get(name)]
        seen = f"{', '.join(here)} set" if here else "none is set"
        yield Finding(id="network.proxy", verdict="ok", title=PROXY_TITLE, seen=seen)


def malformed(given: Mapping[str, str]) -> Iterator[Finding]:
    """Proxies that are no addresses. They are not shown: a password may be in them."""
    for name in (each for lower in PROXIES for each in (lower, lower.upper())):
        value = given.get(name, "")
        if value and not is_proxy(value):
            seen = f"{name} ({len(value)} characters) is no address"
            yield Finding(
                id=f"network.proxy.{name}",
                verdict="fail",
                title=PROXY_TITLE,
                seen=seen,
                wanted="such as http://proxy.example:3128",
                remedy=f"unset {name}",
            )


def is_proxy(value: str) -> bool:
    """Whether a value is an address of a proxy; without a scheme it is a host and a port."""
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        return parts.scheme.lower() in SCHEMES and bool(parts.hostname) and parts.port != 0 and not set(value) & set(" \t\"'")
    except ValueError:
        return False


def disagreeing(given: Mapping[str, str]) -> Iterator[Finding]:
    """Variables whose spellings in lower and upper case say different things."""
    for lower in (*PROXIES, "no_proxy"):
        one, other = (normal(given.get(name, "")) for name in (lower, lower.upper()))
        if one and other and one != other:
            yield Finding(
                id=f"network.proxy.{lower}",
                verdict="warn",
                title=PROXY_TITLE,
                seen=f"{lower} and {lower.upper()} differ",
                wanted="one value: some programs read the one, some the other",
                remedy=f'export {lower.upper()}="${lower}"',
            )


def normal(value: str) -> frozenset[str]:
    """The parts of a list, without their order and a closing slash."""
    return frozenset(part.strip().rstrip("/") for part in value.split(",") if part.strip())


def without_socks(evidence: Evidence) -> Iterator[Finding]:
    """A proxy of the kind SOCKS that requests cannot use."""
    names = [each for lower in PROXIES for each in (lower, lower.upper())]
    socks = [name for name in names if evidence.variables.get(name, "").lower().startswith("socks")]
    installed = evidence.installed.distributions
    if socks and "requests" in installed and "pysocks" not in installed:
        yield Finding(
            id="network.proxy.socks",
            verdict="fail",
            title=PROXY_TITLE,
            seen=f"{socks[0]} is a SOCKS proxy, and pysocks is not installed",
            wanted="pysocks: requests raises `Missing dependencies for SOCKS support` without it",
            remedy=f"{evidence.install} pysocks",
        )


def offline(evidence: Evidence) -> Iterator[Finding]:
    given = {name: evidence.variables[name] for name in (*OFFLINE, "WANDB_MODE") if evidence.variables.get(name)}
    hub = [name for name in OFFLINE[:3] if name in given]
    differ = len({is_true(given[name]) for name in hub}) > 1
    told = ", ".join(f"{name}={value}" for name, value in given.items())
    yield Finding(
        id="network.offline",
        verdict="warn" if differ else "ok",
        title=OFFLINE_TITLE,
        seen=told or "nothing is told to stay offline",
        wanted="one value for those of Hugging Face: where they differ, one library asks the network and another does not"
        if differ
        else "",
        remedy=f"unset {' '.join(name for name in hub if not is_true(given[name]))}" if differ else "",
    )


def is_true(value: str) -> bool:
    """Whether a library reads a value as on."""
    return value.strip().lower() in TRUE


CHECKS = (
    Check(
        "network.proxy",
        "proxies",
        "Some programs read HTTP_PROXY, some http_proxy: where they differ, some downloads fail and some do not.",
        proxy,
        level="quick",
        found="HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY in both spellings are parsed. Nothing is connected.",
        mend="Set both spellings to one address, or unset them.",
        source="The manuals of curl, requests and uv: no two read the same",
    ),
    Check(
        "network.offline",
        "a declared state of being offline",
        "Being offline is no fault where it is meant; settings that contradict each other are one.",
        offline,
        level="quick",
        found="HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE, HF_DATASETS_OFFLINE, UV_OFFLINE and WANDB_MODE.",
        mend="Set those of Hugging Face alike: HF_HUB_OFFLINE alone is enough.",
        source="The source of huggingface_hub (constants.py) and datasets (config.py)",
    ),
)
