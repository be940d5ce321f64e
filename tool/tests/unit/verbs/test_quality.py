"""Several looks at once: each is told in its place, and what stops one stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.machine import local_machine
from torch_starter.core.problems import CouldNotLook, WrongSpec, WrongUsage
from torch_starter.core.project import Project
from torch_starter.core.quality import Code, Quality
from torch_starter.core.report import Finding, Report
from torch_starter.testing import NoProgress
from torch_starter.verbs import _fixing, _quality, all_checks
from unit.quality.coded import code


def quality(name: str, *findings: Finding, error: Exception | None = None) -> Quality:
    def look(code: Code) -> Iterator[Finding]:
        yield from findings
        if error is not None:
            raise error

    return Quality(name, f"{name} is as it should be", "", look, "", "")


def asked(root: Path, **options: object) -> Ask:
    return Ask(Project(root, "here"), local_machine(), NoProgress(), options)


OK = Finding(id="one.a", verdict="ok", title="a")
BAD = Finding(id="two.b", verdict="fail", title="b")


def test_a_path_of_the_spec_that_is_not_there_is_refused_but_for_the_usual_ones(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    spec = tmp_path / "torch-starter.toml"
    spec.write_text("")
    assert _quality.own_paths(asked(tmp_path)) == ("src",)
    for wrong in ("scr", "../elsewhere", "/etc", ""):
        spec.write_text(f'[checks]\npaths = ["src", "tests", "{wrong}"]\n')
        with pytest.raises(WrongSpec, match=f"there is no {wrong} in the project"):
            _quality.own_paths(asked(tmp_path))


@pytest.mark.parametrize(
    ("given", "taken"),
    [("src src/", "src"), ("src/a.py src tests", "src tests"), ("src/a.py ./src/a.py", "src/a.py"), ("src srcs", "src srcs")],
)
def test_what_is_named_twice_is_looked_at_once(given: str, taken: str) -> None:
    assert _quality.distinct(given.split()) == tuple(taken.split())


def test_each_is_told_in_its_place_whatever_stops_it(tmp_path: Path) -> None:
    chosen = [
        quality("one", OK),
        quality("two", BAD, error=Unknown("it broke")),
        quality("three", error=Absent("there is none")),
        quality("four", error=Unknown("mypy is not installed", "./dev.sh setup --extra dev")),
        quality("five", error=CouldNotLook("x", "no network", "connect")),
    ]
    found = _quality.look(asked(tmp_path), chosen, code(tmp_path, {}))
    assert [(each.id, each.verdict, each.seen, each.remedy) for each in found] == [
        ("one.a", "ok", "", ""),
        ("two.b", "fail", "", ""),
        ("two", "unknown", "it broke", ""),
        ("three", "skip", "there is none", ""),
        ("four", "unknown", "mypy is not installed", "./dev.sh setup --extra dev"),
        ("five", "unknown", "no network", "connect"),
    ]


def test_what_is_mended_is_looked_at_by_the_others_afterwards(tmp_path: Path) -> None:
    """In whichever order they are told."""
    made = code(tmp_path, {"src/a.py": "wrong"}, fix=True)
    seen = []

    def mend(code: Code) -> Iterator[Finding]:
        code.machine.files.write(code.root / "src/a.py", "right")
        yield OK

    def watch(code: Code) -> Iterator[Finding]:
        seen.append((code.root / "src/a.py").read_text())
        yield BAD

    chosen = [Quality("two", "", "", watch, "", ""), Quality("one", "", "", mend, "", "", fixes=True)]
    assert [each.id for each in _quality.look(asked(tmp_path), chosen, made)] == ["two.b", "one.a"]
    assert seen == ["right"]


def test_a_mistake_of_ours_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _quality.look(asked(tmp_path), [quality("one", error=ZeroDivisionError())], code(tmp_path, {}))


def test_the_unknown_alone_stops_only_who_is_strict() -> None:
    unknown = Finding(id="x", verdict="unknown", title="x")
    assert Report(command="all-checks", findings=[OK, unknown]).exit_code == 3
    lenient = Report(command="all-checks", findings=[OK, unknown], lenient=True)
    assert (lenient.exit_code, lenient.status) == (0, "warn")
    assert Report(command="all-checks", findings=[BAD, unknown], lenient=True).exit_code == 1


def test_members_are_chosen_by_name(tmp_path: Path) -> None:
    all = [quality("lint"), quality("types"), quality("tests")]
    assert [each.name for each in all_checks.chosen_of(asked(tmp_path, only=("lint,tests",)), all)] == ["lint", "tests"]
    assert [each.name for each in all_checks.chosen_of(asked(tmp_path, skip=("lint",)), all)] == ["types", "tests"]
    with pytest.raises(WrongUsage, match="typos") as stop:
        all_checks.chosen_of(asked(tmp_path, only=("typos",)), all)
    assert "did you mean types" in stop.value.remedy
    with pytest.raises(WrongUsage, match="nothing is left"):
        all_checks.chosen_of(asked(tmp_path, only=("lint",), skip=("lint",)), all)


def test_every_member_is_found_and_says_what_it_is() -> None:
    found = _quality.qualities()
    assert [each.name for each in found][:2] == ["lint", "types"]
    assert {each.name for each in found} == set(_quality.ORDER)
    assert all(each.title and each.about.endswith(".") and each.mend and each.source for each in found)


def test_a_file_that_goes_while_it_is_mended_is_none(tmp_path: Path) -> None:
    (tmp_path / "there.py").write_text("x = 1\n")
    assert [bool(_fixing.digest(tmp_path / name)) for name in ("there.py", "gone.py")] == [True, False]
