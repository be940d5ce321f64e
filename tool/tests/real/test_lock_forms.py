"""`lock-update` with requirements of every form, and for machines other than this one."""

from __future__ import annotations

from real import _shop
from real._shop import RAISES, Shop, told, trials

shop = _shop.shop


def test_names_extras_and_markers_of_every_form_lead_to_their_package(shop: Shop) -> None:
    for name in ("one_name", "two_name", "three"):
        for version in ("1.0", "1.1"):
            shop.shelf.publish(name, version)
        shop.shelf.publish(name, "1.2", RAISES)
    shop.shelf.publish("elsewhere", "1.0", RAISES)
    shop.want("One.Name>=1", "Two_Name ~= 1.0 ; python_version >= '3'", "elsewhere ; sys_platform == 'win32'", spare=["three<2"])
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.locked == {"one-name": "1.1", "two-name": "1.1", "three": "1.1", "elsewhere": "1.0"}
    assert shop.held == {"one-name": "<1.2", "two-name": "<1.2", "three": "<1.2"}, "extras are proven too"
    assert shop.installed == {"one-name": "1.1", "two-name": "1.1"}, "but not installed unasked"
    assert trials(report) <= 4


def test_a_lock_for_other_machines_is_resolved_and_says_that_it_is_not_proven(shop: Shop) -> None:
    shop.shelf.publish("alpha", "1.0")
    shop.shelf.publish("alpha", "1.1", RAISES)
    shop.write_spec('[accelerators.arm]\narchitectures = ["aarch64"]\n')
    shop.want("alpha")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    here, there = (shop.files[f"locks/{name}.txt"].splitlines()[0] for name in ("cpu", "arm"))
    assert here.startswith("# Proven on 20")
    assert not there.startswith("# Proven on"), there
    assert "alpha==1.0" in shop.files["locks/arm.txt"], "what is known to be bad here is not taken there"
