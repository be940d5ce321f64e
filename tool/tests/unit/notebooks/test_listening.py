"""Where a notebook may listen."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from torch_starter.core.problems import WrongUsage
from torch_starter.facts.interfaces import shares_the_hosts
from torch_starter.notebooks.listening import Listening, in_container, is_loopback, number, on_host, refuse_taken


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_on_a_host_it_is_this_machine_alone() -> None:
    assert on_host(None, None, certified=False) == Listening("127.0.0.1", 8888, "127.0.0.1")
    assert on_host(None, 0, certified=True) == Listening("127.0.0.1", 0, "127.0.0.1")
    assert on_host("::1", 9000, certified=False) == Listening("::1", 9000, "[::1]")


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", "192.0.2.7", "::ffff:192.0.2.7", "somewhere.example", ""])
def test_anywhere_else_it_takes_a_certificate(ip: str) -> None:
    with pytest.raises(WrongUsage) as stopped:
        on_host(ip, 8888, certified=False)
    assert stopped.value.code == "notebook.address"
    assert on_host(ip, 8888, certified=True).remote


def test_at_all_addresses_a_browser_is_told_the_name_of_the_machine() -> None:
    assert on_host("0.0.0.0", None, certified=True).host == socket.gethostname()
    assert on_host("192.0.2.7", None, certified=True).host == "192.0.2.7"


@pytest.mark.parametrize(
    ("ip", "wanted"), [("127.0.0.1", True), ("127.8.9.1", True), ("localhost", True), ("0", False), ("", False)]
)
def test_the_loopback_is_this_machine(ip: str, wanted: bool) -> None:
    assert is_loopback(ip) is wanted


@pytest.mark.parametrize("text", ["", "-1", "80a", "65536", "8888 ", "٨"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        number(text)


def test_in_a_container_it_is_reached_at_the_port_that_the_host_publishes() -> None:
    where = in_container(None, [6006, 8888], {8888: 9001})
    assert (where.ip, where.port, where.host, where.shown, where.remote) == ("0.0.0.0", 8888, "127.0.0.1", 9001, False)
    assert "publishes port 8888 on 127.0.0.1 alone" in where.why
    assert in_container(None, [7000], {}).shown == 7000
    chosen = in_container(8888, [8888], {8888: 0})  # the engine takes any, which nobody in the container knows
    assert chosen.shown == 8888
    assert "./dev.sh up has said" in chosen.why


@pytest.mark.parametrize(("port", "published"), [(9000, [8888]), (None, [])])
def test_in_a_container_a_port_that_is_not_published_reaches_nobody(port: int | None, published: list[int]) -> None:
    with pytest.raises(WrongUsage) as stopped:
        in_container(port, published, {})
    assert stopped.value.code == "notebook.unpublished"


def test_in_a_container_any_port_is_any_that_is_published_and_free(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    assert in_container(0, [taken, free], {}).port == free


def test_a_port_that_is_taken_is_told_with_another(taken: int) -> None:
    with pytest.raises(WrongUsage) as stopped:
        refuse_taken(Listening("127.0.0.1", taken, "127.0.0.1"))
    assert f"(process {os.getpid()})" in stopped.value.message
    assert int(stopped.value.remedy.split()[-1]) > taken


def test_of_what_a_container_publishes_another_is_offered_or_none(taken: int) -> None:
    with pytest.raises(WrongUsage) as stopped:
        refuse_taken(Listening("127.0.0.1", taken, "127.0.0.1"), [taken])
    assert stopped.value.remedy == "end what listens there"


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(WrongUsage) as stopped:
        refuse_taken(Listening("192.0.2.7", 8888, "192.0.2.7"))
    assert "192.0.2.7 is no address of this machine" in stopped.value.message


@pytest.mark.parametrize(("inside", "wanted"), [((), False), (("device",), True), (("bridge",), True)])
def test_a_container_with_devices_has_the_network_of_its_host(tmp_path: Path, inside: tuple[str, ...], wanted: bool) -> None:
    for name in ("lo", "eth0"):
        (tmp_path / name).mkdir()
    for name in inside:
        (tmp_path / "eth0" / name).mkdir()
    assert shares_the_hosts(tmp_path) is wanted
