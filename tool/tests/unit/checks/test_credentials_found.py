"""What a search found becomes a line for each place, and what could not be searched is never well."""

from __future__ import annotations

import msgspec
import pytest

from torch_starter.checks.credentials_found import CHECKS, MOST
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Check
from torch_starter.core.leaks import InGit, Leak, Leaks, Secrets
from torch_starter.core.report import Finding
from torch_starter.testing import evidence, findings

IN_FILES, IN_GIT, IN_IMAGE, IN_HISTORY = CHECKS
FIELDS = {"credentials.in-files": "files", "credentials.in-image": "image", "credentials.in-history": "history"}
SEARCHES = pytest.mark.parametrize("check", [IN_FILES, IN_IMAGE, IN_HISTORY], ids=lambda check: check.id)


def leak(**more: object) -> Leak:
    given = {"kind": "github", "title": "a token of GitHub", "change": "https://github.com/settings/tokens", "length": 40}
    return Leak(**{**given, "digest": "0123456789abcdef", **more})  # type: ignore[arg-type]


def of(check: Check, leaks: Leaks) -> list[Finding]:
    return findings(check, evidence(secrets=msgspec.structs.replace(Secrets(), **{FIELDS[check.id]: leaks})))


@SEARCHES
def test_it_is_well_where_all_was_searched_and_nothing_found(check: Check) -> None:
    (finding,) = of(check, Leaks(looked=7, left_out=2))
    assert (finding.verdict, finding.seen) == ("ok", "none in 7 files, 2 files left out: too big, or not text")


@SEARCHES
def test_what_is_found_is_told_with_its_place_and_what_to_do(check: Check) -> None:
    one, other = of(check, Leaks(found=(leak(file="a.py", line=3), leak(file="b.ipynb", line=9, cell=2)), looked=7))
    assert (one.verdict, str(one.place), one.seen) == ("fail", "a.py:3", "a token of GitHub, 40 characters [0123456789abcdef]")
    assert other.seen.startswith("cell 2, a token")
    assert one.remedy == "change it: https://github.com/settings/tokens; then take it out of the file"


@SEARCHES
def test_one_that_only_its_name_makes_one_is_a_warning_without_a_digest(check: Check) -> None:
    (finding,) = of(check, Leaks(found=(leak(kind="password", title="a password", weak=True),)))
    assert (finding.verdict, finding.seen) == ("warn", "a password, 40 characters")


@SEARCHES
def test_what_was_cut_is_unknown_also_where_something_was_found(check: Check) -> None:
    assert [each.verdict for each in of(check, Leaks(unknown="cut after 60 s"))] == ["unknown"]
    assert [each.verdict for each in of(check, Leaks(found=(leak(),), unknown="cut after 60 s"))] == ["fail", "unknown"]


@SEARCHES
def test_it_is_skipped_where_there_is_nothing_to_search(check: Check) -> None:
    with pytest.raises(Absent, match="not a git repository"):
        of(check, Leaks(absent="not a git repository"))


@SEARCHES
def test_of_very_many_the_rest_is_counted(check: Check) -> None:
    found = of(check, Leaks(found=tuple(leak(line=number) for number in range(MOST + 5))))
    assert (len(found), found[-1].seen) == (MOST + 1, "5 more")


def test_a_commit_and_a_layer_are_named() -> None:
    (finding,) = of(IN_HISTORY, Leaks(found=(leak(file="a.py", commit="3fa8c1d of 2026-01-02"),)))
    assert "in commit 3fa8c1d of 2026-01-02" in finding.seen
    assert "git filter-repo" in finding.remedy
    (finding,) = of(IN_IMAGE, Leaks(found=(leak(where="the variable HF_TOKEN of the image a:latest"),)))
    assert (finding.place, "in the variable HF_TOKEN" in finding.seen) == (None, True)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (InGit(), [("ok", "no such file besides .env", "")]),
        (InGit(ignored=2), [("ok", "2 such files besides .env, ignored", "")]),
        (InGit(exposed=("a b/kaggle.json",)), [("warn", "the next `git add .` takes a b/kaggle.json", "echo 'a b/kaggle.json'")]),
        (InGit(tracked=(".netrc",)), [("fail", "git tracks .netrc", "git rm --cached .netrc")]),
        (InGit(committed=(".netrc",)), [("fail", ".netrc is in the history, for everyone who has a clone", "filter-repo")]),
        (InGit(unknown="the history took too long"), [("unknown", "the history took too long", "")]),
    ],
)
def test_files_of_credentials_are_kept_out_of_git(found: InGit, wanted: list[tuple[str, str, str]]) -> None:
    told = findings(IN_GIT, evidence(secrets=Secrets(in_git=found)))
    assert [(each.verdict, each.seen) for each in told] == [row[:2] for row in wanted]
    assert all(row[2] in each.remedy for each, row in zip(told, wanted, strict=True))


def test_without_git_nothing_is_said_of_it() -> None:
    with pytest.raises(Absent, match="not a git repository"):
        findings(IN_GIT, evidence(secrets=Secrets(in_git=InGit(absent="not a git repository"))))
