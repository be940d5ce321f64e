"""`benchmark`: how fast this machine and environment is, each figure against its physical limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _benchmarking

    return _benchmarking.benchmark(ask)


VERB = Verb(
    name="benchmark",
    summary="Measure this machine and environment, each figure against its physical limit and its own noise.",
    example="./dev.sh benchmark --suite quick",
    run=run,
    options=(
        Option("suite", "quick: a minute, what matters most; full: all, a quarter of an hour.", "text", "SUITE", default="quick"),
        Option("only", "Measure these benchmarks alone, of whichever suite.", "texts", "NAME"),
        Option("list", "List the benchmarks, and measure nothing.", "flag"),
        Option("budget", "Stop after so many minutes, but take each figure three times.", "text", "MINUTES"),
        Option("save", "Keep the run under this name.", "text", "NAME"),
        Option("against", "Compare with a run that was kept: its name, or a file that --json wrote.", "text", "NAME"),
        Option("history", "Show what was measured before, and measure nothing.", "flag"),
        Option("python", "Measure this interpreter's environment instead of ours.", "path", "PATH"),
        Option("html", "Write the answer as a page with pictures to this file, too.", "path", "FILE"),
        Option("markdown", "Write the answer as Markdown to this file, too.", "path", "FILE"),
    ),
    markdown=True,
)
