from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from torch_starter.core.processes import LocalProcesses, Processes
from torch_starter.testing import NoProcesses

RUN = LocalProcesses().run
HANG = "import threading; threading.Event().wait()"
WITH_GRANDCHILD = (
    f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {HANG!r}]); print(p.pid, flush=True); p.wait()"
)
LEAVES_GRANDCHILD = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {HANG!r}]).pid, flush=True)"
ANSWERS = "import os; os.write(int(os.environ['TORCH_STARTER_ANSWERS']), b'one\\ntwo\\n'); print('noise')"


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def is_gone(pid: str) -> bool:
    """Whether a process has ended; one that only waits to be collected has."""
    try:
        return bool(psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE) or not psutil.Process(int(pid)).wait(10)
    except psutil.NoSuchProcess:
        return True


def test_a_program_that_runs_to_its_end_is_well() -> None:
    done = RUN(python("import sys; print('out'); print('err', file=sys.stderr)"))
    assert (done.ok, done.code, done.out, done.err) == (True, 0, "out\n", "err\n")
    assert done.seconds > 0


def test_an_exit_code_is_told() -> None:
    done = RUN(python("raise SystemExit(42)"))
    assert (done.ok, done.code, done.missing) == (False, 42, False)


def test_a_signal_is_a_negative_code() -> None:
    assert RUN(python("import os; os.kill(os.getpid(), 11)")).code == -signal.SIGSEGV


@pytest.mark.parametrize("processes", [LocalProcesses(), NoProcesses()], ids=["real", "recorded"])
def test_a_missing_program_is_a_result(processes: Processes) -> None:
    answers: list[str] = []
    done = processes.run(["/no/such/program"], on_answer=answers.append)
    assert (done.missing, done.ok, done.code, done.out) == (True, False, None, "")
    assert done.err
    assert done.argv == ("/no/such/program",)


def test_a_file_that_is_no_program_is_a_result(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert RUN([tmp_path / "x"]).missing


def test_a_missing_folder_to_start_in_is_a_result(tmp_path: Path) -> None:
    assert RUN(python("pass"), cwd=tmp_path / "none").missing


def test_a_program_is_given_words_input_variables_and_a_folder(tmp_path: Path) -> None:
    text = "import os, sys; print(sys.argv[1:], sys.stdin.read(), os.environ['A'], os.getcwd())"
    done = RUN([*python(text), "$HOME"], env={"A": "b"}, cwd=tmp_path, input="in")
    assert done.out == f"['$HOME'] in b {tmp_path}\n"


def test_output_that_is_no_text_is_read_all_the_same() -> None:
    assert RUN(python("import os; os.write(1, b'\\xff\\n')")).out == "\ufffd\n"


def test_much_output_on_both_streams_stops_nobody() -> None:
    done = RUN(python("import sys; sys.stderr.write('e' * 300000); sys.stdout.write('o' * 300000)"))
    assert (len(done.out), len(done.err)) == (300_000, 300_000)


def test_a_program_that_does_not_end_is_stopped_with_its_children() -> None:
    done = RUN(python(WITH_GRANDCHILD), timeout=2)
    assert (done.timed_out, done.ok) == (True, False)
    assert is_gone(done.out)


def test_what_a_program_leaves_behind_is_ended() -> None:
    started = time.monotonic()
    done = RUN(python(LEAVES_GRANDCHILD), timeout=60)
    assert (done.ok, done.timed_out) == (True, False)
    assert is_gone(done.out)
    assert time.monotonic() - started < 30


def test_a_program_that_does_not_read_its_input_is_stopped_too() -> None:
    """A pipe holds 64 KiB: what does not go into it must not make us wait."""
    assert RUN(python(HANG), input="x" * 1_000_000, timeout=1).timed_out


def test_a_program_may_end_without_reading_its_input() -> None:
    assert RUN(python("pass"), input="x" * 1_000_000, timeout=60).ok


def test_lines_come_while_the_program_runs(tmp_path: Path) -> None:
    """It waits for a file that only the reader of its line makes."""
    text = "import os, sys; print('here', flush=True); os.read(os.open(sys.argv[1], os.O_RDONLY), 1); print('there')"
    lines: list[str] = []
    fifo = str(tmp_path / "fifo")
    os.mkfifo(fifo)

    def on_line(line: str) -> None:
        lines.append(line)
        if line == "here":
            with open(fifo, "w") as file:
                file.write("x")

    assert RUN([*python(text), fifo], on_line=on_line, timeout=60).ok
    assert lines == ["here", "there"]


def test_lines_of_stderr_have_a_reader_of_their_own() -> None:
    lines: list[str] = []
    RUN(python("import sys; print('out'); print('err', file=sys.stderr)"), on_error_line=lines.append)
    assert lines == ["err"]


def test_answers_come_by_a_pipe_that_noise_does_not_disturb() -> None:
    answers: list[str] = []
    done = RUN(python(ANSWERS), on_answer=answers.append)
    assert (answers, done.out) == (["one", "two"], "noise\n")


def test_without_a_reader_there_is_no_pipe_for_answers() -> None:
    assert "KeyError: 'TORCH_STARTER_ANSWERS'" in RUN(python(ANSWERS), env={}).err


def test_to_become_a_program_is_to_end_as_it_does() -> None:
    text = "from torch_starter.core.processes import LocalProcesses as P; import sys\n"
    text += "P().become([sys.executable, '-c', 'raise SystemExit(7)'], env={})"
    assert RUN(python(text), env={"PYTHONPATH": os.pathsep.join(sys.path)}).code == 7


def test_a_recorded_machine_becomes_nothing() -> None:
    with pytest.raises(FileNotFoundError):
        NoProcesses().become(["python"], env={})
