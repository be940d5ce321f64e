from __future__ import annotations

import io
import time

import msgspec
import pytest
from rich.console import Console

from torch_starter.core.cached import Back, Cached, Fate, Hits, Part
from torch_starter.core.report import Change, Report
from torch_starter.show.caches import ago, back, short
from torch_starter.show.terminal import show

NOW = 1_800_000_000.0
BEGAN = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW))
DAY = 86400.0
MODEL = Part(
    cache="huggingface",
    name="a-very-long-organisation/a-very-long-name-of-a-model",
    size=123_456_789_000,
    frees=123_456_789_000,
    files=123_456,
    made=NOW - 300 * DAY,
    used=NOW - 45 * 60,
    back=Back("download", 123_456_789_000),
)
OLD = msgspec.structs.replace(MODEL, name=f"{MODEL.name} (old)", within=MODEL.name, size=1000)
SAVED = Part(cache="checkpoints", name="best.pt", size=5, made=NOW, used=NOW, back=Back("lost"), named=True)


def cache(*parts: Part, opened: bool = False) -> Cached:
    size = sum(part.size for part in parts if not part.within)
    hits = Hits(hit=97, asked=100, unit="bytes", runs=3)
    name = parts[0].cache
    return Cached(name=name, title=name, paths=("/home/ada/it",), parts=parts, size=size, hits=hits, opened=opened)


def fated(part: Part, fate: Fate, kept: str = "") -> Part:
    return msgspec.structs.replace(part, fate=fate, kept=kept)


def lines(*caches: Cached, **more: object) -> list[str]:
    """What is shown in 80 columns, but the conclusion."""
    out = io.StringIO()
    report = msgspec.structs.replace(Report(command="clean", caches=list(caches), started_at=BEGAN), **more)
    show(report, Console(file=out, width=80, highlight=False, emoji=False))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_line_a_cache_the_largest_first() -> None:
    shown = lines(cache(SAVED), cache(MODEL, OLD))
    assert [line.split()[0] for line in shown] == ["cache", "huggingface", "checkpoints"]
    assert shown[1].split()[1:] == ["123.5", "GB", "123,456", "300", "d", "45", "min", "97%", "123.5", "GB", "to", "fetch"]
    assert shown[2].endswith("not to be had")


@pytest.mark.parametrize("fate", ["", "goes", "gone"])
def test_nothing_is_cut_off_at_eighty_columns(fate: Fate) -> None:
    shown = lines(cache(fated(MODEL, fate), fated(OLD, fate), opened=True))
    assert max(map(len, shown)) <= 80
    assert sum(line.endswith("123.5 GB to fetch") for line in shown) >= 2
    assert any("a-very" in line and "…" in line for line in shown)


def test_of_many_parts_the_rest_is_told_as_one() -> None:
    parts = [msgspec.structs.replace(MODEL, name=f"m{number}", size=1000, files=1) for number in range(25)]
    shown = lines(cache(*parts, opened=True))
    assert len([line for line in shown if line.startswith("  m")]) == 20
    assert next(line.split() for line in shown if "more" in line) == ["5", "more", "5", "kB", "5"]
    assert "huggingface is in /home/ada/it" in shown
    assert "97% of what the last 3 runs of ours wanted was in huggingface" in shown


def test_why_something_stays_is_told_to_its_end() -> None:
    why = "process 4711 (python) has torch loaded, and may read it at any moment of its life"
    shown = lines(cache(fated(MODEL, "stays", why)), cache(fated(SAVED, "goes")))
    assert why in " ".join(" ".join(shown).split())
    assert shown.index("stays") > shown.index("checkpoints")


def test_changes_of_caches_are_told_once() -> None:
    change = Change(kind="file", name="huggingface", was="1 part", now="removed")
    assert not any("1 part" in line for line in lines(cache(fated(MODEL, "gone")), changes=[change]))


def test_control_codes_in_names_do_nothing() -> None:
    evil = msgspec.structs.replace(MODEL, name="a\x1b[31m\nb\udcff")
    assert "\x1b" not in "".join(lines(cache(evil, opened=True)))
    assert short("a\n  b", 20) == "a b"


@pytest.mark.parametrize(
    ("seconds", "wanted"), [(0, "now"), (90, "2 min"), (3 * 3600, "3 h"), (2 * DAY, "2 d"), (800 * DAY, "2 y")]
)
def test_how_long_ago(seconds: float, wanted: str) -> None:
    assert ago(NOW, NOW - seconds) == wanted
    assert ago(NOW, 0.0) == "-"


def test_what_it_costs() -> None:
    assert back(Back("build", 0, 12.4)) == "12 s to make"
    assert back(Back("build", 0, 559.4)) == "9 min to make"
    assert back(Back("build", 0, 12.4, partly=True)) == "12 s or more"
    assert back(Back("build")) == "made anew"
    assert back(Back()) == "nothing"
