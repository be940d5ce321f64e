"""`verify-setup --fix` on a small project, and what changed since the last pass."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from real._sandbox import Sandbox, not_well


def module(ready: Sandbox) -> Path:
    return next(ready.venv.glob("lib/*/site-packages/alpha.py"))


def netrc(ready: Sandbox) -> Path:
    path = ready.home / ".netrc"
    path.write_text("machine example.org login me password none\n")
    path.chmod(0o644)
    return path


def test_an_altered_package_is_installed_again_though_the_cache_holds_the_altered_file_too(ready: Sandbox) -> None:
    path = module(ready)
    with path.open("a") as file:  # in place: the file in the cache is the same
        file.write("y = 2\n")
    assert list(not_well(ready.json("verify-setup", "--quick"))) == ["packages.files"]

    planned = ready.json("verify-setup", "--quick", "--fix", "--dry-run")
    assert [change["kind"] for change in planned["changes"]] == ["package"]
    assert path.read_text() == "x = 1\ny = 2\n"

    report = ready.json("verify-setup", "--quick", "--fix")
    assert (report["exit_code"], list(not_well(report))) == (0, [])
    assert path.read_text() == "x = 1\n"


def test_a_mode_is_mended(ready: Sandbox) -> None:
    path = netrc(ready)
    report = ready.json("verify-setup", "--quick", "--fix")
    assert [(change["was"], change["now"]) for change in report["changes"]] == [("644", "600")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(not_well(report)) == []


def test_only_what_is_asked_for_is_mended(ready: Sandbox) -> None:
    path = netrc(ready)
    assert ready.json("verify-setup", "--only", "python", "--fix")["changes"] == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_ghost_is_removed(ready: Sandbox) -> None:
    ghost = module(ready).parent / "~lpha-0.9.dist-info"
    ghost.mkdir()
    (ghost / "METADATA").write_text("Metadata-Version: 2.1\nName: alpha\nVersion: 0.9\n")
    assert list(not_well(ready.json("verify-setup", "--quick"))) == ["packages.ghosts"]
    assert list(not_well(ready.json("verify-setup", "--quick", "--fix"))) == []
    assert not ghost.exists()


def test_a_mistyped_name_in_the_spec_is_corrected(ready: Sandbox) -> None:
    text = (ready.root / "torch-starter.toml").read_text()
    (ready.root / "torch-starter.toml").write_text(text.replace("SAMPLE =", 'OMP_NUM_THREDS = "2"  # mine\nSAMPLE ='))
    assert list(not_well(ready.json("verify-setup", "--quick"))) == ["variables.names.OMP_NUM_THREDS"]
    assert list(not_well(ready.json("verify-setup", "--quick", "--fix"))) == []
    assert 'OMP_NUM_THREADS = "2"' in (ready.root / "torch-starter.toml").read_text()


def test_nothing_to_mend_is_said(ready: Sandbox) -> None:
    code, out, _ = ready.run("verify-setup", "--quick", "--fix")
    assert code == 0
    assert "nothing that --fix can mend" in out


def test_what_cannot_be_mended_for_lack_of_the_package_says_so_and_loses_nothing(ready: Sandbox) -> None:
    path = module(ready)
    path.unlink()
    path.write_text("x = 333\n")  # of another size: a quick look only measures what was never read
    for wheel in ready.wheels.glob("alpha-*"):
        wheel.unlink()
    report = ready.json("verify-setup", "--quick", "--fix")
    assert report["exit_code"] == 5
    assert path.read_text() == "x = 333\n"


def test_dry_run_needs_fix(ready: Sandbox) -> None:
    assert ready.json("verify-setup", "--dry-run")["problem"]["code"] == "verify.dry-run"


def test_since_last_names_what_changed(ready: Sandbox) -> None:
    first = ready.json("verify-setup", "--since-last")
    assert first["exit_code"] == 0
    report = ready.json("verify-setup", "--quick", "--since-last", OMP_DYNAMIC="true")
    assert [(change["name"], change["was"], change["now"]) for change in report["changes"]] == [("OMP_DYNAMIC", "unset", "true")]
    module(ready).unlink()
    code, out, _ = ready.run("verify-setup", "--quick", OMP_DYNAMIC="true")
    assert code == 1
    assert "changed since it last passed: ./dev.sh verify-setup --since-last" in out


@pytest.mark.parametrize(
    "words", [("--only", "caches", "--skip", "caches"), ("--quick", "--only", "numerics"), ("--only", "nothing")]
)
def test_a_choice_that_leaves_nothing_is_wrong_usage(ready: Sandbox, words: tuple[str, ...]) -> None:
    report = ready.json("verify-setup", *words)
    assert (report["exit_code"], report["findings"]) == (2, [])


def test_quick_and_full_exclude_each_other(ready: Sandbox) -> None:
    assert ready.json("verify-setup", "--quick", "--full")["exit_code"] == 2


def test_that_something_can_be_mended_is_said(ready: Sandbox) -> None:
    netrc(ready)
    assert "--fix mends 1 of these" in ready.run("verify-setup", "--quick")[1]
    assert "--fix mends" not in ready.run("verify-setup", "--quick", "--only", "python")[1]
