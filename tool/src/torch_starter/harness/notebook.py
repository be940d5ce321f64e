"""Starts JupyterLab in the environment: what keeps it safe is set behind all that a user has set, and read back.

Its argument is a file start.json in a folder that the user alone can read, and that goes when JupyterLab ends. It has

- `options`: the user's own, for JupyterLab; `first`: what holds where nothing else is said, as Config has it;
- `held`: names of settings of Jupyter and their values, which nothing else may change;
- `host` and `port`: where a browser reaches it; a port of 0 is the one that it listens at.

The token is made here and told to nothing but this process: no argument has it, and no variable.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import signal
import sys
from typing import Any, Dict, List

OWNER_ALONE = 0o600
WRONG_USAGE, MISSING, INTERRUPTED = 2, 4, 130
END_SECONDS = 2.0
PROVIDER = "PasswordIdentityProvider"  # Jupyter's own: it asks for the token


def main(path: str) -> int:
    """Serve to the end; what was made for it is removed then, however it ends."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    folder = os.path.dirname(os.path.abspath(path))
    try:
        with open(path, encoding="utf-8") as file:
            return serve(folder, json.load(file))
    except KeyboardInterrupt:  # before it serves; then Jupyter has an answer of its own
        return INTERRUPTED
    except SystemExit as ended:  # of Jupyter, which has said why, or of a signal
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        end_the_rest()
        shutil.rmtree(folder, ignore_errors=True)


def end_the_rest() -> None:
    """End what JupyterLab has started and not ended, such as an npm that does not come back from its search for programs."""
    try:
        import psutil  # which ipykernel needs
    except ImportError:
        return
    rest = psutil.Process().children(recursive=True)
    for end in (psutil.Process.terminate, psutil.Process.kill):  # a shell at a terminal does not mind the first
        for each in rest:
            try:
                end(each)
            except psutil.NoSuchProcess:
                pass
        rest = psutil.wait_procs(rest, END_SECONDS)[1]


def serve(folder: str, asked: Dict[str, Any]) -> int:
    """Start it, say where it is, and wait for its end; the exit status."""
    try:
        from jupyterlab.labapp import LabApp
        from traitlets.config import Config
    except ImportError as error:
        tell("stopped: JupyterLab cannot be imported: %s\nwhat to do: ./dev.sh verify-setup --extra notebook\n" % error)
        return MISSING
    token = secrets.token_hex(24)
    hide(token)
    held = {**asked["held"], "IdentityProvider.token": token, "ServerApp.cookie_secret": secrets.token_hex(32)}
    words = [*asked["options"], *("--%s=%s" % each for each in held.items())]
    first = Config({**asked["first"], **encrypted()})
    server = LabApp.initialize_server(argv=words, config=first)
    changed = differing(server, {**asked["held"], "IdentityProvider.token": token})
    if changed:
        tell("stopped: your settings of Jupyter change what keeps it safe: %s\n" % ", ".join(changed))
        tell("what to do: take them out; jupyter --paths lists the files of settings\n")
        return WRONG_USAGE
    for each in (server.browser_open_file, server.browser_open_file_to_run):
        os.close(os.open(each, os.O_WRONLY | os.O_CREAT, OWNER_ALONE))  # Jupyter would let all read them
    signal.signal(signal.SIGHUP, lambda number, frame: server.stop(from_signal=True))
    server.io_loop.add_callback(announce, server, folder, asked, token)
    server.start()
    return 0


def encrypted() -> Dict[str, Any]:
    """Nobody else on this machine reads along what the kernel says, where this Jupyter can see to that."""
    import zmq
    from jupyter_client import KernelManager

    can = hasattr(KernelManager, "transport_encryption") and zmq.has("curve")
    return {"KernelManager": {"transport_encryption": "auto"}} if can else {}


def differing(server: Any, held: Dict[str, Any]) -> List[str]:
    """The settings that are not as they must be."""
    provider = server.identity_provider
    changed = [] if type(provider).__name__ == PROVIDER else ["ServerApp.identity_provider_class"]
    for name, value in held.items():
        part, _, trait = name.partition(".")
        now = getattr(server if part == "ServerApp" else provider, trait, "")  # another class may have no such thing
        if str(now) != str(value) and not (trait == "port" and str(value) == "0"):
            changed.append(name)
    return changed


def hide(token: str) -> None:
    """Take the token out of whatever is logged, by whom ever."""
    make = logging.getLogRecordFactory()

    def made(*arguments: Any, **more: Any) -> logging.LogRecord:
        record = make(*arguments, **more)
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):  # a message that does not fit its arguments: logging says so itself
            return record
        if token in said:
            record.msg, record.args = said.replace(token, "..."), None
        return record

    logging.setLogRecordFactory(made)


def announce(server: Any, folder: str, asked: Dict[str, Any], token: str) -> None:
    """Say where it is: with the token at a terminal alone, else in a file that its owner alone can read."""
    place = "%s://%s:%s" % ("https" if server.certfile else "http", asked["host"], asked["port"] or server.port)
    address = "%s%s?token=%s" % (place, server.default_url, token)
    terminal = next((number for number in (1, 2) if os.isatty(number)), None)
    if terminal is not None:
        tell("JupyterLab is ready. Open:\n\n  %s\n\nCtrl-C twice stops it, and its kernels.\n" % address, terminal)
        return
    path = os.path.join(folder, "address")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE), "w", encoding="utf-8") as file:
        file.write(address + "\n")
    tell("JupyterLab is ready at %s\nIts address with the token, for you alone: cat '%s'\n" % (place, path))


def tell(text: str, stream: int = 2) -> None:
    """A terminal that has gone is no reason to end."""
    try:
        os.write(stream, text.encode())
    except OSError:
        pass


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose modules are not for it
    status = main(sys.argv[1])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)  # a thread that still waits for a program would keep us
