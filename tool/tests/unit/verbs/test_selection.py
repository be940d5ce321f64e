"""Which checks words mean, at which level, and what a check says of itself."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check, Level, Rule
from torch_starter.core.problems import WrongUsage
from torch_starter.core.repair import Remove
from torch_starter.core.report import Finding
from torch_starter.core.sight import Sight
from torch_starter.testing import evidence
from torch_starter.verbs._judge import all_checks
from torch_starter.verbs._selection import explain, explanation, listing, narrowed, select, selected_findings


def nothing(given: Evidence) -> Iterable[Finding]:
    return ()


def check(id: str, level: Level = "default") -> Check:
    return Check(id, f"title of {id}", f"about {id}", nothing, level=level)


CHECKS = [
    check("system.cpu", "quick"),
    check("imports"),
    check("gpu.driver", "quick"),
    check("gpu.matmul"),
    check("gpu.peers", "full"),
    check("uses.some"),
]


def ids(only: str = "", skip: str = "", level: Level = "default") -> list[str]:
    return [each.id for each in select(CHECKS, only.split(), skip.split(), level)]


@pytest.mark.parametrize(
    ("level", "asked"),
    [
        ("quick", ["system.cpu", "gpu.driver"]),
        ("default", ["system.cpu", "imports", "gpu.driver", "gpu.matmul", "uses.some"]),
        ("full", ["system.cpu", "imports", "gpu.driver", "gpu.matmul", "gpu.peers", "uses.some"]),
    ],
)
def test_a_level_asks_its_own_and_the_lesser_ones(level: Level, asked: list[str]) -> None:
    assert ids(level=level) == asked


@pytest.mark.parametrize("level", ["quick", "default", "full"])
def test_its_own_id_asks_a_check_at_any_level(level: Level) -> None:
    assert ids("gpu.peers", level=level) == ["gpu.peers"]


def test_a_group_means_those_of_the_level() -> None:
    assert ids("gpu", level="quick") == ["gpu.driver"]
    assert ids("gpu") == ["gpu.driver", "gpu.matmul"]
    assert ids("gpu gpu.peers") == ["gpu.driver", "gpu.matmul", "gpu.peers"]
    assert ids("gpu.m*") == ["gpu.matmul"]


def test_a_finding_means_the_check_that_may_give_it() -> None:
    assert ids("imports.torch") == ["imports"]
    assert ids(skip="imports.torch") == ids(), "the check is asked for its other findings"


def test_what_is_skipped_is_not_asked_even_by_its_own_id() -> None:
    assert ids(skip="gpu uses") == ["system.cpu", "imports"]
    assert ids("gpu.driver gpu.peers", skip="gpu.d*") == ["gpu.peers"]


@pytest.mark.parametrize(
    ("only", "skip", "level", "told"),
    [
        ("uses", "", "quick", "uses belongs to a more thorough verification"),
        ("imports.torch", "", "quick", "more thorough"),
        ("gpu", "gpu", "default", "--skip leaves nothing to ask"),
        ("", "system gpu imports uses", "full", "--skip leaves nothing to ask"),
    ],
)
def test_where_nothing_is_left_that_is_wrong_usage(only: str, skip: str, level: Level, told: str) -> None:
    with pytest.raises(WrongUsage) as stopped:
        ids(only, skip, level)
    assert (stopped.value.code, stopped.value.remedy.split()[:2]) == ("check.none", ["./dev.sh", "verify-setup"])
    assert told in stopped.value.message


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("imprts", "the nearest is 'imports'"),
        ("gpu.driwer", "the nearest is 'gpu.driver'"),
        ("???", "system, imports, gpu, uses"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest_or_with_the_groups(word: str, told: str) -> None:
    for only, skip in ((word, ""), ("", word)):
        with pytest.raises(WrongUsage) as stopped:
            ids(only, skip)
        assert stopped.value.code == "check.unknown"
        assert told in stopped.value.message


@given(st.lists(st.sampled_from([each.id for each in CHECKS]), unique=True), st.sampled_from(["quick", "default", "full"]))
def test_what_is_named_is_asked_and_nothing_else_in_the_order_of_the_checks(words: list[str], level: Level) -> None:
    if words:
        assert ids(" ".join(words), level=level) == [each.id for each in CHECKS if each.id in words]


def test_of_findings_those_are_kept_that_were_asked_for() -> None:
    found = [Finding(id=id, verdict="ok", title="t") for id in ("imports.torch", "imports.numpy", "gpu")]
    assert [each.id for each in selected_findings(found, ("imports",), ("imports.torch",))] == ["imports.numpy"]
    assert selected_findings(found, (), ()) == found
    with pytest.raises(WrongUsage, match=r"nothing here is called imports\.pandas"):
        selected_findings(found, ("imports.pandas",), ())


def look(files: ContainerFiles) -> Iterable[Sight]:
    return ()


RULE = Rule("files.socket", "no socket", "it is root", look, "containers", "by its mounts", "take it out", "a manual")


def test_rules_are_listed_behind_the_checks() -> None:
    lines = listing(CHECKS, [RULE]).notes
    assert lines[-2].split() == ["files.socket", "--files", "no", "socket"]
    assert lines[-1].startswith(f"{len(CHECKS)} checks, and 1 rules of --files DIR; ")
    assert "rules" not in listing(CHECKS).notes[-1]


def test_rules_and_checks_are_explained_by_the_same_words() -> None:
    check_text, rule_text = explain(CHECKS, ["files", "imports"], [RULE]).notes
    assert check_text.startswith("imports: ")
    rows = [line.split(maxsplit=1) for line in rule_text.splitlines()[1:]]
    assert rows == [
        ["why", "it is root"],
        ["by", "by its mounts"],
        ["mend", "take it out"],
        ["source", "a manual"],
        ["asked", "with --files DIR"],
    ]
    with pytest.raises(WrongUsage):
        explain(CHECKS, ["filez"], [RULE])


def test_rules_are_selected_as_checks_are() -> None:
    assert select([RULE], ["files.sock*"], ()) == [RULE]
    with pytest.raises(WrongUsage, match=r"the nearest is 'files\.socket'"):
        select([RULE], ["files.sockt"], ())
    with pytest.raises(WrongUsage, match="leaves nothing to ask"):
        select([RULE], (), ["files"])


def test_a_check_says_all_of_itself() -> None:
    whole = Check(
        "a.b", "title", "why", nothing, found="how", mend="what", source="whence", repairs=lambda given: [Remove("/x", "left")]
    )
    rows = dict(line.strip().split(maxsplit=1) for line in explanation(whole).replace("looks at", "looks-at").splitlines())
    assert rows == {
        "a.b:": "title",
        "looks-at": "why",
        "by": "how",
        "mend": "what",
        "source": "whence",
        "asked": "unless --quick",
        "--fix": "mends it",
    }


def test_what_a_check_does_not_say_has_no_row() -> None:
    assert [line.split()[0] for line in explanation(check("a.b", "full")).splitlines()] == ["a.b:", "looks", "asked"]


def test_explanations_fit_a_terminal_of_80_columns() -> None:
    notes = [explanation(each) for each in all_checks()]
    words = [line for note in notes for line in note.splitlines()[1:] if len(line) > 80]
    assert not [line for line in words if len(line.split()) > 1]


def test_an_id_explains_one_and_a_group_all_of_its_checks_of_every_level() -> None:
    assert [note.split(":")[0] for note in explain(CHECKS, ["gpu"]).notes] == ["gpu.driver", "gpu.matmul", "gpu.peers"]
    assert len(explain(CHECKS, ["imports.torch"]).notes) == 1


def test_the_list_has_every_check_with_its_level() -> None:
    *lines, last = listing(CHECKS).notes
    assert [tuple(line.split()[:2]) for line in lines] == [(each.id, each.level) for each in CHECKS]
    assert last.startswith("6 checks;")


@pytest.mark.parametrize(
    ("only", "started"),
    [
        ("uses.numpy", "numpy"),
        ("imports.torch uses.numpy", "numpy torch"),
        ("uses.torch*", "torch torchvision"),
        ("uses.unknown", ""),
        ("uses", "numpy torch torchvision"),
        ("uses.numpy packages", "numpy torch torchvision"),
        ("", "numpy torch torchvision"),
    ],
)
def test_where_single_packages_are_asked_for_no_other_is_started(only: str, started: str) -> None:
    given = evidence(wanted=["numpy", "torch", "torchvision"])
    assert sorted(narrowed(only.split())(given).wanted) == started.split()
