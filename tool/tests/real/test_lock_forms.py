"""`lock-update` with requirements of every form, and for machines other than this one."""

from __future__ import annotations

import platform

from real import _shop
from real._shop import RAISES, Shop, told, trials

shop = _shop.shop


def test_names_and_extras_of_every_form_lead_to_their_package(shop: Shop) -> None:
    for name in ("one_name", "two_name", "three"):
        for version in ("1.0", "1.1"):
            shop.shelf.publish(name, version)
        shop.shelf.publish(name, "1.2", RAISES)
    shop.want("One.Name>=1", "Two_Name ~= 1.0 ; python_version >= '3'", spare=["three<2"])
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.locked == {"one-name": "1.1", "two-name": "1.1", "three": "1.1"}
    assert shop.held == {"one-name": "<1.2", "two-name": "<1.2", "three": "<1.2"}, "extras are proven too"
    assert shop.installed == {"one-name": "1.1", "two-name": "1.1"}, "but not installed unasked"
    assert trials(report) <= 6


def test_what_is_for_another_machine_is_locked_and_not_missed_here(shop: Shop) -> None:
    shop.shelf.publish("alpha", "1.0")
    shop.shelf.publish("elsewhere", "1.0", RAISES)
    shop.want("alpha", "elsewhere ; sys_platform == 'win32'")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.locked == {"alpha": "1.0", "elsewhere": "1.0"}
    assert shop.installed == {"alpha": "1.0"}


def test_a_lock_says_of_other_machines_that_it_was_not_run_there(shop: Shop) -> None:
    here, there = platform.machine(), {"x86_64": "aarch64"}.get(platform.machine(), "x86_64")
    shop.shelf.publish("alpha", "1.0", on=f"manylinux_2_17_{here}")
    shop.shelf.publish("beta", "1.0")
    shop.shelf.publish("beta", "1.1", RAISES)
    shop.want("alpha", "beta")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    comments = [line for line in shop.files["locks/cpu.txt"].splitlines() if line.startswith("#")]
    assert comments[0].startswith("# Proven on 20")
    assert here in comments[0]
    (other,) = (line for line in comments if there in line)
    assert "not run here" in other
    assert "alpha" in other, "it has no file for that machine"
    assert "beta" not in other
