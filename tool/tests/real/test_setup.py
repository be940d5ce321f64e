"""Setting up, switching and going back, on a small project."""

from __future__ import annotations

import os
import subprocess

from real._sandbox import Sandbox, not_well, uv, verdicts


def test_what_is_wrong_with_the_machine_does_not_hold_a_set_up_back(sandbox: Sandbox) -> None:
    report = sandbox.json("setup", OMP_NUM_THREADS="abc")
    assert (report["exit_code"], verdicts(report)["variables.threads"]) == (1, "fail")
    assert [change["name"] for change in report["changes"]] == [".venv"]
    assert "The environment is proven and current." in report["notes"][0]
    assert sandbox.venv.exists()


def test_a_new_environment_is_proven_and_linked(sandbox: Sandbox) -> None:
    report = sandbox.json("setup")
    assert report["status"] == "ok"
    assert verdicts(report)["imports.alpha"] == "ok"
    assert sandbox.venv.is_symlink()
    assert not os.readlink(sandbox.venv).startswith("/"), "the folder can be moved"
    assert sandbox.python("import alpha; print(alpha.x)") == "1"
    measured = {each["name"] for each in report["measurements"]}
    assert measured == {"build", "proof", "from-cache", "packages"}, "the proof is timed apart"


def test_code_in_src_can_be_imported_and_pip_is_there(ready: Sandbox) -> None:
    assert ready.python("import mine; print(mine.ANSWER)") == "42"
    assert ready.python("import pip; print(pip.__name__)") == "pip"


def test_packages_are_compiled(ready: Sandbox) -> None:
    assert list(ready.venv.glob("lib/*/site-packages/__pycache__/alpha.*.pyc"))


def test_a_second_setup_changes_nothing(ready: Sandbox) -> None:
    before = ready.current
    report = ready.json("setup")
    assert (report["exit_code"], report["changes"], ready.current) == (0, [], before)


def test_what_is_not_asked_for_here_is_no_reason_to_stop(ready: Sandbox) -> None:
    ready.package("beta")
    ready.want("alpha", "beta; python_version < '3'")
    assert ready.json("setup")["exit_code"] == 0
    assert ready.json("lock-update", "--dry-run")["exit_code"] == 0


def test_a_package_that_moves_from_an_extra_to_the_core_is_installed(ready: Sandbox) -> None:
    """The lock stays the same: it has all extras."""
    ready.package("beta")
    ready.want("alpha", "beta")
    project = ready.root / "pyproject.toml"
    whole = project.read_text()
    project.write_text(whole.replace('  "beta",\n', "").replace("spare = []", 'spare = ["beta"]'))
    assert ready.json("setup")["exit_code"] == 0
    assert not list(ready.venv.glob("lib/*/site-packages/beta.py"))
    project.write_text(whole)
    assert ready.json("setup")["exit_code"] == 0
    assert list(ready.venv.glob("lib/*/site-packages/beta.py"))


def test_a_package_that_was_changed_by_hand_is_found_and_mended(ready: Sandbox) -> None:
    ready.package("stranger")
    subprocess.run([uv(), "pip", "install", "-q", "-p", ready.venv / "bin/python", "stranger"], env=ready.variables, check=True)
    report = ready.json("verify-setup", "--only", "packages.lock")
    (finding,) = report["findings"]
    assert (finding["verdict"], finding["remedy"]) == ("fail", "./dev.sh setup")
    assert "stranger" in finding["seen"]
    assert ready.run("setup")[0] == 0
    assert ready.json("verify-setup", "--only", "packages.lock")["exit_code"] == 0


def test_a_package_that_does_not_import_is_never_made_current(ready: Sandbox) -> None:
    before = ready.current
    ready.package("alpha", "2.0", "raise RuntimeError('broken release')\n")
    ready.want("alpha")
    report = ready.json("setup")
    assert report["exit_code"] == 1
    assert list(not_well(report)) == ["imports.alpha"]
    assert "broken release" in next(each["seen"] for each in report["findings"] if each["id"] == "imports.alpha")
    assert ready.current == before
    assert ready.python("import alpha; print(alpha.x)") == "1"


def test_rollback_goes_back_and_forth(ready: Sandbox) -> None:
    first = ready.current
    ready.package("alpha", "2.0", "x = 2\n")
    ready.want("alpha")
    assert ready.run("setup")[0] == 0
    second = ready.current
    assert ready.json("rollback", "--dry-run")["changes"][0]["now"] == first
    assert ready.current == second
    assert ready.run("rollback")[0] == 0
    assert (ready.current, ready.python("import alpha; print(alpha.x)")) == (first, "1")
    assert ready.run("rollback")[0] == 0
    assert ready.current == second


def test_only_the_current_environment_and_the_one_before_are_kept(ready: Sandbox) -> None:
    for version in ("2.0", "3.0"):
        ready.package("alpha", version)
        ready.want("alpha")
        assert ready.run("setup")[0] == 0
    assert len(ready.environments) == 2
    assert ready.current in ready.environments


def test_rollback_with_nothing_before_says_so(ready: Sandbox) -> None:
    report = ready.json("rollback")
    assert (report["exit_code"], report["problem"]["code"]) == (3, "rollback.nothing")


def test_run_passes_variables_streams_and_status_through(ready: Sandbox) -> None:
    code, out, _ = ready.run(
        "run", "--", "python", "-c", "import os, alpha; print(os.environ['SAMPLE'], os.environ['OMP_NUM_THREADS']); exit(7)"
    )
    assert (code, out.split()[:3]) == (7, ["from", "the", "spec"])
    counts = {
        ready.run("run", "--", "printenv", name)[1] for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    }
    assert len(counts) == 1


def test_what_the_user_exports_wins(ready: Sandbox) -> None:
    assert ready.run("run", "--", "printenv", "SAMPLE", SAMPLE="mine")[1] == "mine\n"
    assert ready.run("run", "--", "printenv", "MKL_NUM_THREADS", OMP_NUM_THREADS="3")[1] == "3\n"


def test_a_job_keeps_its_packages_when_the_environment_is_switched(ready: Sandbox) -> None:
    code = "import sys; print('up', flush=True); sys.stdin.readline(); import alpha; print(alpha.x)"
    job = subprocess.Popen(
        [ready.venv.resolve() / "bin" / "python", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ready.variables,
    )
    assert job.stdout is not None
    assert job.stdout.readline() == "up\n"
    ready.package("alpha", "2.0", "x = 2\n")
    ready.want("alpha")
    assert ready.run("setup")[0] == 0
    assert job.communicate("go\n", timeout=30)[0] == "1\n"


def test_an_environment_that_a_job_uses_is_not_removed(ready: Sandbox) -> None:
    used = ready.current
    job = subprocess.Popen([ready.venv.resolve() / "bin" / "python", "-c", "input()"], stdin=subprocess.PIPE, env=ready.variables)
    for version in ("2.0", "3.0", "4.0"):
        ready.package("alpha", version)
        ready.want("alpha")
        assert ready.run("setup")[0] == 0
    assert used in ready.environments
    job.communicate(b"\n", timeout=30)
    assert ready.run("setup", "--rebuild")[0] == 0
    assert used not in ready.environments


def test_uv_run_leaves_the_environment_and_writes_no_lock(ready: Sandbox) -> None:
    with (ready.root / "pyproject.toml").open("a") as file:
        file.write("\n[tool.uv]\nmanaged = false\n")
    before = (ready.current, sorted(ready.venv.resolve().rglob("*.dist-info")))
    done = subprocess.run([uv(), "run", "python", "-c", "import alpha"], cwd=ready.root, env=ready.variables, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert before == (ready.current, sorted(ready.venv.resolve().rglob("*.dist-info")))
    assert not (ready.root / "uv.lock").exists()


def test_a_moved_project_still_runs(ready: Sandbox) -> None:
    there = ready.root.with_name("moved here")
    ready.root.rename(there)
    ready.root = there
    assert ready.run("run", "--", "python", "-c", "import alpha, mine")[0] == 0
    assert ready.run("run", "--", "pip", "--version")[0] == 0
