"""Deciding how JupyterLab is started, and making what it needs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch_starter.core import requirements
from torch_starter.core.ask import Ask
from torch_starter.core.files import DiskProblem
from torch_starter.core.problems import Missing
from torch_starter.core.report import Report
from torch_starter.facts.interfaces import shares_the_hosts
from torch_starter.notebooks import certificate, kernel, listening, private, words
from torch_starter.verbs import _gather, _plan

EXTRA = "notebook"
NEEDED = ("jupyterlab", "ipykernel")
PROGRAM = Path(__file__).parent.parent / "harness" / "notebook.py"
OF_USER = {"JUPYTER_CONFIG_DIR": ".jupyter", "JUPYTER_DATA_DIR": ".local/share/jupyter", "IPYTHONDIR": ".ipython"}


@dataclass(frozen=True)
class Start:
    """How it is started: where it listens, with what certificate, with what options of the user's."""

    where: listening.Listening
    certificate: Path | None
    key: Path | None
    options: tuple[str, ...]


def decide(ask: Ask) -> Start:
    """How it is started; raises WrongUsage for what cannot be done, and CouldNotLook where there is no environment."""
    given, key = ask.path("certfile"), ask.path("keyfile")
    _gather.ours(ask)
    certificate.refuse_unusable(given, key)
    options = words.checked(ask.rest)
    port, ip = listening.number(ask.text("port")), ask.text("ip")
    published: tuple[int, ...] = ()
    if ask.project.image and ip is None and not shares_the_hosts(Path("/sys/class/net")):
        published = tuple(ask.spec.container.ports)
        where = listening.in_container(port, published, outside(published, ask.machine.variables))
    else:
        where = listening.on_host(ip, port, certified=given is not None)
    if where.port:
        listening.refuse_taken(where, published)
    return Start(where, given, key, tuple(options))


def outside(published: tuple[int, ...], variables: Mapping[str, str]) -> dict[int, int]:
    """At which port of the host each port of the container is, as compose.yaml tells it to the container."""
    told = {port: variables.get(f"TORCH_STARTER_PORT_{port}", "") for port in published}
    return {port: int(text) for port, text in told.items() if text.isdigit()}


def offer_extra(ask: Ask) -> Report | None:
    """Install the extra where it is not and the user says yes; what stopped that, or raises Missing."""
    lacks = lacking(ask)
    if not lacks:
        return None
    said = f"the environment has no {' and no '.join(lacks)}"
    if EXTRA not in requirements.parse(ask.machine.files.read(ask.project.pyproject)).extras:
        raise Missing("notebook.missing", f"{said}, and pyproject.toml no extra {EXTRA}", "./dev.sh add jupyterlab ipykernel")
    command = f"./dev.sh setup --extra {EXTRA}"
    if not ask.confirm(f"{said.capitalize()}. Run {command} now?"):
        raise Missing("notebook.missing", f"{said}: it is in the extra {EXTRA}", command)
    from torch_starter.verbs import _judge
    from torch_starter.verbs.setup import set_up

    report = set_up(replace(ask, options={"extra": [EXTRA]}), _judge.default_checks(), "setup")
    return report if report.exit_code else None


def lacking(ask: Ask) -> list[str]:
    """What is needed and not in the environment."""
    there = {name.split("-")[0] for name in _plan.installed_names(_gather.ours(ask).python.parent.parent)}
    return [name for name in NEEDED if name not in there]


def prepare(ask: Ask, start: Start) -> tuple[list[str | Path], dict[str, str]]:
    """Make the folder of this start; the words and variables to start it with."""
    subject = _gather.ours(ask)
    parent = ask.project.state / "notebook"
    files = ask.machine.files
    private.remove_left_over(files, parent)
    folder = private.make(files, parent)
    own = files.read(subject.python.parent.parent / kernel.OWN)
    spec = kernel.spec(subject.python, folder, ask.project.root.name, own)
    files.write(folder / "kernels" / kernel.NAME / "kernel.json", spec)
    files.write(folder / kernel.SETTINGS, kernel.settings(ask.project.root))
    where, variables = start.where, _gather.own_variables(ask, subject, torch_of(ask))
    asked = {
        "options": start.options,
        "first": words.first(ask.project.root, browser=browser(ask)),
        "held": words.held(where.ip, where.port, start.certificate, start.key, remote=where.remote, root=os.geteuid() == 0),
        "host": where.host,
        "port": where.shown,
    }
    ask.progress.say(f"Starting JupyterLab ... {where.why}".rstrip())
    path = [str(folder), *filter(None, [variables.get("JUPYTER_PATH")])]
    variables |= {"JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_PATH": os.pathsep.join(path)}
    return [subject.python, PROGRAM, private.write_start(files, folder, asked)], variables | homeless(ask, folder)


def torch_of(ask: Ask) -> str | None:
    """The version of torch in the environment."""
    now = _plan.current(ask)
    return now[1].torch if now else None


def browser(ask: Ask) -> bool:
    """Whether a browser may be opened: somebody is at a terminal, and there is a screen for it."""
    if ask.flag("no-browser") or ask.project.image or not (os.isatty(1) or os.isatty(2)):
        return False
    names = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return platform.system() == "Darwin" or any(ask.machine.variables.get(name) for name in names)


def homeless(ask: Ask, folder: Path) -> dict[str, str]:
    """Where Jupyter and IPython keep what they keep for a user: in a home that cannot be written, for this start alone."""
    home, given = Path(ask.machine.variables.get("HOME", "/")), ask.machine.variables
    moved = {}
    for name, path in OF_USER.items():
        if name not in given and not writable(ask, home / path):
            moved[name] = str(folder / path)
    if moved:
        ask.progress.say(f"{home} cannot be written: what JupyterLab keeps for you there ends with it.")
    if "JUPYTER_CONFIG_DIR" in moved:  # the settings that are there are read still
        moved["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(home / ".jupyter"), given.get("JUPYTER_CONFIG_PATH")]))
    return moved


def writable(ask: Ask, path: Path) -> bool:
    """Whether something can be kept in a folder, which is made."""
    try:
        ask.machine.files.make_folder(path)
    except DiskProblem:
        return False
    return os.access(path, os.W_OK)
