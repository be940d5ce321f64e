"""`verify-setup --files` on folders with many faults, on the advice that the guide came with, and on this repository."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from real._faulty_files import ADVICE, FAULTY, TOKEN, WRONG
from real._sandbox import REPOSITORY, Sandbox


def write(folder: Path, texts: dict[str, str]) -> Path:
    """A folder with some files."""
    judged = folder / "judged"
    judged.mkdir()
    for name, text in texts.items():
        path = judged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o644)
    return judged


def told(report: dict[str, Any], verdict: str) -> set[str]:
    """The ids and places of all findings with a verdict."""
    found = [each for each in report["findings"] if each["verdict"] == verdict]
    assert all(each["seen"] and each["wanted"] and each["remedy"] for each in found)
    return {f"{each['id']} {place(each['place'])}" for each in found}


def place(given: dict[str, Any]) -> str:
    return str(given["file"]) + (f":{given['line']}" if given["line"] else "")


def test_every_fault_is_told_at_its_line_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    report = sandbox.json("verify-setup", "--files", str(write(tmp_path, FAULTY)))
    assert {verdict: told(report, verdict) for verdict in WRONG} == WRONG
    assert report["exit_code"] == 1
    assert TOKEN not in json.dumps(report)
    assert not sandbox.venv.exists(), "nothing is set up"
    assert report["facts"]["container_files"]["read"] == sorted(FAULTY)


def test_the_advice_that_the_guide_came_with(sandbox: Sandbox, tmp_path: Path) -> None:
    report = sandbox.json("verify-setup", "--files", str(write(tmp_path, {"compose.yaml": ADVICE})))
    assert told(report, "fail") == {
        "files.capabilities compose.yaml:4",
        "files.confinement compose.yaml:6",
        "files.confinement compose.yaml:7",
        "files.cuda-visible-devices compose.yaml:10",
    }
    assert told(report, "warn") == {
        "files.allocator-options compose.yaml:14",
        "files.capabilities compose.yaml:4",
        "files.torch-num-threads compose.yaml:11",
        "files.transformers-cache compose.yaml:16",
    }


def test_this_repository_is_well_and_the_answer_comes_at_once(tmp_path: Path) -> None:
    argv = [str(REPOSITORY / "dev.sh"), "verify-setup", "--files", ".", "--json"]
    variables = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(argv, cwd=REPOSITORY, env=variables, capture_output=True, text=True, timeout=60)
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"]) == (0, "ok"), done.stdout
    assert {"Dockerfile", "compose.yaml", ".devcontainer/devcontainer.json"} <= set(report["facts"]["container_files"]["read"])
    assert report["seconds"] < 5


def test_a_single_file_is_judged_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    report = sandbox.json("verify-setup", "--files", str(write(tmp_path, FAULTY) / "compose.yaml"))
    assert "files.privileged compose.yaml:5" in told(report, "fail")
    assert {each["place"]["file"] for each in report["findings"] if each["place"]} == {"compose.yaml"}


def test_words_narrow_what_is_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    words = ("--only", "files.c*", "--skip", "files.cap-drop,files.cuda-visible-devices")
    report = sandbox.json("verify-setup", "--files", str(write(tmp_path, FAULTY)), *words)
    ids = {each["id"] for each in report["findings"]}
    assert {"files.capabilities", "files.copy-order", "files.cuda-base"} <= ids
    assert not {"files.cap-drop", "files.cuda-visible-devices", "files.ports"} & ids


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("--files", "nowhere"), 2, "files.missing"),
        (("--files", "empty"), 3, "files.none"),
        (("--files", "notes.txt"), 2, "files.name"),
        (("--files", ".", "--only", "files.privilegd"), 2, "check.unknown"),
        (("--files", ".", "--only", "imports"), 2, "check.unknown"),
        (("--files", ".", "--quick"), 2, "files.options"),
        (("--files", ".", "--fix"), 2, "files.options"),
        (("--files", ".", "--python", "/usr/bin/python3"), 2, "files.options"),
        (("--only", "files.privileged"), 2, "check.files"),
        (("--skip", "files"), 2, "check.files"),
    ],
)
def test_what_cannot_be_asked(sandbox: Sandbox, tmp_path: Path, words: tuple[str, ...], code: int, problem: str) -> None:
    folder = write(tmp_path, {"Dockerfile": "FROM a:1\n", "notes.txt": "x"})
    (folder / "empty").mkdir()
    report = sandbox.json("verify-setup", *words, PWD=str(folder))
    assert (report["exit_code"], report["problem"]["code"]) == (code, problem)
    assert report["problem"]["remedy"]


def test_files_that_are_none_stop_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = write(tmp_path, {"Dockerfile": "FROM a:1\n", "compose.yaml": "a: &a {<<: *a, services: *a}\n"})
    (folder / "Dockerfile.binary").write_bytes(b"\x7fELF\0\1\2")
    (folder / "docker-compose.deep.yml").write_text("- " * 100_000)
    (folder / "Dockerfile.\n\x1b[2J").write_text("FROM b:1\n")
    (folder / "Dockerfile.out").symlink_to("/etc/passwd")
    report = sandbox.json("verify-setup", "--files", str(folder))
    assert told(report, "unknown") == {
        "files.readable Dockerfile.binary",
        "files.readable Dockerfile.out",
        "files.readable docker-compose.deep.yml:1",
    }
    assert report["exit_code"] == 3
    code, out, _ = sandbox.run("verify-setup", "--files", str(folder))
    assert code == 3
    assert "\x1b[2J" not in out


def test_rules_are_listed_and_say_what_they_are(sandbox: Sandbox) -> None:
    code, out, _ = sandbox.run("verify-setup", "--list")
    assert code == 0
    assert "files.privileged" in out
    assert "rules of --files DIR" in out
    code, out, _ = sandbox.run("verify-setup", "--explain", "files.privileged,variables.allocator")
    assert code == 0
    assert "asked     with --files DIR" in out
    assert "asked     always" in out
