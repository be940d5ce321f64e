from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from torch_starter.cleaning.doing import LEFT, Cleaner, Outcome, root_of
from torch_starter.cleaning.use import Uses
from torch_starter.core.cached import Back, Part
from torch_starter.core.files import LocalFiles
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.machine import Machine
from torch_starter.core.processes import Done
from torch_starter.core.project import Project
from torch_starter.core.spec import Spec
from torch_starter.testing import NoProcesses


@dataclass
class Keeper(NoProcesses):
    """A program that keeps a cache: it does what it is told, or refuses."""

    does: Callable[[Sequence[str]], str]
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, **more: object) -> Done:
        words = tuple(map(str, argv))
        self.asked.append(words)
        said = self.does(words)
        return Done(words, 1 if said else 0, "", said, 0.0)


class Bench:
    """A cache in a folder, and a cleaner of it."""

    def __init__(self, folder: Path, keeper: Keeper | None = None) -> None:
        self.root = folder / "cache"
        self.root.mkdir()
        machine = Machine(keeper or NoProcesses(), LocalFiles(), {})
        self.lookout = Lookout(Project(folder, "here"), machine, Spec())
        self.tool = (lambda lookout, parts: [["keeper", *(part.name for part in parts)]]) if keeper else None
        self.uses = Uses()

    def roots(self, lookout: Lookout) -> Iterator[Path]:
        yield self.root

    def no_parts(self, lookout: Lookout) -> Iterable[Part]:
        return ()

    def part(self, name: str, *paths: Path) -> Part:
        return self.lookout.part("it", name, paths or [self.root / name], Back("download"))

    def clean(self, *parts: Part) -> Outcome:
        cache = Cache("it", "it", "it", self.roots, self.no_parts, "here", tool=self.tool)
        return Cleaner(self.lookout, {"it": cache}, uses=lambda: self.uses).clean(parts)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_goes_is_counted(bench: Bench) -> None:
    (bench.root / "a").mkdir()
    (bench.root / "a" / "x").write_bytes(b"x" * 100_000)
    (bench.root / "b").write_text("stays")
    outcome = bench.clean(bench.part("a"))
    assert (outcome.gone, outcome.files, outcome.left) == ([("it", "a")], 1, {})
    assert outcome.bytes >= 100_000
    assert os.listdir(bench.root) == ["b"]


def test_a_path_outside_of_the_roots_stays_and_the_rest_goes(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    (bench.root / "a").write_text("x")
    outcome = bench.clean(bench.part("wrong", tmp_path / "precious", bench.root / "a", bench.root))
    assert "precious is not below a folder of this cache, and 1 more" in outcome.left["it", "wrong"]
    assert not outcome.gone
    assert sorted(os.listdir(tmp_path)) == ["cache", "precious"]
    assert os.listdir(bench.root) == []


def test_what_has_come_into_use_meanwhile_stays(bench: Bench) -> None:
    for name in "ab":
        (bench.root / name).mkdir()
    bench.uses = Uses(paths=[(os.path.realpath(bench.root / "a" / "x"), 7)], names={7: "train"})
    outcome = bench.clean(bench.part("a"), bench.part("b"))
    assert outcome.busy == {("it", "a"): "process 7 (train) uses it"}
    assert os.listdir(bench.root) == ["a"]


def test_what_was_changed_meanwhile_stays(bench: Bench) -> None:
    (bench.root / "a").write_text("looked at")
    part = bench.part("a")
    (bench.root / "new").write_text("newer")
    (bench.root / "new").replace(bench.root / "a")
    assert "another one" in bench.clean(part).left["it", "a"]
    assert (bench.root / "a").read_text() == "newer"


def removes(folder: Path) -> Callable[[Sequence[str]], str]:
    def does(words: Sequence[str]) -> str:
        for name in words[1:]:
            (folder / "cache" / name).unlink()
        return ""

    return does


def test_the_program_that_keeps_a_cache_removes_from_it(tmp_path: Path) -> None:
    keeper = Keeper(removes(tmp_path))
    bench = Bench(tmp_path, keeper)
    for name in ("a", "b"):
        (bench.root / name).write_bytes(b"x" * 5000)
    outcome = bench.clean(bench.part("a"), bench.part("b"))
    assert keeper.asked == [("keeper", "a", "b")]
    assert outcome.gone == [("it", "a"), ("it", "b")]
    assert outcome.bytes >= 10_000


def test_what_it_refuses_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Keeper(lambda words: "error: the cache\nis locked"))
    (bench.root / "a").write_text("x")
    outcome = bench.clean(bench.part("a"), Part(cache="it", name="without paths"))
    assert outcome.left["it", "a"] == "keeper a without paths failed: error: the cache is locked"
    assert not outcome.gone
    assert os.listdir(bench.root) == ["a"]


def test_it_is_not_believed_where_something_is_still_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Keeper(lambda words: ""))
    (bench.root / "a").write_text("x")
    assert "is still there" in bench.clean(bench.part("a")).left["it", "a"]


def test_what_a_stopped_removal_left_goes_by_its_paths(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Keeper(lambda words: "it is not asked"))
    (bench.root / "aside").mkdir()
    assert bench.clean(bench.part(LEFT, bench.root / "aside")).gone == [("it", LEFT)]
    assert os.listdir(bench.root) == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/a/b/c", "/a/b"), ("/a/x", "/a"), ("/a/b", "/a"), ("/a", None), ("/ab/x", None), ("/b", None)],
)
def test_the_root_of_a_path_is_the_deepest_above_it(path: str, wanted: str | None) -> None:
    assert root_of(path, ["/a", "/a/b"]) == wanted
