"""A search that had no time to try anything knows nothing, and says so."""

from __future__ import annotations

import msgspec

from torch_starter.core.proof import TOO_SMALL, Key, Proof, Tried
from torch_starter.verbs._proving import report

NOT_TRIED = Tried(
    setting="threads", label="1", safety="rounding", outcome="not tried", why=f"{TOO_SMALL}: give more with --budget"
)
SLOWER = Tried(setting="threads", label="1", safety="rounding", outcome="slower", ratios=[0.9])
BARE = Proof(
    at="2026-01-01T00:00:00Z",
    key=Key("machine", "lock", "python", "train.py"),
    command=["/env/bin/python", "train.py", "--name", "my run"],
    folder="/home/x",
    noise=0.5,
    provable=2.0,
    steps=3,
    step=0.1,
    tried=[NOT_TRIED],
    trials=4,
    seconds=43,
    budget=60,
)


def test_nothing_tried_could_not_look() -> None:
    told = report(BARE)
    assert (told.exit_code, told.status) == (3, "unknown")
    assert told.conclusion == "nothing was tried: the budget was too small"
    assert told.findings[0].remedy == "./dev.sh optimize --budget 3 -- python train.py --name 'my run'"


def test_what_was_tried_and_is_slower_is_an_answer() -> None:
    told = report(msgspec.structs.replace(BARE, tried=[NOT_TRIED, SLOWER]))
    assert (told.exit_code, told.findings) == (0, [])
    assert told.conclusion.startswith("nothing beat the noise")


def test_nothing_that_could_be_tried_is_an_answer() -> None:
    assert report(msgspec.structs.replace(BARE, tried=[])).exit_code == 0
