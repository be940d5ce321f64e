from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from shape.source import ROOT
from torch_starter.core import lock
from torch_starter.core.files import LocalFiles
from torch_starter.core.machine import Machine
from torch_starter.core.problems import CommandFailed, WrongSpec
from torch_starter.core.processes import LocalProcesses
from torch_starter.core.project import Project
from torch_starter.core.spec import Accelerator
from torch_starter.core.spec_file import load
from torch_starter.making.proposal import Hold, Resolver, companions, constraints, holds

HASH = f" \\\n    --hash=sha256:{'0' * 64}\n"
LOCK = f"torch==2.14.1{HASH}torchaudio==2.11.0{HASH}torchvision==0.29.1{HASH}"
HELD = Hold("torch", "<2.15", "packages.trio.torchaudio", "it refuses", "2026-01-01")
CPU = Accelerator(index="https://example.org/cpu")
SPEC = load((ROOT / "torch-starter.toml").read_text(), {}).spec


@pytest.mark.parametrize(
    ("cuda", "lines"),
    [
        ("12.8", ["nvidia-cuda-runtime-cu12>=12.8,<12.9", "nvidia-cuda-runtime<0"]),
        ("13.0", ["nvidia-cuda-runtime-cu12<0", "nvidia-cuda-runtime>=13.0,<13.1"]),
        (None, []),
    ],
)
def test_the_cuda_of_a_build_bounds_its_runtime(cuda: str | None, lines: list[str]) -> None:
    assert constraints("x", Accelerator(cuda=cuda), ()) == lines


def test_a_hold_bounds_the_accelerators_that_it_names() -> None:
    only = Hold("pyarrow", "<26", "c", "e", "d", accelerators=("cu124",))
    assert constraints("cpu", Accelerator(), (HELD, only)) == ["torch<2.15"]
    assert constraints("cu124", Accelerator(), (HELD, only)) == ["torch<2.15", "pyarrow<26"]


def test_companions_of_a_known_torch_are_held_to_it() -> None:
    assert companions(LOCK) == ["torchvision==0.29.*", "torchaudio==2.11.*"]


def test_a_torch_that_the_table_does_not_know_holds_nothing() -> None:
    assert companions(LOCK.replace("torch==2.14.1", "torch==9.9")) == []
    assert companions(f"numpy==1.26.4{HASH}") == []


def test_where_no_torchaudio_fits_it_is_not_held() -> None:
    assert companions(LOCK.replace("torch==2.14.1", "torch==2.15.0")) == ["torchvision==0.29.*"]


def test_the_committed_holds_are_read_and_obeyed_by_the_committed_locks() -> None:
    held = holds((ROOT / "locks" / "holds.toml").read_text())
    assert "torch" in {hold.package for hold in held}
    for path in (ROOT / "locks").glob("*.txt"):
        bounds = constraints(path.stem, SPEC.accelerators[path.stem], held)
        assert not broken(bounds, {pin.name: pin.version for pin in lock.parse(path.read_text(), path.name)})


def broken(bounds: list[str], versions: dict[str, str]) -> list[str]:
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in bounds]
    return [str(each) for each in wanted if each.name in versions and not each.specifier.contains(versions[each.name])]


@pytest.mark.parametrize("text", ["[", "hold = 1", "[[hold]]\npackage = 1"])
def test_broken_holds_are_refused(text: str) -> None:
    with pytest.raises(WrongSpec, match=r"locks/holds\.toml"):
        holds(text)


def test_no_holds_are_none() -> None:
    assert holds(None) == ()


def resolver(folder: Path, script: str) -> Resolver:
    """A resolver with a program in the place of uv, which is given the same words."""
    program = folder / "uv"
    program.write_text(
        f"#!/bin/sh\nfor word; do case $past in -o) out=$word;; -c) given=$word;; esac; past=$word; done\n{script}\n"
    )
    program.chmod(0o755)
    machine = Machine(LocalProcesses(), LocalFiles(), {})
    return Resolver(machine, Project(folder, "here"), program, dict(os.environ), Path("/usr/bin/python3"), folder / "scratch")


def words_of(folder: Path) -> Sequence[str]:
    return (folder / "words").read_text().splitlines()


def write_lock(folder: Path) -> str:
    (folder / "lock").write_text(LOCK)
    return f'echo "$*" >>{folder}/words; cat "$given" >>{folder}/bounds; cp {folder}/lock "$out"'


def test_a_proposal_is_resolved_again_with_its_companions(tmp_path: Path) -> None:
    proposal = resolver(tmp_path, write_lock(tmp_path)).propose("cu130", Accelerator(cuda="13.0"), (HELD,))
    assert (proposal.text, proposal.remark) == (LOCK, "")
    assert len(words_of(tmp_path)) == 2
    assert "--universal --generate-hashes" in words_of(tmp_path)[0]
    assert "--index" not in words_of(tmp_path)[0].split()
    assert {"torch<2.15", "nvidia-cuda-runtime>=13.0,<13.1", "torchaudio==2.11.*"} <= {*(tmp_path / "bounds").read_text().split()}


def test_an_index_that_cannot_be_reached_is_done_without_and_remarked(tmp_path: Path) -> None:
    offline = "case $* in *example.org*) echo 'error: dns error' >&2; exit 2;; esac\n"
    proposal = resolver(tmp_path, offline + write_lock(tmp_path)).propose("cpu", CPU, ())
    assert proposal.text == LOCK
    assert "cannot be reached" in proposal.remark
    assert "://" not in proposal.remark  # it becomes a comment of the lock, which names no index


def test_an_index_that_is_reached_is_used_both_times(tmp_path: Path) -> None:
    assert resolver(tmp_path, write_lock(tmp_path)).propose("cpu", CPU, ()).remark == ""
    assert all("--index https://example.org/cpu" in words for words in words_of(tmp_path))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("No solution found when resolving dependencies", "lock.no-solution"),
        ("dns error", "network.unreachable"),
        ("panic", "uv.failed"),
    ],
)
def test_where_there_is_none_it_says_why(tmp_path: Path, said: str, code: str) -> None:
    with pytest.raises(CommandFailed) as stopped:
        resolver(tmp_path, f"echo '{said}' >&2; exit 1").propose("cu130", Accelerator(cuda="13.0"), ())
    assert stopped.value.code == code
