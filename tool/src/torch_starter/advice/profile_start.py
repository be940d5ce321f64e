"""A start that takes longer than what is done then."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

MOST = 0.5  # of a run that came to its own end: below it, steps are what takes long
NEEDED = ("torch", "numpy")
SAVES = 0.8  # what other packages import by themselves may come with others, too


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    first = next((mark.seconds for mark in process.marks if mark.what == "first step"), None)
    starts = first if first is not None else sum(process.imports.values())
    if process.ended != "exit" or not process.seconds or starts < MOST * process.seconds:
        return
    own = set(process.imported) - set(NEEDED)  # what others import cannot be put off by an edit of the script
    rest = {name: seconds for name, seconds in process.imports.items() if name in own}
    spent = sum(rest.values())
    if not rest:
        return
    largest = sorted(rest, key=lambda name: -rest[name])[:3]
    yield from told(
        ADVICE,
        "most of the run is its start",
        f"{starts:.1f} of {process.seconds:.1f} s, of which importing {', '.join(largest)} takes {spent:.1f} s",
        f"import {largest[0]} only where it is used, inside of functions; what is behind it: python -X importtime",
        faster(spent / process.seconds * SAVES),
    )


ADVICE = Advice(
    id="profile.start",
    title="slow start-up",
    of="time",
    look=look,
    about="A short run is mostly importing.",
    found="Imports are timed, and how far the script has come by when.",
    mend="imports where they are used",
    source="The manual of Python: -X importtime",
)
