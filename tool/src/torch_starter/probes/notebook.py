"""The notebook extra at work: a kernel computes, a server answers, a widget follows, a repository is read.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong. Sockets are
files in a temporary folder: nothing listens on a port.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any

WITHOUT_TORCH = True


def use_jupyterlab() -> dict[str, object]:
    """A server starts, and its page at /lab is JupyterLab's."""
    with tempfile.TemporaryDirectory(dir=_short_folder()) as folder:
        _keep_jupyter_in(folder)
        path, log = os.path.join(folder, "socket"), os.path.join(folder, "log")
        options = [f"--ServerApp.sock={path}", "--no-browser", "--allow-root", "--IdentityProvider.token="]
        # Its search for language servers starts npm, which would outlive it.
        command = [sys.executable, "-m", "jupyterlab", *options, "--LanguageServerManager.autodetect=False"]
        with open(log, "w", encoding="utf-8") as file:
            server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        try:
            page = _first_page(path, server)
        finally:
            server.kill()
            server.wait()
        with open(log, encoding="utf-8") as file:
            said = file.read().strip()[-300:]
    if "<title>JupyterLab</title>" not in page:
        raise AssertionError(f"A server's page at /lab is {page[:80]!r}, wanted JupyterLab's. It says: {said}")
    return {"seen": f"a server answers /lab with JupyterLab's page of {len(page)} characters"}


def _first_page(path: str, server: subprocess.Popen[bytes]) -> str:
    """The page at /lab, as soon as the server answers; empty where it ends, or says nothing for a minute."""
    end = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < end:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(30)
        try:
            connection.sock.connect(path)
            connection.request("GET", "/lab")
            return connection.getresponse().read().decode()
        except (FileNotFoundError, ConnectionError):
            time.sleep(0.1)
        finally:
            connection.close()
    return ""


def use_ipykernel() -> dict[str, object]:
    """A kernel of this interpreter starts, answers 42 to 6 * 7, and stops."""
    with tempfile.TemporaryDirectory(dir=_short_folder()) as folder:
        _keep_jupyter_in(folder)
        from jupyter_client.manager import KernelManager

        manager = KernelManager(kernel_name="python3", transport="ipc", ip=os.path.join(folder, "socket"))
        manager.start_kernel(cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = manager.client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=60)
            asked = {"product": "6 * 7", "home": "__import__('sys').prefix"}
            reply = client.execute_interactive("", user_expressions=asked, timeout=60)["content"]
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    got = [reply["user_expressions"][name]["data"]["text/plain"] for name in asked]
    _equal("a kernel's 6 * 7 and sys.prefix", got, ["42", repr(sys.prefix)])
    return {"seen": f"a kernel of this environment answers {got[0]} to 6 * 7"}


def use_ipywidgets() -> dict[str, object]:
    """A label follows a slider, which stays within its limits, and both become a page of HTML."""
    import ipywidgets
    from ipywidgets import embed

    slider, label = ipywidgets.IntSlider(value=3, max=10), ipywidgets.IntText()
    ipywidgets.link((slider, "value"), (label, "value"))
    seen: list[int] = []
    slider.observe(lambda change: seen.append(change["new"]), names="value")
    slider.value = 7
    slider.value = 50
    _equal("values of a slider from 0 to 10 set to 7 and 50", seen, [7, 10])
    _equal("value of the field that follows it", label.value, 10)
    states = embed.dependency_state([slider, label])
    names = sorted(state["model_name"] for state in states.values() if "value" in state["state"])
    _equal("widgets in a page", names, ["IntSliderModel", "IntTextModel"])
    return {"seen": f"a field follows a slider to {label.value}, its limit; both become a page"}


def use_jupyterlab_git() -> dict[str, object]:
    """In a new repository, the extension sees the one file that git does not follow yet."""
    # A GIT_DIR of the caller (a git hook has one) would lead to another repository.
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    from jupyterlab_git import Git

    async def look(folder: str) -> Any:
        made = await Git().init(folder)
        _equal("exit code of git init", made["code"], 0)
        return await Git().status(folder)

    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "note.txt"), "w", encoding="utf-8") as file:
            file.write("a note\n")
        status = asyncio.run(look(folder))
    _equal("exit code of git status", status["code"], 0)
    found = [(row["x"] + row["y"], row["to"]) for row in status["files"]]
    _equal("files that the extension sees", found, [("??", "note.txt")])
    return {"seen": f"in a new repository the extension sees {found[0][1]}, which git does not follow yet"}


def _short_folder() -> str | None:
    """Where a folder for sockets is made: the path of one ends after 107 characters, and a cluster's TMPDIR is long."""
    return "/tmp" if len(tempfile.gettempdir()) > 70 else None


def _keep_jupyter_in(folder: str) -> None:
    """Settings, histories and sockets go to a folder of ours, and the user's own have no say."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        os.environ[name] = os.path.join(folder, name.lower())
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def _equal(name: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")
