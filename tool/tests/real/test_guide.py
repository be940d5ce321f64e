"""Every command of the guide and the README, as a reader would type it: from the project's root, with .venv/bin on PATH."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = (
    "README.md",
    "docs/guide.md",
    "docs/container.md",
    "docs/benchmark.md",
    "docs/optimize.md",
    "docs/profile.md",
    "docs/caches.md",
    "docs/cleaning.md",
    "docs/offline.md",
    "docs/sharing.md",
    "docs/checks.md",
    "docs/secrets.md",
    "docs/audit.md",
    "docs/tracking.md",
    "docs/notebook.md",
)
NEEDS = {  # what a block may say that it needs, and so is not run here
    "bundle": "a bundle, or a folder made from one",
    "caches": "caches that have been used",
    "engine": "a container engine, and minutes for the image",
    "gpu": "an NVIDIA GPU",
    "minutes": "many minutes",
    "network": "the network, to download packages",
    "notebook": "the extra notebook, and somebody who ends it",
    "process": "a process that runs already",
    "terminal": "a terminal, and somebody who looks at it",
    "tmux": "a terminal, and tmux: test_background.py starts it",
    "tracking": "the extra tracking: test_tracking.py has it",
    "two-environments": "an environment before the current one",
}


@dataclass(frozen=True)
class Line:
    """One command of a page. `needs` is empty where it can be run on any machine."""

    page: str
    number: int
    command: str
    needs: str

    def __str__(self) -> str:
        return f"{self.page}:{self.number} {f'needs={self.needs} ' if self.needs else ''}{self.command}"


def blocks(page: str) -> Iterator[tuple[str, int, str]]:
    """Info string, number of the first line, and content of every block of code."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield block[1].strip(), text.count("\n", 0, block.start(2)) + 1, block[2]


def lines() -> Iterator[Line]:
    """All commands of all pages, each once."""
    seen = set()
    for page in PAGES:
        for info, first, content in blocks(page):
            word, _, needs = info.partition(" needs=")
            for number, command in enumerate(content.splitlines(), first):
                if word == "bash" and command.strip() and not command.startswith("#") and (command, needs) not in seen:
                    seen.add((command, needs))
                    yield Line(page, number, command, needs)


ALL = list(lines())
RUN = [line for line in ALL if not line.needs]
NOT_RUN = [line for line in ALL if line.needs]


@pytest.mark.parametrize("line", RUN, ids=str)
def test_a_command_of_the_pages_works(line: Line, current: Path) -> None:
    variables = {**os.environ, "PATH": f"{current / '.venv' / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", line.command],
        cwd=current,
        env=variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


@pytest.mark.parametrize("line", NOT_RUN, ids=str)
def test_a_command_that_is_not_run_says_what_it_needs(line: Line) -> None:
    assert line.needs in NEEDS
    pytest.skip(f"needs {NEEDS[line.needs]}: {line.command}")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_commands_is_marked(page: str) -> None:
    """What is neither `bash` nor `bash needs=WORD` would be left out without a word; `console` shows output, and is not run."""
    infos = {info for info, _, _ in blocks(page)}
    commands = {info for info in infos if re.match(r"(ba|z)?sh\b|shell", info)}
    assert "bash" in commands
    assert not [info for info in commands if not re.fullmatch(r"bash( needs=[a-z-]+)?", info)]
