"""The development tools at work on files of which we know what is wrong: that is flagged, and the rest is not.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

WITHOUT_TORCH = True


def use_ruff() -> dict[str, object]:
    """An unused import is flagged (F401) in its file and line, and a clean file is not."""
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, "bad.py", '"""A file."""\n\nimport os\n')
        _write(folder, "good.py", '"""A file."""\n\nimport os\n\nprint(os.sep)\n')
        done = _run(folder, "ruff", "check", "--isolated", "--no-cache", "--output-format", "json", ".")
    _equal("exit code of ruff with one finding", done.returncode, 1, done)
    rows = json.loads(done.stdout)
    found = [(os.path.basename(row["filename"]), row["location"]["row"], row["code"]) for row in rows]
    _equal("findings of ruff", found, [("bad.py", 3, "F401")], done)
    return {"seen": "of two files, ruff flags the unused import on line 3 of one"}


def use_mypy() -> dict[str, object]:
    """A word assigned to an int is flagged in its file and line, and a clean file is not."""
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, "bad.py", 'number: int = 1\nnumber = "one"\n')
        _write(folder, "good.py", "number: int = 1\nnumber = 2\n")
        options = ("--config-file=", "--cache-dir", os.devnull, "--no-color-output")
        done = _run(folder, "mypy", *options, "bad.py", "good.py")
    _equal("exit code of mypy with one error", done.returncode, 1, done)
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    _equal("errors of mypy", [line.split(" error:")[0] for line in errors], ["bad.py:2:"], done)
    return {"seen": "of two files, mypy flags the wrong assignment on line 2 of one"}


def use_pytest() -> dict[str, object]:
    """Of three tests that share a fixture, pytest passes one, fails one and skips one."""
    with tempfile.TemporaryDirectory() as folder:
        _write(
            folder,
            "test_small.py",
            "import pytest\n\n@pytest.fixture\ndef two():\n    return 2\n\n"
            "def test_right(two):\n    assert two == 2\n\ndef test_wrong(two):\n    assert two == 3\n\n"
            "@pytest.mark.skip\ndef test_never(two):\n    assert False\n",
        )
        done = _run(folder, "pytest", "-q", "--color=no", "-p", "no:cacheprovider", "test_small.py")
    _equal("exit code of pytest with one failure", done.returncode, 1, done)
    last = done.stdout.strip().splitlines()[-1]
    _equal("last line of pytest", last.split(" in ")[0], "1 failed, 1 passed, 1 skipped", done)
    if "assert 2 == 3" not in done.stdout:
        raise AssertionError(f"pytest explains a failed assert as {done.stdout[-300:]!r}, wanted 'assert 2 == 3'.")
    return {"seen": "of three tests, pytest passes one, fails one and skips one"}


def use_pytest_cov() -> dict[str, object]:
    """Of a function of three lines, a test runs two: coverage names the third."""
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, "small.py", "def sign(x):\n    if x < 0:\n        return -1\n    return 1\n")
        _write(folder, "test_small.py", "import small\n\ndef test_sign():\n    assert small.sign(2) == 1\n")
        arguments = ("-p", "no:cacheprovider", "--cov=small", "--cov-report=json:cov.json", "test_small.py")
        done = _run(folder, "pytest", "-q", "--color=no", *arguments)
        _equal("exit code of pytest with coverage", done.returncode, 0, done)
        with open(os.path.join(folder, "cov.json"), encoding="utf-8") as file:
            report = json.load(file)["files"]["small.py"]
    _equal("lines that the test does not run", report["missing_lines"], [3], done)
    return {"seen": f"{report['summary']['percent_covered']:.0f}% of a file covered, its missing line named"}


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Starts a module of this interpreter in a folder, without what the user's settings add to every call."""
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTEST_ADDOPTS", "COVERAGE_FILE")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=dict(ours, PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _equal(name: str, got: object, wanted: object, done: subprocess.CompletedProcess[str]) -> None:
    if got != wanted:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}. It says: {said}")
