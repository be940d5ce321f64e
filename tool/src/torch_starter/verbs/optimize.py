"""`optimize`: the settings that make a command faster here, found and proven; or that nothing beats the noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _optimizing

    return _optimizing.optimize(ask)


VERB = Verb(
    name="optimize",
    summary="Find the settings that make your command faster here, and prove it. Without a command: those for all of them.",
    example="./dev.sh optimize -- python examples/text.py --steps 100000",
    run=run,
    options=(
        Option("budget", "Search for so many minutes at most, about.", "text", "MINUTES", default="10"),
        Option("only", "Try these settings alone; --dry-run lists them.", "texts", "SETTING"),
        Option("allow", "Also try what computes with fewer digits: precision.", "texts", "CLASS"),
        Option(
            "apply", "Put what is proven in force: run uses it for this script from then on. Searches first if need be.", "flag"
        ),
        Option("revert", "Put it out of force: what was before is back, byte for byte.", "flag"),
        Option("html", "Write the answer as a page with pictures to this file, too.", "path", "FILE"),
        Option("markdown", "Write the answer as Markdown to this file, too.", "path", "FILE"),
    ),
    rest="-- COMMAND [ARGUMENTS]...",
    changes=True,
    markdown=True,
)
