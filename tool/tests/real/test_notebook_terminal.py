"""A notebook at a real terminal: what is told there and nowhere else, the browser, and its ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil

from real._extras import with_extras as with_extras
from real._notebook import Desk
from real._notebook import desk as desk

BROWSER = """#!/bin/sh
for word; do printf '%s\\n' "$word"; done >"$0.part"
mv "$0.part" "$0.words"
printf 'the browser was opened\\n' >/dev/tty
"""


def browser(folder: Path) -> Path:
    """A browser that writes down what it was started with."""
    program = folder / "browser"
    program.write_text(BROWSER)
    program.chmod(0o755)
    return program


def test_the_token_is_told_to_the_terminal_alone_and_the_browser_reads_it_from_a_file(desk: Desk, tmp_path: Path) -> None:
    program, log = browser(tmp_path), tmp_path / "log"
    with desk.lab("--port", "0", terminal=True, log=log, BROWSER=f"{program} %s") as lab:
        lab.until(b"the browser was opened")
        words = program.with_name("browser.words").read_text()
        page = Path(words.strip().removeprefix("file://").replace("%20", " "))
        assert lab.token not in words
        assert lab.token in page.read_text()
        assert page.stat().st_mode & 0o777 == 0o600
        folder = desk.left[0]
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not (folder / "address").exists()
        holding = [path for path in folder.rglob("*") if path.is_file() and lab.token in path.read_text()]
        assert len(holding) == 2
        assert {path.stat().st_mode & 0o777 for path in holding} == {0o600}
        lab.type(b"\x03")
        lab.until(b"Shut down this Jupyter server")
        lab.type(b"y\n")
        assert lab.finish() == 0
    assert lab.token not in log.read_text()
    assert "Shutdown confirmed" in log.read_text()
    assert desk.left == []


def test_a_terminal_that_is_closed_ends_it_also_in_a_home_that_cannot_be_written(desk: Desk) -> None:
    with desk.lab("--port", "0", "--no-browser", terminal=True, HOME="/proc/nobody") as lab:
        assert b"/proc/nobody cannot be written" in lab.heard
        assert lab.family[0].environ()["IPYTHONDIR"] == str(desk.left[0] / ".ipython")
        status, _, _ = lab.ask(f"api/kernels?token={lab.token}")
        assert status == 200
        family = lab.family
        lab.hang_up()
        assert lab.process.wait(60) == 0
    assert not psutil.wait_procs(family, 10)[1]
    assert desk.left == []


def test_with_a_certificate_it_is_https(desk: Desk, tmp_path: Path) -> None:
    certificate, key = pair(tmp_path, "own")
    with desk.lab("--port", "0", "--certfile", certificate, "--keyfile", key) as lab:
        assert lab.place.startswith("https://127.0.0.1:")
        assert lab.ask(f"api/kernels?token={lab.token}")[:2] == (200, b"[]")
        assert lab.ask("api/kernels")[0] == 403


def pair(folder: Path, name: str) -> tuple[str, str]:
    """A certificate and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    subprocess.run([*words, "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return str(certificate), str(key)
