"""A project whose environment has JupyterLab, and JupyterLab started in it as users start it, with a terminal and without."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import ssl
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

from real._extras import with_extras as with_extras
from real._place import SOURCE
from real._sandbox import REPOSITORY
from torch_starter.core.project import Project

ADDRESS = re.compile(rb"(https?://[^\s/]+)/lab\?token=([0-9a-f]{48})")
SAID = re.compile(rb"cat '([^']+)'")
PRIVATE = "notebook"  # the folder of the state that holds one for each start
LIMIT = 60.0  # seconds for it to start, and to end
Seen = TypeVar("Seen")


@dataclass
class Desk:
    """A project with a module, whose environment has JupyterLab, and a home of its own."""

    root: Path
    variables: dict[str, str]

    def at_home(self, path: str, text: str) -> None:
        """Something that the user has written into a file of settings."""
        file = Path(self.variables["HOME"], path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    @property
    def left(self) -> list[Path]:
        """What starts have left of themselves."""
        return sorted((self.root / ".torch-starter" / "here" / PRIVATE).glob("*"))

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-I", "-c", START.format(source=SOURCE), "notebook", *words]

    def run(self, *words: str, keyboard: IO[bytes] | None = None) -> tuple[int, str]:
        """Exit code and all that was said, of a start that is refused."""
        given = subprocess.DEVNULL if keyboard is None else keyboard
        done = subprocess.run(
            self.words(*words), cwd=self.root, env=self.variables, capture_output=True, text=True, stdin=given, timeout=3 * LIMIT
        )
        return done.returncode, done.stdout + done.stderr

    @contextlib.contextmanager
    def lab(self, *words: str, terminal: bool = False, log: Path | None = None, **more: str) -> Iterator[Lab]:
        """JupyterLab, ready; it is stopped at the end where it was not. With `log` its stderr goes to a file."""
        outer, inner = os.openpty() if terminal else os.pipe()
        process = subprocess.Popen(
            self.words(*words),
            cwd=self.root,
            env=self.variables | more,
            stdin=inner if terminal else subprocess.DEVNULL,
            stdout=inner,
            stderr=log.open("wb") if log else inner,
            start_new_session=True,
            preexec_fn=own_terminal if terminal else None,
        )
        os.close(inner)
        try:
            lab = Lab(process, outer)
            yield lab
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(LIMIT)


START = (  # as a shell would in the foreground: one that runs tests in the background lets them ignore Ctrl-C
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.path.insert(0, {source!r}); "
    "from torch_starter.cli import main; sys.exit(main())"
)


def own_terminal() -> None:
    """Make the terminal the one that Ctrl-C and a closed window are told by."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Lab:
    """JupyterLab that runs: `heard` is all that it said by now, which a thread goes on reading, so that it never waits for us."""

    def __init__(self, process: subprocess.Popen[bytes], stream: int) -> None:
        self.process = process
        self.stream = stream
        self.heard = b""
        self.silent = False
        self.enough = os.pipe()
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()
        told = self.wait_for(lambda: ADDRESS.search(self.heard) or self.in_file())
        self.address, self.place, self.token = told[0].decode(), told[1].decode(), told[2].decode()

    def listen(self) -> None:
        """To its end."""
        said = b"."
        while said:
            said = b""
            with contextlib.suppress(OSError):  # a terminal whose last process has ended
                if self.stream in select.select([self.stream, self.enough[0]], [], [])[0]:
                    said = os.read(self.stream, 65536)
            with self.changed:
                self.heard, self.silent = self.heard + said, not said
                self.changed.notify_all()

    def wait_for(self, seen: Callable[[], Seen | None]) -> Seen:
        """Until something is seen in what it says."""
        with self.changed:
            self.changed.wait_for(lambda: self.silent or seen(), LIMIT)
            found = seen()
        assert found, self.heard.decode()
        return found

    def in_file(self) -> re.Match[bytes] | None:
        """The address in the file that it says."""
        said = SAID.search(self.heard)
        return ADDRESS.search(Path(os.fsdecode(said[1])).read_bytes()) if said else None

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Message]:
        """The status, the body and the headers of an answer."""
        secure = ssl._create_unverified_context() if self.place.startswith("https") else None
        try:
            with urlopen(
                Request(f"{self.place}/{path}", headers=headers, method=method), timeout=LIMIT, context=secure
            ) as answer:
                return answer.status, answer.read(), answer.headers
        except HTTPError as error:
            with error:
                return error.code, error.read(), error.headers

    def until(self, words: bytes) -> None:
        """Until it has said these words."""
        self.wait_for(lambda: words in self.heard or None)

    def type(self, keys: bytes) -> None:
        """Press keys at its terminal."""
        os.write(self.stream, keys)

    def hang_up(self) -> None:
        """Close the terminal, as a closed window does: nobody reads it then."""
        os.close(self.enough[1])
        self.thread.join(LIMIT)
        os.close(self.stream)

    def finish(self) -> int:
        """Its exit status, once it has ended and all is heard that it said."""
        code = self.process.wait(LIMIT)
        self.thread.join(LIMIT)
        return code

    @property
    def family(self) -> list[psutil.Process]:
        """It, and all processes that it has started."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]


def shown_to_others(process: psutil.Process) -> bytes:
    """The words that a process was started with, which all can read, and its variables."""
    folder = Path("/proc", str(process.pid))
    return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()


@pytest.fixture
def desk(with_extras: Path, tmp_path: Path) -> Desk:
    return made(with_extras, tmp_path)


def made(environment: Path, folder: Path) -> Desk:
    """A project in a path with a space, with a home of its own."""
    root, home = folder / "a project", folder / "home"
    (root / "src").mkdir(parents=True)
    home.mkdir()
    for name in ("torch-starter.toml", "pyproject.toml", "locks"):
        (root / name).symlink_to(REPOSITORY / name)
    (Project(root, "here").state).mkdir(parents=True)
    Project(root, "here").environments.symlink_to(environment.parent)
    (root / ".venv").symlink_to(f".torch-starter/here/envs/{environment.name}")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "DISPLAY"))}
    variables |= {"TORCH_STARTER_ROOT": str(root), "TORCH_STARTER_PLATFORM": "here", "PWD": str(root), "HOME": str(home)}
    return Desk(root, variables)
