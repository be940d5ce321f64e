"""What programs are told of the network."""

from __future__ import annotations

import pytest

from torch_starter.checks import network, network_certificates, network_endpoints
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Fact
from torch_starter.core.kinds import Check
from torch_starter.core.report import Verdict
from torch_starter.facts.certificates import Bundle, Certificates
from torch_starter.facts.index_settings import IndexSettings, Setting
from torch_starter.testing import evidence, findings, machine_with

CHECKS: dict[str, Check] = {
    check.id: check for module in (network, network_certificates, network_endpoints) for check in module.CHECKS
}
SECRET = "hunter2hunter2"


def verdicts(id: str, given: Evidence) -> dict[str, Verdict]:
    """The verdicts by id; what is not well says what mends it, and no secret is told."""
    found = findings(CHECKS[id], given)
    assert not [finding for finding in found if finding.verdict != "ok" and not (finding.remedy and finding.seen)]
    assert SECRET not in repr(found)
    return {finding.id: finding.verdict for finding in found}


def with_variables(variables: dict[str, str], fact: Fact | None = None, installed: dict[str, str] | None = None) -> Evidence:
    return evidence(variables=variables, machine=machine_with(fact or IndexSettings(settings=())), installed=installed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HF_ENDPOINT", "https://hub.example"),
        ("HF_ENDPOINT", "http://127.0.0.1:8000"),
        ("UV_INDEX", "own=https://a.example/simple https://b.example/simple"),
        ("UV_INDEX", "/opt/wheels"),
        ("PIP_EXTRA_INDEX_URL", "file:///a  file:///b"),
        ("PIP_FIND_LINKS", "wheels /opt/wheels"),
        ("MLFLOW_TRACKING_URI", "http://mlflow:5000"),
        ("MLFLOW_TRACKING_URI", "sqlite:///runs.db"),
        ("MLFLOW_TRACKING_URI", "runs"),
        ("WANDB_BASE_URL", "http://10.1.2.3"),
    ],
)
def test_addresses_that_are_well(name: str, value: str) -> None:
    assert verdicts("network.endpoints", with_variables({name: value})) == {"network.endpoints": "ok"}


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("HF_ENDPOINT", "http://hub.example", "fail"),
        ("HF_ENDPOINT", "hub.example", "fail"),
        ("UV_INDEX", "https://a.example own=http://b.example", "fail"),
        ("UV_DEFAULT_INDEX", "own=http://b.example", "fail"),
        ("PIP_EXTRA_INDEX_URL", "file:///a http://b.example", "fail"),
        ("PIP_INDEX_URL", f"https://me:{SECRET}@a.example", "warn"),
        ("WANDB_BASE_URL", "http://wandb.example", "warn"),
        ("WANDB_BASE_URL", "wandb.example", "fail"),
        ("MLFLOW_TRACKING_URI", f"http://me:{SECRET}@mlflow:5000", "warn"),
    ],
)
def test_addresses_that_are_not(name: str, value: str, wanted: Verdict) -> None:
    assert verdicts("network.endpoints", with_variables({name: value})) == {f"network.endpoints.{name}": wanted}


def test_settings_of_pip_and_uv_are_judged_too() -> None:
    settings = (
        Setting("index-url in pip.conf", "plain"),
        Setting("find-links in pip.conf"),
        Setting("index in uv.toml", "credentials"),
    )
    given = with_variables({}, IndexSettings(settings=settings, broken=("uv.toml",)))
    assert verdicts("network.endpoints", given) == {
        "network.endpoints.index-url-in-pip-conf": "fail",
        "network.endpoints.index-in-uv-toml": "warn",
        "network.endpoints.uv-toml": "fail",
    }
    good = with_variables({"HF_ENDPOINT": "https://hub.example/x?k=1"}, IndexSettings(settings=settings[1:2]))
    assert findings(CHECKS["network.endpoints"], good)[0].seen == "HF_ENDPOINT: https://hub.example/x; find-links in pip.conf"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"HTTP_PROXY": "http://proxy.example:3128", "http_proxy": "http://proxy.example:3128/"},
        {"https_proxy": "proxy.example:3128"},
        {"https_proxy": f"http://me:{SECRET}@proxy.example:3128"},
        {"ALL_PROXY": "socks5h://localhost:1080"},
        {"no_proxy": "localhost, 127.0.0.1", "NO_PROXY": "127.0.0.1,localhost"},
    ],
)
def test_proxies_that_are_well(variables: dict[str, str]) -> None:
    assert verdicts("network.proxy", evidence(variables=variables)) == {"network.proxy": "ok"}


@pytest.mark.parametrize(
    ("variables", "id", "wanted"),
    [
        ({"http_proxy": "http://a b"}, "http_proxy", "fail"),
        ({"HTTPS_PROXY": f"ftp://{SECRET}"}, "HTTPS_PROXY", "fail"),
        ({"HTTPS_PROXY": "http://proxy.example:port"}, "HTTPS_PROXY", "fail"),
        ({"HTTPS_PROXY": '"http://proxy.example"'}, "HTTPS_PROXY", "fail"),
        ({"HTTP_PROXY": "http://a.example", "http_proxy": "http://b.example"}, "http_proxy", "warn"),
        ({"NO_PROXY": "a.example", "no_proxy": "b.example"}, "no_proxy", "warn"),
    ],
)
def test_proxies_that_are_not(variables: dict[str, str], id: str, wanted: Verdict) -> None:
    assert verdicts("network.proxy", evidence(variables=variables)) == {f"network.proxy.{id}": wanted}


def test_a_socks_proxy_needs_a_package() -> None:
    variables = {"ALL_PROXY": "socks5://localhost:1080"}
    assert verdicts("network.proxy", evidence(variables=variables, installed={"requests": "2"})) == {
        "network.proxy.socks": "fail"
    }
    both = {"requests": "2", "pysocks": "1"}
    assert verdicts("network.proxy", evidence(variables=variables, installed=both)) == {"network.proxy": "ok"}


@pytest.mark.parametrize(
    ("bundle", "wanted"),
    [
        (Bundle("file", 140), "ok"),
        (Bundle("file", 2, 1), "ok"),
        (Bundle("folder", 140), "ok"),
        (Bundle("file", 2, 2), "fail"),
        (Bundle("file", error="no certificate found"), "fail"),
        (Bundle("folder", error="none"), "warn"),
        (Bundle("missing"), "fail"),
        (Bundle("unreadable"), "fail"),
    ],
)
def test_certificates(bundle: Bundle, wanted: Verdict) -> None:
    given = with_variables({}, Certificates(bundles={"PIP_CERT": bundle}))
    id = "network.certificates" if wanted == "ok" else "network.certificates.PIP_CERT"
    assert verdicts("network.certificates", given) == {id: wanted}


def test_certificates_need_not_be_named() -> None:
    assert verdicts("network.certificates", with_variables({}, Certificates(bundles={}))) == {"network.certificates": "ok"}


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, "ok"),
        ({"HF_HUB_OFFLINE": "1", "UV_OFFLINE": "0", "WANDB_MODE": "offline"}, "ok"),
        ({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "yes"}, "ok"),
        ({"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"}, "warn"),
        ({"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "off"}, "warn"),
    ],
)
def test_being_offline_is_told_and_must_not_contradict_itself(variables: dict[str, str], wanted: Verdict) -> None:
    given = evidence(variables=variables)
    assert verdicts("network.offline", given) == {"network.offline": wanted}
    assert all(name in findings(CHECKS["network.offline"], given)[0].seen for name in variables)
