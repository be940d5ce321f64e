"""`notebook`: JupyterLab in the environment, for this machine alone, with a token of its own and the project's kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _notebook, _settle

    _settle.settle(ask)
    start = _notebook.decide(ask)
    stopped = _notebook.offer_extra(ask)
    if stopped is not None:
        return stopped
    words, variables = _notebook.prepare(ask, start)
    ask.machine.processes.become(words, env=variables)


VERB = Verb(
    name="notebook",
    summary="JupyterLab in the environment, on this machine alone, with a new token at each start. Edited modules are reloaded.",
    example="./dev.sh notebook --port 8889",
    run=run,
    rest="[-- OPTIONS OF JUPYTERLAB]...",
    passes_through=True,
    options=(
        Option("port", "Listen at this port, 8888 where none is given. 0: any that is free.", "text", "PORT"),
        Option("ip", "Listen at another address of this machine, too, which takes a certificate.", "text", "ADDRESS"),
        Option("certfile", "Serve HTTPS with this certificate.", "path", "FILE"),
        Option("keyfile", "The key of the certificate, where it is not in the same file.", "path", "FILE"),
        Option("no-browser", "Open no browser.", "flag"),
    ),
)
