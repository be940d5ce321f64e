"""Places at which a graph of torch.compile ends before its function does."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

EACH = 100e-6  # seconds a step for each, at least: guards are asked again, and what is between two graphs is not compiled


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    breaks = process.compiled.breaks
    if not breaks or not process.mean:
        return
    places = {each.place for each in breaks}
    share = min(process.share("forward") + process.share("python"), len(places) * EACH / process.mean)
    worst = max(breaks, key=lambda each: (each.place is not None, each.count))
    yield from told(
        ADVICE,
        "graphs of torch.compile end early",
        f"at {len(places)} places, about {percent(share)} of each step; such as: {worst.why}",
        "compute without what cannot be in a graph there (prints, .item(), numpy, conditions on values); torch.compile(…, "
        "fullgraph=True) names each",
        faster(share),
        worst.place,
    )


ADVICE = Advice(
    id="profile.graph-breaks",
    title="graphs that break",
    of="time",
    look=look,
    about="Between two graphs Python runs as without torch.compile, and nothing is put together across.",
    found="What torch.compile counts itself, with its reasons.",
    mend="no Python between operations",
    source="The manual of torch.compile: graph breaks",
)
