"""Killing `lock-update` at random moments: what must be whole afterwards. The benchmarks do it more often."""

from __future__ import annotations

import random
import subprocess
import threading

from real._sandbox import kill_group
from real._shop import RAISES, Shop, told

Everything = tuple[dict[str, str], str]
NEAR = 0.03  # seconds about the switch


def newer_releases(shop: Shop) -> None:
    """Of two packages that are locked at 1.0 there are newer releases now, of which one is bad."""
    shop.shelf.publish("alpha", "1.1", "x = 2\n")
    shop.shelf.publish("alpha", "1.2", RAISES)
    shop.shelf.publish("beta", "2.0")


def is_old(shop: Shop, before: Everything) -> bool:
    """Whether all is as before; where it is not, all is new, or this fails. A command was run in between."""
    if shop.everything == before:
        assert shop.installed == {"alpha": "1.0", "beta": "1.0"}
        return True
    assert shop.current != before[1], "the files are new, the environment is not"
    assert shop.is_proven({"alpha": "1.1", "beta": "2.0"}), (shop.locked, shop.installed)
    assert shop.held == {"alpha": "<1.2"}
    return False


def length(shop: Shop) -> float:
    """Seconds of a whole run in which every trial is known already; all is old again afterwards."""
    before = shop.everything
    for _ in range(2):
        code, report = shop.lock_update()
        assert code == 0, told(report)
        assert not is_old(shop, before)
        assert shop.run("rollback")[0] == 0
        assert shop.everything == before, "a step back brings all of it back"
    return float(report["seconds"])


def killed(shop: Shop, seconds: float) -> bool:
    """Start it and kill it after some seconds; whether it was still running."""
    process = shop.start("lock-update", "--json")
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill_group(process)
        return True
    return False


def killed_at_the_switch(shop: Shop, seconds: float) -> bool:
    """Start it and kill it so long after the switch was begun; whether it was still running."""
    process = shop.start("lock-update")
    journal = shop.root / ".torch-starter" / "tests" / "switch.json"
    while process.poll() is None and not journal.exists():
        threading.Event().wait(0.0005)
    threading.Event().wait(seconds)
    running = process.poll() is None
    kill_group(process)
    return running


def kill_often(shop: Shop, count: int, seed: int) -> tuple[int, int]:
    """Kill it `count` times, each third one at the switch; how often it was running, and how often all was new already."""
    chance = random.Random(seed)
    before, whole = shop.everything, length(shop)
    running = switched = 0
    for number in range(count):
        near = number % 3 == 2
        running += killed_at_the_switch(shop, chance.uniform(0, NEAR)) if near else killed(shop, chance.uniform(0.1, whole))
        code, out, err = shop.run("run", "--", "python", "-c", "import alpha; print(alpha.x)")
        assert code == 0, err
        old = is_old(shop, before)
        assert out.strip() == ("1" if old else "2")
        if not old:
            switched += 1
            assert shop.run("rollback")[0] == 0
            assert shop.everything == before
    return running, switched
