from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed
from torch_starter.core.processes import LocalProcesses
from torch_starter.core.spec import Accelerator
from torch_starter.making.proposal import NO_FILES, Kept, NoSolution, Resolver

HASH = f" \\\n    --hash=sha256:{'0' * 64}\n"
LOCK = f"torch==2.14.1{HASH}torchvision==0.29.1{HASH}"
CPU = Accelerator(index="https://example.org/cpu")
PLAIN = Accelerator()
OFFLINE = "case $* in *example.org*) echo 'error: dns error' >&2; exit 2;; esac\n"
NO_SOLUTION = "echo '  x No solution found when resolving dependencies:\n  because alpha asks for beta' >&2; exit 1"


def resolver(folder: Path, script: str, exclude_newer: str = "") -> Resolver:
    """A resolver with a program in the place of uv: it notes its words and its inputs, then does as the script says."""
    program = folder / "uv"
    program.write_text(
        "#!/bin/sh\nfor word; do case $past in -o) out=$word;; -c) given=$word;; esac\n"
        "case $word in *.in) given=$word;; esac; past=$word; done\n"
        f'echo "$*" >>{folder}/words; cat "${{given:-$past}}" >>{folder}/bounds\n{script}\n'
    )
    program.chmod(0o755)
    machine = Machine(LocalProcesses(), LocalFiles(), {})
    pyproject, scratch = folder / "staged" / "pyproject.toml", folder / "scratch"
    machine.files.write(pyproject, "[project]\n")
    return Resolver(machine, pyproject, program, dict(os.environ), Path("/usr/bin/python3"), scratch, exclude_newer)


def words_of(folder: Path) -> Sequence[str]:
    return (folder / "words").read_text().splitlines()


def given_to(folder: Path) -> Sequence[str]:
    return (folder / "bounds").read_text().splitlines()


def locking(folder: Path) -> str:
    (folder / "lock").write_text(LOCK)
    return f'cp {folder}/lock "$out"'


def test_a_proposal_is_within_the_bounds_of_the_search_and_of_the_accelerator(tmp_path: Path) -> None:
    proposal = resolver(tmp_path, locking(tmp_path)).propose(
        "cu130", Accelerator(cuda="13.0"), {"torch": "<2.15", "numpy": "<=1.26"}
    )
    assert (proposal.text, proposal.remark) == (LOCK, "")
    assert given_to(tmp_path) == ["nvidia-cuda-runtime-cu12<0", "nvidia-cuda-runtime>=13.0,<13.1", "torch<2.15", "numpy<=1.26"]


def test_what_uv_is_told(tmp_path: Path) -> None:
    resolver(tmp_path, locking(tmp_path)).propose("cu130", PLAIN, {})
    (words,) = words_of(tmp_path)
    assert words.startswith(
        "pip compile --no-header --no-annotate --quiet --no-emit-index-url --python /usr/bin/python3 --universal "
    )
    assert "--generate-hashes --all-extras" in words
    assert f"{tmp_path}/staged/pyproject.toml" in words
    assert not {"--index", "--exclude-newer", "--upgrade-package"} & set(words.split())


def test_releases_after_a_date_are_left_out(tmp_path: Path) -> None:
    asked = resolver(tmp_path, locking(tmp_path), "2026-01-01")
    asked.propose("cpu", PLAIN, {})
    asked.older(None, "torch", "2.14", PLAIN)
    asked.files_of(LOCK, PLAIN)
    asked.yanked(LOCK, PLAIN)
    assert len(words_of(tmp_path)) == 4
    assert all(words.endswith("--exclude-newer 2026-01-01") for words in words_of(tmp_path))


def test_where_only_some_may_move_uv_is_given_the_old_lock(tmp_path: Path) -> None:
    script = f'cat "$out" >{tmp_path}/old; ' + locking(tmp_path)
    resolver(tmp_path, script).propose("cpu", PLAIN, {}, Kept("numpy==1.26.4\n", ("torch", "numpy")))
    assert (tmp_path / "old").read_text() == "numpy==1.26.4\n"
    assert "--upgrade-package torch --upgrade-package numpy" in words_of(tmp_path)[0]


def test_one_question_does_not_see_the_files_of_another(tmp_path: Path) -> None:
    asked = resolver(tmp_path, f'test ! -e "$out" || echo seen >>{tmp_path}/seen; ' + locking(tmp_path))
    for bounds in ({}, {"torch": "<2"}):
        asked.propose("cpu", PLAIN, bounds)
    assert not (tmp_path / "seen").exists()


def test_an_index_that_is_reached_is_used(tmp_path: Path) -> None:
    assert resolver(tmp_path, locking(tmp_path)).propose("cpu", CPU, {}).remark == ""
    assert "--index https://example.org/cpu" in words_of(tmp_path)[0]


def test_an_index_that_cannot_be_reached_is_done_without_and_remarked(tmp_path: Path) -> None:
    asked = resolver(tmp_path, OFFLINE + locking(tmp_path))
    for _ in range(2):
        proposal = asked.propose("cpu", CPU, {})
        assert proposal.text == LOCK
        assert "cannot be reached" in proposal.remark
        assert "://" not in proposal.remark  # it becomes a comment of the lock, which names no index
    assert ["example.org" in words for words in words_of(tmp_path)] == [True, False, False]  # it is not waited for again


def test_an_index_is_looked_for_once_and_without_waiting_for_it(tmp_path: Path) -> None:
    asked = resolver(tmp_path, f'echo "$UV_HTTP_RETRIES" >>{tmp_path}/retries; ' + locking(tmp_path))
    for _ in range(2):
        asked.propose("cpu", CPU, {})
    assert (tmp_path / "retries").read_text().split("\n") == ["1", "", "", ""]
    assert ["--no-deps" in words for words in words_of(tmp_path)] == [True, False, False]
    assert given_to(tmp_path)[0] == "torch"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("No solution found when resolving dependencies", "lock.no-solution"),
        ("your requirements are unsatisfiable", "lock.no-solution"),
        ("dns error", "network.unreachable"),
        ("panic", "uv.failed"),
    ],
)
def test_where_there_is_none_it_says_why(tmp_path: Path, said: str, code: str) -> None:
    with pytest.raises(CommandFailed) as stopped:
        resolver(tmp_path, f"echo '{said}' >&2; exit 1").propose("cu130", Accelerator(cuda="13.0"), {})
    assert stopped.value.code == code
    assert isinstance(stopped.value, NoSolution) == (code == "lock.no-solution")
    assert "cu130" in stopped.value.message


def test_why_nothing_fits_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NoSolution, match=r"dependencies: because alpha asks for beta$"):
        resolver(tmp_path, NO_SOLUTION).propose("cpu", PLAIN, {})


@pytest.mark.parametrize(
    ("requirement", "first"), [(Requirement("torch[x]>=2.0,<3.0"), {"torch>=2.0,<3.0", "torch<3.0,>=2.0"}), (None, {"torch"})]
)
def test_the_next_older_release_is_asked_for_within_the_range(
    tmp_path: Path, requirement: Requirement | None, first: set[str]
) -> None:
    script = "printf 'torch==2.13.0+cpu ; x\\n'"
    assert resolver(tmp_path, script).older(requirement, "torch", "2.14", CPU) == "2.13.0+cpu"
    asked, below = given_to(tmp_path)
    assert asked in first
    assert below == "torch<2.14"
    assert "--no-deps" in words_of(tmp_path)[0]
    assert "--index https://example.org/cpu" in words_of(tmp_path)[0]


def test_where_there_is_no_older_release_there_is_none(tmp_path: Path) -> None:
    assert resolver(tmp_path, NO_SOLUTION).older(None, "torch", "2", PLAIN) is None


def test_where_the_index_cannot_be_asked_for_older_ones_that_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as stopped:
        resolver(tmp_path, "echo 'dns error' >&2; exit 2").older(None, "torch", "2", PLAIN)
    assert stopped.value.code == "network.unreachable"


def test_the_files_of_a_lock_are_what_uv_says_or_nothing(tmp_path: Path) -> None:
    asked = resolver(tmp_path, 'echo files >"$out"')
    assert asked.files_of(LOCK, PLAIN) == "files\n"
    assert "--no-deps --format pylock.toml" in words_of(tmp_path)[0]
    assert words_of(tmp_path)[0].split("-o ")[1].split()[0].endswith(".toml")
    assert resolver(tmp_path, 'echo files >"$out"; exit 2').files_of(LOCK, PLAIN) == NO_FILES


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('warning: `alpha==1.0` is yanked (reason: "it loses data")', [("alpha", "1.0", "it loses data")]),
        ("warning: `My_pkg==1.0+cpu` is yanked", [("My_pkg", "1.0+cpu", "")]),
        ("warning: `a==1` is yanked (reason: x)\nwarning: `b==2` is yanked (reason: (y))", [("a", "1", "x"), ("b", "2", "(y)")]),
        ("warning: nothing", []),
    ],
)
def test_what_was_taken_back_is_told_by_uv(tmp_path: Path, said: str, found: list[tuple[str, str, str]]) -> None:
    (tmp_path / "said").write_text(said + "\n")
    assert resolver(tmp_path, f"cat {tmp_path}/said >&2").yanked(LOCK, PLAIN) == found
    assert "--quiet" not in words_of(tmp_path)[0]
    assert "".join(f"{line}\n" for line in given_to(tmp_path)) == LOCK
