"""`lock-update` finds the newest set that works, whatever breaks, and holds back what is at fault and nothing else."""

from __future__ import annotations

import pytest

from real import _shop
from real._shop import ENDS, HANGS, RAISES, Shop, told, trials

shop, model, locked = _shop.shop, _shop.model, _shop.locked


def test_the_newest_is_taken_where_nothing_is_wrong(shop: Shop) -> None:
    for version in ("1.0", "1.1", "2.0"):
        shop.shelf.publish("alpha", version, requires=["beta"])
        shop.shelf.publish("beta", version)
    shop.want("alpha")
    code, report = shop.lock_update()
    assert (code, trials(report), shop.holds) == (0, 1, []), told(report)
    assert shop.is_proven({"alpha": "2.0", "beta": "2.0"})
    before = shop.everything
    code, report = shop.lock_update()
    assert (code, trials(report), report["changes"]) == (0, 0, []), told(report)
    assert shop.everything == before


def test_three_culprits_at_once_each_with_a_fault_of_its_kind(shop: Shop) -> None:
    for name, fault in (("raising", RAISES), ("ending", ENDS), ("hanging", HANGS), ("sound", "x = 2\n")):
        shop.shelf.publish(name, "1.0")
        shop.shelf.publish(name, "1.1")
        shop.shelf.publish(name, "1.2", fault)
    shop.write_spec(timeout="2s")
    shop.want("raising", "ending", "hanging", "sound")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.is_proven({"raising": "1.1", "ending": "1.1", "hanging": "1.1", "sound": "1.2"})
    assert shop.held == {"raising": "<1.2", "ending": "<1.2", "hanging": "<1.2"}
    assert {each["check"] for each in shop.holds} == {"imports.raising", "imports.ending", "imports.hanging"}
    (raising,) = (each for each in shop.holds if each["package"] == "raising")
    assert "broken at the import" in raising["evidence"]
    assert len(raising["date"]) == len("2026-01-01")
    assert str(shop.folder) not in shop.files["locks/holds.toml"], "it is committed: no path of a machine"
    assert trials(report) <= 6


NEEDS_AN_OLD_ONE = "import beta\nif beta.x >= 3:\n    raise ImportError('no longer as it was')\n"


@pytest.mark.parametrize(
    ("preferred", "found", "held"),
    [
        ("alpha", {"alpha": "2.0", "beta": "2.0"}, {"beta": "<3.0"}),
        ("beta", {"alpha": "1.0", "beta": "3.0"}, {"alpha": "<2.0"}),
    ],
)
def test_of_two_that_do_not_agree_the_preferred_one_stays_new(
    shop: Shop, preferred: str, found: dict[str, str], held: dict[str, str]
) -> None:
    shop.shelf.publish("alpha", "1.0", date="2025-01-01")
    shop.shelf.publish("alpha", "2.0", NEEDS_AN_OLD_ONE, requires=["beta"], date="2025-08-01")
    for version in ("1", "2", "3"):
        shop.shelf.publish("beta", f"{version}.0", f"x = {version}\n", date=f"2025-0{version}-01")
    shop.write_spec(f'[update]\nprefer = ["{preferred}"]\n')
    shop.want("alpha", "beta")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.is_proven(found)
    assert shop.held == held
    assert [each["check"] for each in shop.holds] == ["imports.alpha"]
    assert trials(report) <= 5


def test_a_package_built_for_an_older_one_holds_that_back(shop: Shop) -> None:
    built = "import alpha\nif alpha.x != 1:\n    raise ImportError('undefined symbol: _ZN5torch3jit17parseSchemaOrNameE')\n"
    for version in ("1.0", "1.1", "1.2"):
        shop.shelf.publish("beta", version, built, requires=["alpha"])
    shop.shelf.publish("alpha", "1.0", "x = 1\n")
    shop.shelf.publish("alpha", "1.1", "x = 1\n")
    shop.shelf.publish("alpha", "2.0", "x = 2\n")
    shop.want("alpha", "beta")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.is_proven({"alpha": "1.1", "beta": "1.2"})
    assert shop.held == {"alpha": "<2.0"}
    assert trials(report) <= 6


@pytest.mark.parametrize("seen", ["where it is raised", "never named"])
def test_a_culprit_below_what_was_asked_for_is_found(shop: Shop, seen: str) -> None:
    bad = RAISES if seen == "where it is raised" else "def value():\n    return 2\n"
    for version in ("1.0", "1.1", "1.2", "1.3"):
        code = "import middle\nif middle.value() != 1:\n    raise ValueError('not the answer that was expected')\n"
        shop.shelf.publish("alpha", version, code, requires=["middle"])
        shop.shelf.publish("middle", version, "import deep\n\ndef value():\n    return deep.value()\n", requires=["deep"])
        shop.shelf.publish("deep", version, bad if version == "1.3" else "def value():\n    return 1\n")
    shop.want("alpha")
    exit_code, report = shop.lock_update()
    assert exit_code == 0, told(report)
    assert shop.is_proven({"alpha": "1.3", "middle": "1.3", "deep": "1.2"})
    assert shop.held == {"deep": "<1.3"}
    assert [each["check"] for each in shop.holds] == ["imports.alpha"]
    assert trials(report) <= (3 if seen == "where it is raised" else 8)


def test_what_needs_a_bad_release_stays_old_with_it(locked: Shop) -> None:
    locked.shelf.publish("alpha", "1.1", "import gamma\n", requires=["gamma"])
    locked.shelf.publish("alpha", "2.0", "import gamma\n", requires=["gamma>=2"])
    locked.shelf.publish("gamma", "1.0")
    locked.shelf.publish("gamma", "2.0", RAISES)
    code, report = locked.lock_update()
    assert code == 0, told(report)
    assert locked.is_proven({"alpha": "1.1", "beta": "1.0", "gamma": "1.0"})
    assert locked.held == {"gamma": "<2.0"}
    assert trials(report) <= 3


def test_culprits_that_hide_each_other_are_found_one_after_the_other(shop: Shop) -> None:
    for name, needs in (("alpha", ["beta"]), ("beta", ["gamma"]), ("gamma", [])):
        imports = "".join(f"import {each}\n" for each in needs)
        shop.shelf.publish(name, "1.0", imports, requires=needs)
        shop.shelf.publish(name, "1.1", imports, requires=needs)
        shop.shelf.publish(name, "2.0", imports + RAISES, requires=needs)
    shop.want("alpha")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.is_proven({"alpha": "1.1", "beta": "1.1", "gamma": "1.1"})
    assert shop.held == {"alpha": "<2.0", "beta": "<2.0", "gamma": "<2.0"}
    assert trials(report) <= 8


def test_an_old_release_is_searched_for(shop: Shop) -> None:
    for minor in range(16):
        shop.shelf.publish("alpha", f"1.{minor}", "x = 1\n" if minor <= 7 else RAISES)
    shop.want("alpha")
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.is_proven({"alpha": "1.7"})
    assert shop.held == {"alpha": "<1.8"}
    assert trials(report) <= 8


def test_where_no_set_works_the_contradiction_is_said_and_nothing_is_written(shop: Shop) -> None:
    for version in ("1.0", "1.1"):
        shop.shelf.publish("anvil", version, "import bolt\nif bolt.x > 1:\n    raise ImportError('broken')\n", requires=["bolt"])
        shop.shelf.publish("crate", version)
    for major in (1, 2, 3):
        shop.shelf.publish("bolt", f"{major}.0", f"x = {major}\n")
    shop.want("anvil", "bolt>=2", "crate")
    before = shop.everything
    code, report = shop.lock_update()
    assert code == 1
    assert shop.everything == before
    (finding,) = (each for each in report["findings"] if each["id"].startswith("lock.no-working-set"))
    assert finding["verdict"] == "fail"
    words = " ".join((finding["seen"], finding["wanted"], finding["remedy"], *report["notes"]))
    assert "anvil" in words, words
    assert "bolt" in words, words
    assert "crate" not in finding["seen"], "only what contradicts each other"
