"""The addresses that packages and models come from, and results go to. Nothing is connected."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.checks._spec_variables import mend
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.urls import Fault, fault, nearby, parsed, shown
from torch_starter.facts.index_settings import IndexSettings

TITLE = "packages and models come from safe addresses"
SOURCES = (  # what is downloaded from them is run
    "HF_ENDPOINT",
    "HF_INFERENCE_ENDPOINT",
    "HUGGINGFACE_CO_RESOLVE_ENDPOINT",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_PYTHON_INSTALL_MIRROR",
    "UV_INSTALLER_GITHUB_BASE_URL",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "KAGGLE_API_ENDPOINT",
)
TRACKERS = ("WANDB_BASE_URL", "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")  # they get our results, mostly in our own network
NAMED = {"UV_INDEX", "UV_DEFAULT_INDEX"}  # name=address
LISTS = {"UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"}
PATHS = {"UV_FIND_LINKS", "PIP_FIND_LINKS", "UV_INDEX", "UV_DEFAULT_INDEX"}  # folders too, with names of any form
OTHER_STORES = ("databricks", "sqlite:", "postgresql", "mysql", "mssql", "uc:")  # that MLflow takes besides addresses

FAULTS: dict[Fault, tuple[Verdict, str, str]] = {
    "malformed": ("fail", "no address", "an address with http or https, and a host"),
    "plain": ("fail", "plain http", "https: over http anyone on the way can change what is downloaded, and read a key"),
    "credentials": (
        "warn",
        "a password in the address",
        "the password in a keyring or in ~/.netrc: addresses are logged and shown",
    ),
}


def endpoints(evidence: Evidence) -> Iterator[Finding]:
    given = [name for name in (*SOURCES, *TRACKERS) if evidence.variables.get(name)]
    found = evidence.facts[IndexSettings]
    wrong = [each for name in given for each in of_variable(evidence, name)]
    wrong += [of_setting(setting.name, setting.fault) for setting in found.settings if setting.fault]
    wrong += [of_setting(name, "") for name in found.broken]
    yield from wrong
    if not wrong:
        told = [f"{name}: {' '.join(shown(each) for each in urls(name, evidence.variables[name]))}" for name in given]
        told += [setting.name for setting in found.settings]
        seen = "; ".join(told) or "none is set: each program's own"
        yield Finding(id="network.endpoints", verdict="ok", title=TITLE, seen=seen)


def of_variable(evidence: Evidence, name: str) -> Iterator[Finding]:
    """The first fault of a variable."""
    for url in urls(name, evidence.variables[name]):
        what = fault_of(name, url)
        if what:
            verdict, says, wanted = FAULTS[what]
            if what == "plain" and name in TRACKERS:
                verdict = "warn"
            yield Finding(
                id=f"network.endpoints.{name}",
                verdict=verdict,
                title=TITLE,
                seen=f"{name}={shown(url)}: {says}",
                wanted=wanted,
                remedy=mend(evidence, name).replace("./dev.sh verify-setup --fix", f"correct {name} in torch-starter.toml"),
            )
            return


def of_setting(name: str, what: Fault) -> Finding:
    """The finding for a setting of pip or uv, or for a file of settings that cannot be read."""
    verdict, says, wanted = FAULTS[what] if what else ("fail", "it cannot be parsed", "a file that pip or uv can read")
    id = name.replace(".", "-").replace(" ", "-")
    return Finding(
        id=f"network.endpoints.{id}",
        verdict=verdict,
        title=TITLE,
        seen=f"{name}: {says}",
        wanted=wanted,
        remedy=f"correct {name}",
    )


def urls(name: str, value: str) -> list[str]:
    """The addresses in a variable, without the names that uv gives them."""
    words = value.replace(",", " ").split() if name in LISTS else [value]
    return [word.partition("=")[2] if name in NAMED and word.partition("=")[0].isidentifier() else word for word in words]


def fault_of(name: str, url: str) -> Fault:
    """What is wrong with one address."""
    if "://" not in url and name in PATHS:
        return ""
    if name.startswith("MLFLOW") and ("://" not in url or url.startswith(OTHER_STORES)):
        return ""
    parts = parsed(url)
    if name in TRACKERS and parts is not None and nearby(parts.hostname or ""):
        return "credentials" if parts.password else ""
    return fault(url)


CHECKS = (
    Check(
        "network.endpoints",
        "addresses of packages and models",
        "What comes over plain http can be changed on the way, and it is run here; a password in an address is in every log.",
        endpoints,
        level="quick",
        found="The variables and settings of uv, pip, Hugging Face, wandb, MLflow and Kaggle, parsed. Nothing is connected.",
        mend="Give an address with https, or a path; put passwords into a keyring or ~/.netrc.",
        source="The manuals of uv, pip and huggingface_hub",
    ),
)
