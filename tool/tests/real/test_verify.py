"""What `verify-setup` says of environments with one thing wrong, on a small project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from real._sandbox import Sandbox, not_well

SEGFAULT = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\n"
HANG = "import threading; threading.Event().wait()\n"
LOOP = "while True: pass\n"


def spoil(ready: Sandbox, code: str) -> None:
    """Replace the package's module in the current environment."""
    module = next(ready.venv.glob("lib/*/site-packages/alpha.py"))
    module.unlink()  # a link into the cache: what it is linked to stays as it is
    module.write_text(code)


def test_a_healthy_one_exits_0(ready: Sandbox) -> None:
    report = ready.json("verify-setup")
    assert (report["exit_code"], list(not_well(report))) == (0, [])


def test_there_is_none_so_it_is_set_up_and_proven_once(sandbox: Sandbox) -> None:
    report = sandbox.json("verify-setup")
    assert (report["command"], report["exit_code"]) == ("verify-setup", 0)
    assert len([each for each in report["findings"] if each["id"] == "imports.alpha"]) == 1


@pytest.mark.parametrize(
    ("code", "verdict", "seen"),
    [
        ("raise RuntimeError('no good')\n", "fail", "RuntimeError: no good"),
        (SEGFAULT, "crash", "SIGSEGV"),
        (HANG, "crash", "did not come back within"),
        (LOOP, "crash", "did not come back within"),
        ("import sys; sys.exit(0)\n", "fail", "SystemExit"),
        ("print('hello from import')\n", "warn", "hello from import"),
    ],
    ids=["raises", "segfault", "hang", "busy loop", "exit", "prints"],
)
def test_a_spoiled_package_is_one_finding(ready: Sandbox, code: str, verdict: str, seen: str) -> None:
    spoil(ready, code)
    report = ready.json("verify-setup", "--only", "imports")
    (finding,) = report["findings"]
    assert (finding["verdict"], finding["id"]) == (verdict, "imports.alpha")
    assert seen in finding["seen"]
    assert finding["remedy"]
    assert report["exit_code"] == (0 if verdict == "warn" else 1)


def test_the_remedy_mends_it(ready: Sandbox) -> None:
    spoil(ready, SEGFAULT)
    (finding,) = ready.json("verify-setup", "--only", "imports")["findings"]
    assert finding["remedy"] == "./dev.sh setup --rebuild"
    assert ready.run("setup", "--rebuild")[0] == 0
    assert ready.json("verify-setup", "--only", "imports")["exit_code"] == 0


def test_noise_at_interpreter_start_is_a_finding_and_does_not_disturb(ready: Sandbox) -> None:
    site = next(ready.venv.glob("lib/*/site-packages"))
    (site / "sitecustomize.py").write_text("print('noise')\n")
    report = ready.json("verify-setup")
    assert list(not_well(report)) == ["python.start"]


def test_an_interpreter_that_hangs_at_start_is_named_and_bounded(ready: Sandbox) -> None:
    site = next(ready.venv.glob("lib/*/site-packages"))
    (site / "sitecustomize.py").write_text(HANG)
    report = ready.json("verify-setup", "--only", "python")
    (finding,) = report["findings"]
    assert (report["exit_code"], finding["id"], finding["verdict"]) == (1, "python.start", "crash")
    assert "does not come to its end within 8 s" in finding["seen"]
    assert str((site / "sitecustomize.py").resolve()) in finding["wanted"]


def test_a_module_of_the_same_name_in_the_folder_of_the_probes_is_not_taken(ready: Sandbox) -> None:
    """The probes' folder has a packages.py and an interpreter.py: a target with modules of these names sees its own."""
    site = next(ready.venv.glob("lib/*/site-packages"))
    spoil(ready, "import packages; assert packages.mine\n")
    (site / "packages.py").write_text("mine = True\n")
    assert ready.json("verify-setup", "--only", "imports")["exit_code"] == 0


def foreign(folder: Path, *words: str) -> Path:
    """A file that stands where an interpreter is expected."""
    program = folder / "python"
    program.write_text("\n".join(["#!/bin/sh", *words]) + "\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("script", ["exit 1", "echo not a python; exit 0", "kill -SEGV $$"])
def test_what_is_no_interpreter_could_not_be_looked_at(ready: Sandbox, tmp_path: Path, script: str) -> None:
    report = ready.json("verify-setup", "--python", str(foreign(tmp_path, script)))
    assert (report["exit_code"], report["problem"]["code"]) == (3, "interpreter.silent")
    assert report["problem"]["remedy"]


@pytest.mark.parametrize("name", ["missing", ".", "text"])
def test_a_path_that_is_no_program_is_wrong_usage(ready: Sandbox, tmp_path: Path, name: str) -> None:
    (tmp_path / "text").write_text("words")
    report = ready.json("verify-setup", "--python", str(tmp_path / name))
    assert (report["exit_code"], report["problem"]["code"]) == (2, "interpreter.missing")


def test_an_environment_without_torch_fails_by_that_alone(ready: Sandbox, tmp_path: Path) -> None:
    (ready.root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "0"\ndependencies = ["torch"]\n')
    subprocess.run([ready.venv / "bin" / "python", "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    report = ready.json("verify-setup", "--python", str(tmp_path / "bare" / "bin" / "python"))
    assert (report["exit_code"], list(not_well(report))) == (1, ["imports.torch"])
    finding = next(each for each in report["findings"] if each["id"] == "imports.torch")
    assert finding["remedy"].split()[1:4] == ["pip", "install", "--python"]


def old_python() -> Path | None:
    """A Python 3.8, where the machine has one."""
    found = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.8.*/bin/python"))
    return found[0] if found else None


def test_an_interpreter_that_is_too_old_is_said(ready: Sandbox) -> None:
    old = old_python()
    if old is None:
        pytest.skip("there is no Python 3.8 here")
    (ready.root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "0"\ndependencies = ["torch"]\n')
    report = ready.json("verify-setup", "--python", str(old))
    assert report["exit_code"] == 1
    assert "python.version" in list(not_well(report))
    assert "3.8" in next(each["seen"] for each in report["findings"] if each["id"] == "python.version")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("verify-setup", "--only", "imprts"), 2, "imports"),
        (("verify-setup", "--only", "imports.nothing"), 2, "imports.nothing"),
        (("verify-setup", "--explain", "nothing"), 2, "no check"),
        (("verify-setup", "--extra", "spar"), 2, "spare"),
        (("setup", "--accelerator", "cu999"), 2, "cu999"),
        (("setup", "--accelerator", "rocm6.2"), 4, "not supported"),
        (("setup", "--driver", "535.104"), 2, "--dry-run"),
        (("setup", "--dry-run", "--driver", "new"), 2, "no version"),
        (("run", "--", "no-such-program"), 2, "no-such-program"),
        (("run",), 2, "no command"),
    ],
)
def test_wrong_words_have_an_exit_code_and_an_instruction(ready: Sandbox, words: tuple[str, ...], code: int, told: str) -> None:
    got, out, err = ready.run(*words)
    assert got == code, out + err
    assert told in err
    assert "what to do:" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[container]\nmemroy = "12gb"\n', "'memory'"),
        ('[container]\nmemory = "a lot"\n', "a size such as 12gb"),
        ("[container]\ncpus = true\n", "a number"),
        ("[container\n", "not valid TOML"),
    ],
)
def test_a_wrong_spec_names_the_line(sandbox: Sandbox, more: str, told: str) -> None:
    sandbox.write_spec(more)
    report = sandbox.json("setup")
    assert report["exit_code"] == 2
    assert told in report["problem"]["message"]
    assert "line 1" in report["problem"]["message"]


def test_a_lock_that_is_no_lock_or_not_there_is_said(sandbox: Sandbox) -> None:
    lock = sandbox.root / "locks" / "cpu.txt"
    lock.write_text("alpha>=1\n")
    assert sandbox.json("setup")["problem"]["code"] == "lock.syntax"
    lock.unlink()
    assert sandbox.json("setup")["problem"]["code"] == "lock.missing"


def test_a_dependency_that_the_lock_does_not_have_is_said(ready: Sandbox) -> None:
    text = (ready.root / "pyproject.toml").read_text()
    (ready.root / "pyproject.toml").write_text(text.replace('"alpha"', '"alpha", "gamma>=2"'))
    problem = ready.json("setup")["problem"]
    assert (problem["code"], problem["remedy"]) == ("lock.stale", "./dev.sh lock-update")


def test_the_machine_is_recorded_without_people_or_secrets(ready: Sandbox, tmp_path: Path) -> None:
    ready.variables |= {"HF_TOKEN": "hf_abcdefghijklmnop", "USER": "grace", "LOGNAME": "grace"}
    assert ready.run("facts", "--record", str(tmp_path / "record"))[0] == 0
    text = (tmp_path / "record" / "facts.json").read_text()
    assert '"cpu"' in text
    for secret in ("hf_abcdef", "grace", str(ready.home), str(ready.root)):
        assert secret not in text


def test_a_c_locale_and_a_pipe_are_no_trouble(ready: Sandbox) -> None:
    code, out, err = ready.run("verify-setup", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert code == 0, err
    assert "\x1b" not in out + err
    assert max(len(line) for line in out.splitlines()) <= 80
