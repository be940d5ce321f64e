"""The security tools at work, without the network: what is wrong in a small file is found, and the rest is not flagged.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

WITHOUT_TORCH = True


def use_pip_audit() -> dict[str, object]:
    """Two pinned requirements are collected for an audit, and one that is not pinned is refused: a dry run, offline."""
    quiet = ("--dry-run", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--cache-dir", "cache")
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, "pinned.txt", "numpy==1.26.4\nrequests==2.32.0 ; python_version > '3'\n")
        _write(folder, "loose.txt", "numpy>=1.26\n")
        done = _run(folder, "pip_audit", *quiet, "-f", "json", "-r", "pinned.txt")
        refused = _run(folder, "pip_audit", *quiet, "-r", "loose.txt")
    _equal("exit code of pip-audit's dry run", done.returncode, 0, done)
    _equal("keys of pip-audit's JSON", sorted(json.loads(done.stdout)), ["dependencies", "fixes"], done)
    _equal("'would have audited 2 packages' is said", "audited 2 packages" in done.stderr, True, done)
    _equal("exit code of pip-audit for what is not pinned", refused.returncode, 1, refused)
    _equal("'not pinned' is said", "not pinned" in refused.stderr, True, refused)
    return {"seen": "2 pinned requirements collected for an audit, 1 that is not pinned refused"}


def use_bandit() -> dict[str, object]:
    """A shell command made of text is flagged (B602) on its line, and a clean file is not."""
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, "bad.py", "import subprocess\n\nsubprocess.call('ls ' + input(), shell=True)\n")
        _write(folder, "good.py", "print(1 + 1)\n")
        done = _run(folder, "bandit", "-q", "-f", "json", "bad.py", "good.py")
    _equal("exit code of bandit with a finding", done.returncode, 1, done)
    rows = json.loads(done.stdout)["results"]
    found = {(os.path.basename(row["filename"]), row["line_number"], row["test_id"]) for row in rows}
    _equal("the shell command is flagged", ("bad.py", 3, "B602") in found, True, done)
    _equal("files with findings", sorted({name for name, _, _ in found}), ["bad.py"], done)
    return {"seen": "of two files, bandit flags the shell command on line 3 of one"}


def use_detect_secrets() -> dict[str, object]:
    """The head of a private key is found on its line, and a clean file is not flagged; nothing is verified online."""
    with tempfile.TemporaryDirectory() as folder:
        # In two halves, so that this file is not itself one with a secret.
        _write(folder, "bad.txt", "name = x\n-----BEGIN RSA PRIVATE" + " KEY-----\n")
        _write(folder, "good.txt", "name = x\n")
        done = _run(folder, "detect_secrets", "scan", "--no-verify", "--all-files", ".")
    _equal("exit code of detect-secrets", done.returncode, 0, done)
    results = json.loads(done.stdout)["results"]
    found = [(os.path.basename(name), row["line_number"], row["type"]) for name in results for row in results[name]]
    _equal("secrets that are found", found, [("bad.txt", 2, "Private Key")], done)
    return {"seen": "of two files, detect-secrets flags the private key on line 2 of one"}


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
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
