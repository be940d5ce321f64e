"""`add` and `remove`: a dependency comes in, or is refused with the evidence, and pyproject.toml keeps its form."""

from __future__ import annotations

from pathlib import Path

from real._sandbox import Sandbox, not_well

COMMENTED = """\
[project]
name = "sandbox"
version = "0"
dependencies = [
  # what all of it stands on
  "alpha",   # kept as it is
]

[project.optional-dependencies]
spare = []
"""


def texts(sandbox: Sandbox) -> dict[str, str]:
    """What belongs together: the ranges and the locks."""
    return {name: (sandbox.root / name).read_text() for name in ("pyproject.toml", "locks/cpu.txt")}


def commented(sandbox: Sandbox) -> Path:
    """A pyproject.toml that somebody wrote."""
    path = sandbox.root / "pyproject.toml"
    path.write_text(COMMENTED)
    return path


def test_a_package_is_added_with_a_range_and_removed_again(ready: Sandbox) -> None:
    path = commented(ready)
    ready.package("beta", "1.4.2")
    report = ready.json("add", "beta")
    assert report["exit_code"] == 0, report
    assert path.read_text() == COMMENTED.replace("is\n", 'is\n  "beta>=1.4,<2.0",\n')
    assert ready.python("import beta; print(beta.x)") == "1"
    assert ready.json("remove", "beta")["exit_code"] == 0
    assert path.read_text() == COMMENTED
    assert "beta" not in (ready.root / "locks" / "cpu.txt").read_text()
    assert ready.json("rollback")["exit_code"] == 0
    assert "beta>=1.4" in path.read_text(), "pyproject.toml goes back with the environment"
    assert ready.python("import beta; print(beta.x)") == "1"


def test_others_stay_where_they_are(ready: Sandbox) -> None:
    commented(ready)
    ready.package("alpha", "2.0")
    ready.package("beta")
    assert ready.json("add", "beta")["exit_code"] == 0
    assert "alpha==1.0" in (ready.root / "locks" / "cpu.txt").read_text()


def test_a_package_that_does_not_work_is_refused_with_the_evidence(ready: Sandbox) -> None:
    commented(ready)
    before = (texts(ready), ready.current)
    ready.package("beta", "1.0", "raise RuntimeError('needs a moon')\n")
    report = ready.json("add", "beta")
    assert (report["exit_code"], list(not_well(report))) == (1, ["lock.no-working-set.cpu"])
    assert "needs a moon" in str(report["findings"])
    assert (texts(ready), ready.current) == before


def test_an_older_release_that_works_is_taken(ready: Sandbox) -> None:
    path = commented(ready)
    ready.package("beta", "1.0")
    ready.package("beta", "2.0", "raise RuntimeError('needs a moon')\n")
    assert ready.json("add", "beta")["exit_code"] == 0
    assert '"beta>=1.0,<2.0"' in path.read_text()


def test_what_is_added_to_an_extra_is_locked_and_installed_with_it(ready: Sandbox) -> None:
    path = commented(ready)
    ready.package("beta")
    assert ready.json("add", "beta", "--extra", "spare")["exit_code"] == 0
    assert 'spare = ["beta>=1.0,<2.0"]' in path.read_text()
    assert ready.json("setup", "--extra", "spare")["exit_code"] == 0
    assert ready.python("import beta; print(beta.x)") == "1"


def test_a_dry_run_adds_nothing(ready: Sandbox) -> None:
    commented(ready)
    before = (texts(ready), ready.current)
    ready.package("beta")
    report = ready.json("add", "beta", "--dry-run")
    assert ("beta", "1.0") in [(each["name"], each["now"]) for each in report["changes"]]
    assert ("pyproject.toml", '"beta",') in [(each["name"], each["now"]) for each in report["changes"]]
    assert (texts(ready), ready.current) == before


def test_what_cannot_be_added_or_removed_is_said(ready: Sandbox) -> None:
    before = texts(ready)
    codes = {
        words: ready.json(*words)["problem"]["code"]
        for words in (("add",), ("add", "alpha"), ("add", "beta=1"), ("remove", "alfa"), ("remove",))
    }
    assert codes == {
        ("add",): "add.nothing",
        ("add", "alpha"): "add.present",
        ("add", "beta=1"): "requirement.syntax",
        ("remove", "alfa"): "remove.absent",
        ("remove",): "remove.nothing",
    }
    problem = ready.json("add", "nosuch")["problem"]
    assert (problem["code"], problem["message"]) == ("lock.no-solution", "no index that uv knows has a package nosuch")
    assert texts(ready) == before
