"""A notebook in a real browser: who gets in, what its kernel has, and what an edit of a module does."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from real._browser import CHROMIUM, started
from real._extras import with_extras as with_extras
from real._notebook import Desk, Lab, made, shown_to_others
from real._sandbox import Quiet

CELLS = (
    "import torch, mine\nprint('sum', int(torch.ones(3).sum()) + mine.answer())",
    "print('again', mine.answer())",
    "import json, os, sys\n"
    "told = {'prefix': sys.prefix, 'variable': os.environ['PYTHONHASHSEED'], 'folder': os.getcwd()}\n"
    "told['of the user'] = set_by_the_user\n"
    "told['on path'] = os.environ['PATH'].startswith(sys.prefix + '/bin')\n"
    "print(json.dumps(told))",
)
UNSAFE = """
c.IdentityProvider.token = c.ServerApp.token = "fixed-by-me"
c.PasswordIdentityProvider.hashed_password = "argon2:$argon2id$v=19$m=10240,t=10,p=8$c2FsdA$aGFzaA"
c.ServerApp.ip, c.ServerApp.port = "0.0.0.0", 9
c.ServerApp.allow_origin, c.ServerApp.allow_origin_pat, c.ServerApp.allow_credentials = "*", ".*", True
c.ServerApp.disable_check_xsrf = c.ServerApp.allow_remote_access = True
"""
HARMLESS = 'c.ServerApp.tornado_settings = {"headers": {"X-Of-The-User": "kept"}}\n'
OF_IPYTHON = "c.InteractiveShellApp.exec_lines = [\"set_by_the_user = 'kept'\"]\n"
CONNECT = """address => new Promise(done => {
  const socket = new WebSocket(address);
  socket.onopen = () => { socket.close(); done("open"); };
  socket.onerror = () => done("refused");
})"""
OPEN = 90_000  # milliseconds for JupyterLab to be drawn, and for torch to be imported, on a machine that others use too

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from started()


@pytest.fixture(scope="module")
def desk(with_extras: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A project with a notebook and a module, and a user who has set all that makes JupyterLab unsafe."""
    desk = made(with_extras, tmp_path_factory.mktemp("notebook"))
    (desk.root / "src" / "mine.py").write_text("def answer() -> int:\n    return 4\n")
    (desk.root / "trial.ipynb").write_text(notebook(*CELLS))
    desk.at_home(".jupyter/jupyter_server_config.py", UNSAFE + HARMLESS)
    desk.at_home(".jupyter/jupyter_lab_config.py", UNSAFE)
    desk.at_home(".ipython/profile_default/ipython_config.py", OF_IPYTHON)
    return desk


def notebook(*cells: str) -> str:
    """A notebook as others save one, with a kernel that each has."""
    told: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text} for text in cells
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": told, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture(scope="module")
def lab(desk: Desk) -> Iterator[Lab]:
    with desk.lab("--port", "0", "--", "--debug") as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Page:
    """The notebook, opened with the token; its kernel waits for a cell."""
    page = opened(browser, lab, f"lab/tree/trial.ipynb?token={lab.token}")
    page.get_by_text("a project | Idle").wait_for()
    return page


def opened(browser: Browser, lab: Lab, path: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(OPEN)
    page.goto(f"{lab.place}/{path}")
    return page


def run_cell(page: Page, number: int, wanted: str) -> str:
    """Run a cell, wait for words of its output, and answer with all of it."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    output = cell.locator(".jp-OutputArea-output").first
    expect(output).to_contain_text(wanted, timeout=OPEN)
    return str(output.text_content())


@pytest.mark.parametrize("asked", ["lab", "lab?token=", "lab?token=" + 24 * "00"])
def test_who_has_no_token_or_another_is_asked_for_one(browser: Browser, lab: Lab, asked: str) -> None:
    page = opened(browser, lab, asked)
    assert "/login" in page.url
    assert page.locator("#password_input").is_visible()


def test_an_edited_module_is_seen_by_the_next_cell(desk: Desk, page: Page) -> None:
    assert run_cell(page, 0, "sum") == "sum 7\n"
    (desk.root / "src" / "mine.py").write_text("def answer() -> int:\n    return 400 + 4\n")
    assert run_cell(page, 1, "again") == "again 404\n"


def test_the_kernel_has_the_environment_and_its_variables(desk: Desk, page: Page) -> None:
    told = json.loads(run_cell(page, 2, "}"))
    assert told == {
        "prefix": str(desk.root / ".torch-starter" / "here" / os.readlink(desk.root / ".venv").partition("here/")[2]),
        "variable": "random",
        "folder": str(desk.root),
        "on path": True,
        "of the user": "kept",
    }


def test_the_token_is_told_to_no_other_process(lab: Lab, page: Page) -> None:
    run_cell(page, 1, "again")
    assert lab.ask(f"api/terminals?token={lab.token}", method="POST")[0] == 200
    shell = Path(os.environ.get("SHELL", "/bin/sh")).name
    words = [" ".join(each.cmdline()) for each in lab.family]
    assert [any(part in word for word in words) for part in ("harness/notebook.py", "ipykernel_launcher", shell)] == [True] * 3
    assert lab.token.encode() not in b"".join(shown_to_others(each) for each in lab.family)


def test_nobody_else_on_the_machine_reads_what_a_kernel_says(desk: Desk, lab: Lab, page: Page) -> None:
    run_cell(page, 1, "again")
    connection = next(desk.left[0].glob("runtime/kernel-*.json"))
    assert connection.stat().st_mode & 0o777 == 0o600
    assert "curve_secretkey" in json.loads(connection.read_text())
    assert b"without encryption" not in lab.heard


def test_another_origin_gets_no_websocket_though_it_is_sent_the_cookie(lab: Lab, page: Page) -> None:
    run_cell(page, 1, "again")
    kernel = json.loads(lab.ask(f"api/kernels?token={lab.token}")[1])[0]["id"]
    channel = f"{lab.place.replace('http', 'ws')}/api/kernels/{kernel}/channels"
    assert page.evaluate(CONNECT, channel) == "open"
    with elsewhere() as other:
        foreign = page.context.new_page()
        foreign.goto(other)
        assert foreign.evaluate(CONNECT, channel) == "refused"


@contextlib.contextmanager
def elsewhere() -> Iterator[str]:
    """A page of another port of this machine, to which a browser sends the same cookies."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_what_a_user_has_set_holds_but_for_what_is_unsafe(lab: Lab) -> None:
    status, _, headers = lab.ask(f"api?token={lab.token}")
    assert (status, headers.get("X-Of-The-User")) == (200, "kept")
    assert lab.place.startswith("http://127.0.0.1:")
    assert lab.ask("api/kernels?token=fixed-by-me")[0] == 403
    assert lab.ask(f"api/kernels?token={lab.token}", Host="somewhere.example")[0] == 403
    assert lab.ask("api/kernels", Origin="http://somewhere.example")[2].get("Access-Control-Allow-Origin") is None


def test_nothing_is_left_of_it(desk: Desk, lab: Lab) -> None:
    """The last one here: it ends what the others use."""
    family, token = lab.family, lab.token.encode()
    lab.process.terminate()
    assert lab.finish() == 0
    assert token not in lab.heard
    assert not [each for each in family if each.is_running()]
    assert desk.left == []
    files = [path for path in desk.root.parent.rglob("*") if path.is_file() and "envs" not in path.parts]
    assert not [path for path in files if token in path.read_bytes()]
