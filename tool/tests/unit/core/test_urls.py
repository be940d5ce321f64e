"""Addresses of the network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.urls import Fault, fault, loopback, nearby, parsed, shown


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://hub.example/simple", ""),
        ("http://localhost:8000", ""),
        ("http://127.0.0.1:8000/simple", ""),
        ("http://[::1]:8000", ""),
        ("file:///opt/wheels", ""),
        ("/opt/wheels", ""),
        ("http://hub.example", "plain"),
        ("HTTP://hub.example", "plain"),
        ("https://me:secret@hub.example", "credentials"),
        ("hub.example", "malformed"),
        ("https://", "malformed"),
        ("https://hub.example:port", "malformed"),
        ("https://hub example", "malformed"),
        ("ftp://hub.example", "malformed"),
        ("https://[::1", "malformed"),
    ],
)
def test_an_address_has_a_fault_or_none(url: str, wanted: Fault) -> None:
    assert fault(url) == wanted


def test_hosts_of_this_machine_and_of_a_private_network_are_known() -> None:
    assert [loopback(host) for host in ("a.localhost", "127.9.9.9", "hub.example", "10.0.0.1")] == [True, True, False, False]
    assert [nearby(host) for host in ("mlflow", "10.0.0.1", "hub.example", "8.8.8.8")] == [True, True, False, False]


def test_an_address_is_shown_with_host_port_and_path() -> None:
    assert shown("https://hub.example:8443/a?token=1#x") == "https://hub.example:8443/a"
    assert shown("https://me:secret@[::1]:80/a") == "https://***@[::1]:80/a"
    assert shown("no address") == "(10 characters, no address)"


@given(
    st.text(alphabet="abcdefgh", min_size=12), st.sampled_from(["https://{0}@h/x", "https://u:{0}@h/", "https://h/?k={0}", "{0}"])
)
def test_a_secret_is_never_shown(secret: str, form: str) -> None:
    assert secret not in shown(form.format(secret))


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert (fault(text) == "malformed") <= (parsed(text) is None)
