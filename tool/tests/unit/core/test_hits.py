"""Hit rates: what is kept of runs, and what is told of the last of them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core import hits
from torch_starter.core.cached import Hits
from torch_starter.core.files import LocalFiles
from torch_starter.core.project import Project

FILES = LocalFiles()


def keep(project: Project, hit: float, asked: float, cache: str = "uv", unit: str = "bytes") -> None:
    hits.keep(project, FILES, hits.new_run(Hits(hit=hit, asked=asked, unit=unit), cache, "setup"))


def rate(project: Project, cache: str = "uv") -> Hits | None:
    return hits.hits(project, FILES, cache)


def test_the_last_runs_of_a_cache_are_told_as_one(tmp_path: Path) -> None:
    project = Project(tmp_path, "here")
    assert rate(project) is None
    keep(project, 0, 1000)
    keep(project, 3, 4, cache="inductor", unit="graphs")
    for _ in range(hits.RUNS):
        keep(project, 100, 100)
    assert rate(project) == Hits(hit=2000, asked=2000, unit="bytes", runs=20), "the first run is too old"
    assert rate(project, "inductor") == Hits(hit=3, asked=4, unit="graphs", runs=1)


def test_a_run_that_asked_for_nothing_is_none(tmp_path: Path) -> None:
    project = Project(tmp_path, "here")
    keep(project, 0, 0)
    assert not hits.kept_in(project).exists()


def build(project: Project, hit: float, seconds: float, rated: bool = True) -> None:
    hits.keep(project, FILES, hits.new_run(Hits(hit=hit, asked=10, unit="layers"), hits.LAYERS, "build", seconds, rated))


def test_what_all_of_it_took_is_told_by_the_last_run_that_found_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path, "here")
    assert hits.made_in(project, FILES, hits.LAYERS) == 0
    build(project, hit=3, seconds=20)
    assert hits.made_in(project, FILES, hits.LAYERS) == 0, "a part of it was there"
    build(project, hit=0, seconds=80)
    build(project, hit=10, seconds=2)
    assert hits.made_in(project, FILES, hits.LAYERS) == 80
    build(project, hit=0, seconds=70, rated=False)
    assert hits.made_in(project, FILES, hits.LAYERS) == 70
    assert rate(project, hits.LAYERS) == Hits(hit=13, asked=30, unit="layers", runs=3), "one that asks no cache has no rate"


def test_damaged_lines_are_no_runs_and_what_follows_is_kept(tmp_path: Path) -> None:
    project = Project(tmp_path, "here")
    keep(project, 1, 2)
    path = hits.kept_in(project)
    path.write_bytes(path.read_bytes() + b'{"schema": 1, "at": "20')
    keep(project, 2, 2)
    assert rate(project) == Hits(hit=3, asked=4, unit="bytes", runs=2)
    path.write_text('{"schema":1,"at":"","cache":"uv","hit":9,"asked":2,"unit":"bytes"}\n[1]\nnull\n')
    assert rate(project) is None, "more hits than were asked for are none"


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    project = Project(tmp_path, "here")
    line = '{"schema":1,"at":"","cache":"uv","hit":1,"asked":2,"unit":"bytes"}\n'
    hits.kept_in(project).parent.mkdir(parents=True)
    hits.kept_in(project).write_text(line * hits.MOST_LINES)
    keep(project, 2, 2)
    assert len(hits.kept_in(project).read_text().splitlines()) == hits.MOST_LINES // 2 + 1
    assert rate(project) == Hits(hit=21, asked=40, unit="bytes", runs=20)


@given(st.binary(max_size=300))
def test_whatever_is_in_the_file_nothing_fails(content: bytes) -> None:
    told = hits.together(hits.read(content.decode(errors="replace")), "uv")
    assert told is None or 0 <= told.rate <= 1
