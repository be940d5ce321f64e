"""`profile`: where the time of a script goes, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report

PYTHON = Option(
    "python", "Profile in the environment of this interpreter instead of this project's; it is left unchanged.", "path", "PATH"
)
MODULE = Option("module", "Run a module instead of a script; what follows it are its own arguments.", "text", "MODULE", short="m")
STEPS = Option("steps", "Look at so many steps, after those that warm it up. By itself as many as take about 8 s.", "text", "N")
FILES = (
    Option("html", "Write the answer as a page with pictures to this file, too.", "path", "FILE"),
    Option("markdown", "Write the answer as Markdown to this file, too.", "path", "FILE"),
)


def run(ask: Ask) -> Report:
    from torch_starter.core.problems import WrongUsage
    from torch_starter.verbs import _profiling

    asked = [name for name in ("attach", "hang") if ask.text(name) is not None]
    if asked and (len(asked) > 1 or ask.rest or ask.text("module") is not None):
        raise WrongUsage("profile.both", "a process and something else cannot be looked at in one go", f"give --{asked[0]} alone")
    if asked:
        from torch_starter.verbs import _attached

        look = _attached.attach if asked[0] == "attach" else _attached.hang
        return look(ask, _profiling.number(ask, asked[0]))
    return _profiling.profile(ask, "time")


VERB = Verb(
    name="profile",
    summary="Say where the time of a script goes, and what to change. It is not edited, and nothing that it writes is kept.",
    example="./dev.sh profile examples/vision.py --steps 1000",
    run=run,
    options=(
        MODULE,
        STEPS,
        Option("attach", "Look at a process that runs already, for some seconds.", "text", "PID"),
        Option("hang", "Say what a process that does not go on is stuck on.", "text", "PID"),
        PYTHON,
        *FILES,
    ),
    rest="SCRIPT [ARGUMENTS]...",
    markdown=True,
    script=True,
)
