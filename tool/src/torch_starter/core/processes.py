"""Starting other programs: the only file that does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn, Protocol

Line = Callable[[str], None]

LOOKS_EVERY = 0.1  # seconds from one look at what ends a program to the next
AFTER_ENOUGH_SECONDS = 3.0  # that a program gets to end by itself
AFTER_EXIT_SECONDS = 2.0  # how long pipes may stay open in left-over children before these are ended


@dataclass(frozen=True)
class Done:
    """How a program ended. `code` is negative for a signal, as in subprocess, and None where it was not there to start.

    `out` and `err` are what it wrote, decoded with replacement characters; `seconds` is wall time.
    """

    argv: tuple[str, ...]
    code: int | None
    out: str
    err: str
    seconds: float
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether it ran to its end and said that all was well."""
        return self.code == 0 and not self.timed_out

    @property
    def missing(self) -> bool:
        """Whether there was no such program, or it could not be started."""
        return self.code is None


class Processes(Protocol):
    """Runs programs. A missing program is a result, not an exception."""

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        input: str = "",
        timeout: float | None = None,
        on_line: Line | None = None,
        on_error_line: Line | None = None,
        on_answer: Line | None = None,
        until: Callable[[], bool] | None = None,
        gentle: float = 0.0,
    ) -> Done:
        """Run to the end; whatever of its process group is left then, or when `timeout` seconds are over, is killed.

        `on_line` and `on_error_line` are given each line of stdout and stderr as it comes. With `on_answer` the program
        gets one more pipe, its number in the variable TORCH_STARTER_ANSWERS, and each line written there is given to
        `on_answer`: a channel that noise on stdout does not disturb. Where `until` becomes true it is ended a moment later.
        Where we are interrupted, it is, too, and has `gentle` seconds to end by itself.
        """
        ...

    def pass_through(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> int:
        """Run with the terminal as its own; its exit status."""
        ...

    def become(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> NoReturn:
        """Replace this process: the terminal, the signals and the exit status are the program's own."""
        ...


class LocalProcesses:
    """Processes of this machine."""

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        input: str = "",
        timeout: float | None = None,
        on_line: Line | None = None,
        on_error_line: Line | None = None,
        on_answer: Line | None = None,
        until: Callable[[], bool] | None = None,
        gentle: float = 0.0,
    ) -> Done:
        words = tuple(str(word) for word in argv)
        started = time.monotonic()
        answers = os.pipe() if on_answer is not None else None
        try:
            process = self._start(words, env, cwd, answers)
        except OSError as error:
            if answers is not None:
                os.close(answers[0])
                os.close(answers[1])
            return Done(words, None, "", str(error), time.monotonic() - started)
        out, err = _Gather(process.stdout, on_line), _Gather(process.stderr, on_error_line)
        side = None
        if answers is not None:
            os.close(answers[1])
            side = _Gather(os.fdopen(answers[0], "rb"), on_answer)
        timed_out = self._wait(process, input, timeout, until, gentle)
        for gather in (out, err, *([side] if side else [])):
            gather.finish(process.pid)
        return Done(words, process.returncode, out.text, err.text, time.monotonic() - started, timed_out)

    def _start(
        self, words: tuple[str, ...], env: Mapping[str, str] | None, cwd: Path | None, answers: tuple[int, int] | None
    ) -> subprocess.Popen[bytes]:
        variables = dict(os.environ if env is None else env)
        if answers is not None:
            variables["TORCH_STARTER_ANSWERS"] = str(answers[1])
        return subprocess.Popen(
            words,
            env=variables,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(answers[1],) if answers else (),
            start_new_session=True,
        )

    def _wait(
        self, process: subprocess.Popen[bytes], input: str, timeout: float | None, until: Callable[[], bool] | None, gentle: float
    ) -> bool:
        """Feed and wait; True where the time was over. No process of the group outlives us, whatever happens here."""
        try:
            threading.Thread(target=_feed, args=(process.stdin, input.encode()), daemon=True).start()
            if until is None:
                process.wait(timeout)
            else:
                return _wait_until(process, timeout, until)
        except subprocess.TimeoutExpired:
            return True
        except KeyboardInterrupt:
            if gentle:
                interrupt(process, gentle)
            raise
        finally:
            end_group(process.pid)
            process.wait()
        return False

    def pass_through(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> int:
        return subprocess.call([str(word) for word in argv], env=dict(env), cwd=cwd)

    def become(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> NoReturn:
        if cwd is not None:
            os.chdir(cwd)
        os.execvpe(str(argv[0]), [str(word) for word in argv], dict(env))


def _wait_until(process: subprocess.Popen[bytes], timeout: float | None, until: Callable[[], bool]) -> bool:
    """Wait for its end, or for a moment after something became true; True where the time was over."""
    end = time.monotonic() + (timeout if timeout is not None else float("inf"))
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOKS_EVERY)
            return False
        if until():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(AFTER_ENOUGH_SECONDS)
            return False
    return True


def interrupt(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Tell a whole process group to end, as Ctrl-C does, and wait for it."""
    with contextlib.suppress(ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGINT)
        process.wait(seconds)


def _feed(stream: IO[bytes], data: bytes) -> None:
    """Write all of a program's input, in a thread of its own: one that does not read it would make us wait for ever."""
    with contextlib.suppress(OSError), stream:
        stream.write(data)


class _Gather:
    """Reads one stream to its end in a thread of its own, so that a full pipe never stops the program."""

    def __init__(self, stream: IO[bytes] | None, on_line: Line | None = None) -> None:
        assert stream is not None
        self._stream = stream
        self._on_line = on_line
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(ValueError, OSError):
            for raw in self._stream:
                line = raw.decode(errors="replace")
                self._lines.append(line)
                if self._on_line is not None:
                    self._on_line(line.rstrip("\n"))

    def finish(self, group: int) -> None:
        self._thread.join(AFTER_EXIT_SECONDS)
        if self._thread.is_alive():  # a daemon that left the group holds the pipe: leave it, we have what there is
            return
        self._stream.close()

    @property
    def text(self) -> str:
        return "".join(self._lines)


def end_group(group: int) -> None:
    """Kill what is left of a process group that we started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
