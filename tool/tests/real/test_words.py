"""What is typed and means nothing, and answers that nobody takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from real._sandbox import REPOSITORY, Sandbox


@pytest.mark.parametrize(
    "words",
    ["types|", "lint|src|", "audit|--advisory-db|", "verify-setup|--python|", "verify-setup|--explain|,", "explain|", "test|"],
)
def test_a_word_that_names_nothing_is_refused(ready: Sandbox, words: str) -> None:
    """A shell makes it of a variable that is not set."""
    report = ready.json(*words.split("|"))
    assert (report["exit_code"], report["findings"]) == (2, [])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(("behind", "code"), [(">/dev/full", 5), ("| true", 0)])
@pytest.mark.parametrize("words", ["verify-setup --list", "facts"])
def test_an_answer_that_nobody_takes_is_no_traceback(ready: Sandbox, words: str, behind: str, code: int) -> None:
    command = f"set -o pipefail; '{sys.executable}' -m torch_starter {words} {behind}"
    variables = {**ready.variables, "PYTHONPATH": str(REPOSITORY / "tool" / "src")}
    done = subprocess.run(["bash", "-c", command], cwd=ready.root, env=variables, capture_output=True, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert ("cannot be written: No space left" in done.stderr) == (code == 5)
