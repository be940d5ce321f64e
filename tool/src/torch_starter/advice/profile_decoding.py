"""Work on data that has to be done, but not in each epoch again."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._loading import waiting
from torch_starter.advice._making import saved, slow
from torch_starter.advice._time import faster, percent, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

SAVES = 0.5  # what is done by chance for each epoch anew cannot be kept, and nobody but its author knows how much that is


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    for made in slow(process):
        if made.kind in ("decode", "other"):
            yield from told(
                ADVICE,
                f"{made.function} does the same in each epoch",
                f"{percent(waiting(process) / process.mean)} of each step waits for data; {percent(made.share)} of making it is "
                f"here{made.inner}",
                "do it once for all samples: keep what comes out, as small as it is used, in one array of a file that is mapped "
                "(numpy.load(…, mmap_mode='r')); what is done by chance stays",
                faster(saved(process, made.share * SAVES)),
                made.place,
            )


ADVICE = Advice(
    id="profile.decoding",
    title="work that is done for each epoch",
    of="time",
    look=look,
    about="A picture that is decoded and made small for each epoch is the same each time.",
    found="The stacks of workers, or of the script where it has none, under what makes a batch.",
    mend="once for all, into a file that is mapped",
    source="The manual of numpy.load: mmap_mode",
)
