"""What people really do: odd paths, wrong words, no terminal, things that hang, two at once, and Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from real._sandbox import REPOSITORY, START, Sandbox, not_well

TOKEN = "hf_" + "abcdefgh12345678"  # not a real one
ODD = ['it\'s a "ü" 🙂', "[bold]$HOME {0} %s;*", "two\nlines", "-dash #1"]
MOST_SECONDS = 60.0  # of a target that never answers: it is asked as usual, and then with -I -S


@pytest.fixture
def odd(ready: Sandbox, request: pytest.FixtureRequest) -> Sandbox:
    """A project that was moved to a folder of another name."""
    return moved(ready, request.param)


def moved(ready: Sandbox, name: str) -> Sandbox:
    ready.root = ready.root.rename(ready.folder / name)
    ready.variables["PWD"] = str(ready.root)
    return ready


def spoil(ready: Sandbox, code: str) -> Path:
    """Replace the package's module in the current environment; what it is linked to stays."""
    path = next(ready.venv.glob("lib/*/site-packages/alpha.py"))
    path.unlink()
    path.write_text(code)
    return path


def state(ready: Sandbox) -> Path:
    return ready.root / ".torch-starter" / "tests"


def given(ready: Sandbox, data: bytes, *words: str) -> tuple[int, str, str]:
    """A command that gets something by its standard input."""
    argv = [sys.executable, "-I", "-c", START.format(source=str(REPOSITORY / "tool" / "src")), *words]
    variables = {**ready.variables, "TORCH_STARTER_ROOT": str(ready.root), "TORCH_STARTER_PLATFORM": "tests"}
    done = subprocess.run(argv, cwd=ready.root, env=variables, input=data, capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def on_a_terminal(ready: Sandbox, *words: str, **more: str) -> str:
    """All that a command writes to a terminal."""
    outer, inner = os.openpty()
    argv = [sys.executable, "-I", "-c", START.format(source=str(REPOSITORY / "tool" / "src")), *words]
    more = {"TORCH_STARTER_ROOT": str(ready.root), "TORCH_STARTER_PLATFORM": "tests", "TERM": "xterm-256color", **more}
    process = subprocess.Popen(argv, cwd=ready.root, env={**ready.variables, **more}, stdin=inner, stdout=inner, stderr=inner)
    os.close(inner)
    said = b"".join(read_all(outer))
    process.wait(60)
    os.close(outer)
    return said.decode(errors="replace")


def read_all(stream: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # how Linux says that nobody holds the other end
        while part := os.read(stream, 65536):
            yield part


def running(word: str) -> list[int]:
    """Programs of this machine with a word in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(word in part for part in process.info["cmdline"] or ()):
            found.append(process.pid)
    return found


# --- words ---


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--only", "python.strat"), "python.start"),
        (("--skip", "crdentials"), "credentials"),
        (("--explain", "pakages.files"), "packages.files"),
        (("--only", "*"), ""),
        (("--only", ""), "names nothing"),
    ],
)
def test_an_unknown_id_is_answered_with_the_nearest(ready: Sandbox, words: tuple[str, ...], told: str) -> None:
    code, out, err = ready.run("verify-setup", "--quick", *words)
    assert (code, told in err) == (2 if told else 0, True), out + err
    assert "Traceback" not in err


# --- targets ---


def test_a_program_that_never_answers_is_named_bounded_and_ended(ready: Sandbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never")
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec cat "{tmp_path}/never"\n')
    program.chmod(0o755)
    started = time.monotonic()
    report = ready.json("verify-setup", "--python", str(program))
    assert time.monotonic() - started < MOST_SECONDS
    assert (report["exit_code"], report["problem"]["code"]) == (3, "interpreter.silent")
    assert f"{program} did not answer within" in report["problem"]["message"]
    assert running(f"{tmp_path}/never") == []


def test_an_interpreter_that_hangs_at_start_is_the_answer_to_whatever_was_asked(ready: Sandbox) -> None:
    hang = next(ready.venv.glob("lib/*/site-packages")) / "sitecustomize.py"
    hang.write_text("import threading\nthreading.Event().wait()\n")
    (ready.root / "log.txt").write_text("OSError: [Errno 28] No space left on device\n")
    processes = [
        ready.start("verify-setup", "--quick", "--json", "--only", "packages"),
        ready.start("verify-setup", "--json", "--fix"),
        ready.start("explain", "--json", "log.txt"),
    ]
    for process in processes:
        out, err = process.communicate(timeout=MOST_SECONDS)
        report = json.loads(out)
        assert [(each["id"], each["verdict"]) for each in report["findings"]] == [("python.start", "crash")], err
        assert process.returncode == 1
        assert str(hang.resolve()) in report["findings"][0]["remedy"]


@pytest.mark.parametrize(
    ("kind", "code"), [("ls", 3), ("text", 3), ("binary", 3), ("no such shell", 3), ("folder", 2), ("dangling", 2)]
)
def test_what_is_no_python_is_said(ready: Sandbox, tmp_path: Path, kind: str, code: int) -> None:
    path = Path("/bin/ls") if kind == "ls" else tmp_path / "python"
    if kind == "folder":
        path.mkdir()
    elif kind == "dangling":
        path.symlink_to("nowhere")
    elif kind != "ls":
        path.write_bytes({"text": b"words\n", "binary": b"\x7fELF\0\xff", "no such shell": b"#!/no/such/shell\r\n"}[kind])
        path.chmod(0o755)
    got, out, err = ready.run("verify-setup", "--python", str(path))
    assert got == code, out + err
    assert str(path) in err.replace("\n", "")
    assert "what to do:" in err
    assert "Traceback" not in err


# --- output ---


def test_where_there_is_no_terminal_there_are_no_codes_for_one(ready: Sandbox) -> None:
    spoil(ready, "raise RuntimeError('\\x1b[31mred\\x1b[0m')\n")
    for words in (
        ("verify-setup",),
        ("verify-setup", "--list"),
        ("verify-setup", "--quick", "--fix", "--dry-run"),
        ("rollback",),
    ):
        _, out, err = ready.run(*words, TERM="xterm-256color", COLORTERM="truecolor")
        assert out + err
        assert "\x1b" not in out + err


def test_a_terminal_has_colours_unless_they_are_not_wanted(ready: Sandbox) -> None:
    assert "\x1b[32m" in on_a_terminal(ready, "verify-setup", "--quick")
    without = on_a_terminal(ready, "verify-setup", "--quick", NO_COLOR="1")
    assert "ok" in without
    assert "\x1b[3" not in without


@pytest.mark.parametrize("words", [(), ("--report",), ("--fix",)])
def test_in_a_c_locale_all_is_ascii(ready: Sandbox, words: tuple[str, ...]) -> None:
    here = moved(ready, "ein Pröjekt 🙂")
    spoil(here, "raise RuntimeError('größer ✗')\n")
    code, out, err = here.run("verify-setup", "--quick", *words, LC_ALL="C")
    assert code == (0 if words == ("--fix",) else 1), out + err
    assert out.isascii(), out
    assert err.isascii(), err


# --- paths ---


@pytest.mark.parametrize("odd", ODD, indirect=True)
def test_a_project_may_have_an_odd_path(odd: Sandbox) -> None:
    spoil(odd, "raise RuntimeError\n")
    code, out, err = odd.run("verify-setup", "--quick", "--html", "a page.html")
    assert code == 1, out + err
    assert "<!doctype html>" in (odd.root / "a page.html").read_text().lower()
    assert list(not_well(odd.json("verify-setup", "--quick"))) == ["packages.files"]
    assert list(not_well(odd.json("verify-setup", "--quick", "--fix"))) == []
    report = odd.json("verify-setup")
    assert (report["exit_code"], list(not_well(report))) == (0, [])


def test_where_no_page_can_be_written_nothing_is_done_before_it_is_said(ready: Sandbox) -> None:
    path = spoil(ready, "x = 2\n")
    code, _, err = ready.run("verify-setup", "--quick", "--fix", "--html", "no folder/page.html")
    assert (code, "no folder/page.html" in err.replace("\n", "")) == (2, True)
    assert path.read_text() == "x = 2\n"


def test_a_report_for_strangers_has_no_token_home_or_user(ready: Sandbox) -> None:
    ready.variables |= {"USER": "gracehopper", "LOGNAME": "gracehopper", "HF_TOKEN": TOKEN}
    spoil(ready, f"raise RuntimeError('no login with {TOKEN} of gracehopper in {ready.home}/x, key=/home/gracehopper/y')\n")
    code, out, err = ready.run("verify-setup", "--only", "imports", "--report")
    assert code == 1, err
    assert "no login with" in out
    for secret in (TOKEN, str(ready.home), "gracehopper"):
        assert secret not in out + err


# --- explain ---


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"", 2, "no text to explain"),
        (b" \n\n", 2, "no text to explain"),
        (b"\0\xff\xfe\x80" * 1000, 3, "known failures is in this text"),
        ("alles in Ordnung ✓\n".encode(), 3, "known failures is in this text"),
        (b"\xff\nOSError: [Errno 28] No space left on device\n\0", 0, "line 2: OSError"),
        (b"x" * 3_000_000, 3, "known failures is in this text"),
    ],
    ids=["empty", "blank", "binary", "unknown", "known among binary", "long"],
)
def test_explain_takes_whatever_comes_in(ready: Sandbox, data: bytes, code: int, told: str) -> None:
    got, out, err = given(ready, data, "explain")
    assert got == code, out + err
    assert told in out + err
    assert "Traceback" not in err


def test_explain_takes_files_and_a_foreign_interpreter(ready: Sandbox) -> None:
    (ready.root / "a log").write_text("OSError: [Errno 28] No space left on device\n")
    report = ready.json("explain", "a log", "--python", str(ready.venv / "bin" / "python"))
    assert report["exit_code"] == 0
    assert "system.disk" in [finding["id"] for finding in report["findings"]]
    assert ready.json("explain", "a log", "--python", "/bin/ls")["problem"]["code"] == "interpreter.silent"
    assert ready.json("explain", "gone")["problem"]["code"] == "explain.file"


# --- what is kept ---


def test_two_at_once_are_no_trouble(ready: Sandbox) -> None:
    both = [ready.start("verify-setup", "--json") for _ in range(2)]
    reports = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert [(report["exit_code"], list(not_well(report))) for report in reports] == [(0, [])] * 2


@pytest.mark.parametrize("name", ["stamps", "passed"])
def test_where_nothing_can_be_kept_it_works_all_the_same(ready: Sandbox, name: str) -> None:
    subprocess.run(["rm", "-rf", state(ready) / name], check=True)
    (state(ready) / name).write_text("a file where a folder should be")
    for _ in range(2):
        report = ready.json("verify-setup")
        assert (report["exit_code"], list(not_well(report))) == (0, []), report["problem"]
    spoil(ready, "raise RuntimeError\n")
    assert list(not_well(ready.json("verify-setup", "--quick"))) == ["packages.files"]


def test_what_was_kept_and_is_damaged_is_as_none(ready: Sandbox) -> None:
    assert ready.run("verify-setup")[0] == 0
    for content in (b"", b"[1]", b'{"a": 1}', b"\xff\0"):
        kept = [*state(ready).glob("stamps/*.json"), *state(ready).glob("passed/*.json")]
        assert len(kept) >= 2
        for path in kept:
            path.write_bytes(content)
        report = ready.json("verify-setup", "--since-last")
        assert (report["exit_code"], list(not_well(report))) == (0, []), content
        assert any("not passed here before" in note for note in report["notes"])
    assert ready.json("verify-setup", "--since-last")["changes"] == []
