"""What is known of certificates, of settings of pip and uv, and of interfaces, without connecting to anything."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from torch_starter.core.facts import Facts
from torch_starter.core.urls import Fault
from torch_starter.facts.certificates import Bundle, Certificates, look
from torch_starter.facts.index_settings import IndexSettings, Setting, from_pip, from_uv, worst
from torch_starter.facts.interfaces import Interfaces
from unit.machines import local, local_files

# made for this test with openssl; valid for one day in 2026
EXPIRED = """-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUWmHQcB8wapRR7j46ZeDFIUJIV4kwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjMyMjUxMjhaFw0yNjExMjQyMjUxMjha
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQU08DU
AHhA97eATKFXeIM1ZD/a+uet2/pCft+I1xEf0fcqsQ28f8UWm3RPQMsnq0c/E/dd
GXnw6hTei8fh+xJdo1MwUTAdBgNVHQ4EFgQUnuLOw9bdymNnwqerXaH6+sFPRc8w
HwYDVR0jBBgwFoAUnuLOw9bdymNnwqerXaH6+sFPRc8wDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiBykVdqya1ZKA3Y8ilMFiYBWpDjK6A/jgZI+Pt+
k1gtwQIhAJ0L8zuB2EHM+GUPQytPYkQ0+S7X/NreyuNjkkacUU+h
-----END CERTIFICATE-----
"""
LATER, EARLIER = 4_000_000_000.0, 1_000_000_000.0


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_text(EXPIRED)
    return path


def test_a_certificate_is_counted_and_its_date_read(pem: Path) -> None:
    assert look(pem, EARLIER) == Bundle("file", 1, 0)
    assert look(pem, LATER) == Bundle("file", 1, 1)


def test_what_holds_no_certificate_says_why(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    found = look(tmp_path / "ca.pem", EARLIER)
    assert found.state == "file"
    assert found.error
    assert look(tmp_path / "none.pem", EARLIER) == Bundle("missing")


def test_a_folder_offers_those_with_the_names_of_openssl(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    assert look(tmp_path, EARLIER).error
    (tmp_path / "0a1b2c3d.0").touch()
    assert look(tmp_path, EARLIER) == Bundle("folder", 1)


def test_variables_are_looked_at_and_paths_are_not_kept(pem: Path) -> None:
    given = {"SSL_CERT_FILE": str(pem), "PIP_CERT": "/nowhere", "SSL_CERT_DIR": f"/nowhere:{pem.parent}", "CURL_CA_BUNDLE": ""}
    found = Facts(local_files(given))[Certificates]
    assert {name: bundle.state for name, bundle in found.bundles.items()} == {
        "SSL_CERT_FILE": "file",
        "PIP_CERT": "missing",
        "SSL_CERT_DIR": "folder",
    }
    assert str(pem.parent) not in repr(found)


def test_the_certificates_of_this_python_can_be_loaded() -> None:
    path = ssl.get_default_verify_paths().cafile
    assert path is None or look(Path(path), EARLIER).certificates > 0


def test_settings_of_pip_are_read_from_every_section() -> None:
    text = "[global]\ncert = /x\nextra-index-url = file:///a https://b.example/simple\n[install]\nfind-links =\n  /c\n  /d\n"
    assert from_pip(text) == {"extra-index-url": ["file:///a", "https://b.example/simple"], "find-links": ["/c", "/d"]}


def test_settings_of_uv_are_read_under_all_their_keys() -> None:
    text = (
        'index-url = "https://a.example"\nlink-mode = "copy"\n[[index]]\nurl = "https://b.example"\n[pip]\nfind-links = ["/c"]\n'
    )
    assert from_uv(text) == {"index-url": ["https://a.example"], "find-links": ["/c"], "index": ["https://b.example"]}
    assert from_uv("") == {}


@pytest.mark.parametrize(
    ("urls", "wanted"),
    [
        (["wheels", "https://a.example"], ""),
        (["https://a:b@c.example", "http://a.example"], "plain"),
        (["https://", "http://a.example"], "malformed"),
        ([], ""),
    ],
)
def test_the_worst_of_several_addresses_counts(urls: list[str], wanted: Fault) -> None:
    assert worst(urls) == wanted


def test_the_files_of_a_user_are_read_and_addresses_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = http://me:secret@a.example\n")
    (tmp_path / ".config" / "uv").mkdir()
    (tmp_path / ".config" / "uv" / "uv.toml").write_text("index-url = \n")
    (tmp_path / "own.conf").write_text("[global]\nindex-url = https://a.example\n")
    given = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "own.conf")}
    found = Facts(local_files(given))[IndexSettings]
    assert {Setting("index-url in pip.conf", "plain"), Setting("index-url in own.conf")} <= set(found.settings)
    assert found.broken == ("uv.toml",)
    assert "secret" not in repr(found)
    none = Facts(local_files({"HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null", "UV_NO_CONFIG": "1"}))[IndexSettings]
    assert none == IndexSettings(settings=())


def test_this_machine_has_interfaces() -> None:
    machine = replace(local(), variables={})
    assert Facts(machine)[Interfaces].names
