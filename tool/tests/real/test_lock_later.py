"""`lock-update` on a lock that is there: what is known is not tried again, holds end, options limit what moves."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from real import _shop
from real._shop import RAISES, Shop, told, trials

shop, model, locked = _shop.shop, _shop.model, _shop.locked
DAY = 24 * 60 * 60


def test_a_hold_is_kept_while_it_is_needed_and_dropped_when_it_is_not(locked: Shop, tmp_path: Path) -> None:
    locked.shelf.publish("alpha", "1.1", RAISES)
    locked.shelf.publish("beta", "2.0")
    page = tmp_path / "page.md"
    code, report = locked.lock_update("--markdown", str(page))
    assert (code, locked.held) == (0, {"alpha": "<1.1"}), told(report)
    assert locked.is_proven({"alpha": "1.0", "beta": "2.0"})
    assert [line for line in page.read_text().splitlines() if all(word in line for word in ("beta", "1.0", "2.0"))]
    assert [line for line in page.read_text().splitlines() if all(word in line for word in ("alpha", "<1.1", "imports.alpha"))]
    (locked.root / "locks" / "holds.toml").unlink()
    code, report = locked.lock_update()
    assert (code, trials(report), locked.held) == (0, 0, {"alpha": "<1.1"}), "what was tried is known: " + told(report)
    locked.shelf.publish("alpha", "1.2")
    code, report = locked.lock_update()
    assert (code, trials(report), locked.holds) == (0, 1, []), told(report)
    assert locked.is_proven({"alpha": "1.2", "beta": "2.0"})


def test_a_release_that_was_taken_back_after_it_was_locked_is_named(locked: Shop) -> None:
    locked.shelf.yank("alpha", "1.0", "it loses data")
    locked.shelf.publish("alpha", "1.0.1")
    code, report = locked.lock_update()
    assert code == 0, told(report)
    (line,) = (line for line in told(report).splitlines() if "it loses data" in line)
    assert "alpha 1.0 " in line
    assert locked.is_proven({"alpha": "1.0.1", "beta": "1.0"})


def test_one_bad_release_among_a_hundred_is_found_by_a_command_that_only_says_no(shop: Shop) -> None:
    parts = [f"part{number}" for number in range(99)]
    whole = f"import {', '.join(parts)}\n\ndef is_well():\n    return part57.x == 1\n"
    for version in ("1.0", "1.1"):
        for part in parts:
            shop.shelf.publish(part, version, "x = 2\n" if (part, version) == ("part57", "1.1") else "x = 1\n")
        shop.shelf.publish("whole", version, whole, requires=parts)
        if version == "1.0":
            shop.want("whole")
            shop.write_spec(commands=["python -c 'import whole, sys; sys.exit(not whole.is_well())'"])
            code, report = shop.lock_update()
            assert (code, trials(report)) == (0, 1), told(report)
    code, report = shop.lock_update()
    assert code == 0, told(report)
    assert shop.held == {"part57": "<1.1"}
    assert shop.locked == {**dict.fromkeys([*parts, "whole"], "1.1"), "part57": "1.0"}
    assert [each["check"] for each in shop.holds] == ["commands.1"]
    assert trials(report) <= 9


@pytest.mark.parametrize("word", ["7 days", "date"])
def test_what_is_newer_than_the_spec_allows_is_not_taken(locked: Shop, word: str) -> None:
    def ago(days: int) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * DAY))

    locked.shelf.publish("alpha", "1.1", date=ago(20))
    locked.shelf.publish("alpha", "1.2", date=ago(2))
    locked.write_spec(f'[update]\nexclude_newer = "{word if word != "date" else ago(9)}"\n')
    code, report = locked.lock_update()
    assert code == 0, told(report)
    assert locked.locked["alpha"] == "1.1"


def test_one_package_may_be_moved_alone_and_a_dry_run_moves_none(locked: Shop) -> None:
    for name in ("alpha", "beta"):
        locked.shelf.publish(name, "2.0")
    before = locked.everything
    code, report = locked.lock_update("--dry-run")
    moved = {each["name"]: (each["was"], each["now"]) for each in report["changes"]}
    assert (code, moved) == (0, {"alpha": ("1.0", "2.0"), "beta": ("1.0", "2.0")}), told(report)
    assert locked.everything == before
    assert locked.environments == [locked.current], "nothing is left of what was tried"
    code, report = locked.lock_update("--package", "beta")
    assert code == 0, told(report)
    assert locked.is_proven({"alpha": "1.0", "beta": "2.0"})
    code, report = locked.lock_update("--package", "alpa")
    assert (code, "alpha" in told(report)) == (2, True), told(report)


def test_a_build_that_nobody_asked_for_by_name_is_not_remembered_as_asked_for(locked: Shop) -> None:
    locked.shelf.publish("alpha", "1.1")
    assert locked.lock_update()[0] == 0
    record = json.loads((locked.venv / "torch-starter.json").read_text())
    assert (record["asked"], record["accelerator"]) == (False, "cpu")


def test_when_the_budget_is_spent_the_best_so_far_stays(locked: Shop) -> None:
    for minor in range(1, 40):
        locked.shelf.publish("alpha", f"1.{minor}", RAISES)
    code, report = locked.lock_update("--budget", "0.0001")
    assert "budget" in told(report)
    assert code in (0, 1), told(report)
    assert trials(report) <= 1
    assert locked.is_proven({"alpha": "1.0", "beta": "1.0"})


def test_a_command_that_hangs_with_a_new_release_holds_it_back(shop: Shop) -> None:
    shop.want("alpha")
    shop.shelf.publish("alpha", "1.0", "def work():\n    return 1\n")
    shop.write_spec(commands=["python -c 'import alpha; alpha.work()'"])
    spec = shop.root / "torch-starter.toml"
    spec.write_text(spec.read_text().replace("commands =", 'commands_timeout = "2s"\ncommands ='))
    assert shop.lock_update()[0] == 0
    shop.shelf.publish("alpha", "1.1", "import threading\n\ndef work():\n    threading.Event().wait()\n")
    code, report = shop.lock_update()
    assert (code, shop.held) == (0, {"alpha": "<1.1"}), told(report)
    (hold,) = shop.holds
    assert "did not end within 2 s" in hold["evidence"]


def test_a_dry_run_forgets_nothing_and_the_command_itself_tries_anew(locked: Shop) -> None:
    locked.shelf.publish("alpha", "1.1", RAISES)
    assert trials(locked.lock_update()[1]) > 0
    assert locked.lock_update("--again", "--dry-run")[0] == 0
    assert trials(locked.lock_update()[1]) == 0, "a dry run forgets nothing"
    assert trials(locked.lock_update("--again")[1]) > 0
