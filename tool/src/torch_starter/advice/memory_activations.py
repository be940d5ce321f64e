"""What the way back needs of the way forward."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, smaller, whole
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import Owner, Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size

MUCH = 0.25  # of all memory
SAVED = 0.7  # of them, where each block keeps its input alone and one is computed again at a time
MOST = 0.6  # of them lie below the line of the block


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    now, kept = whole(process), memory.roles.get("activations", 0)
    if process.kind != "training" or kept < MUCH * now:
        return
    place, saved = block(memory.activations), SAVED * kept
    if (gain := smaller(now, saved)) >= LEAST:
        yield finding(
            ADVICE.id,
            "most of the memory is what layers keep for their gradients",
            f"{memory_size(kept)} of {memory_size(now)}: {leads_to(now, saved)}; a step takes about a third longer",
            "torch.utils.checkpoint.checkpoint(block, x, use_reentrant=False) for each block: it is computed again",
            gain,
            place,
        )


def block(activations: tuple[Owner, ...]) -> Place | None:
    """The innermost of the user's lines below which most of it is kept: the one that calls the blocks."""
    below: dict[Place, tuple[int, int]] = {}
    for each in activations:
        own = [Place(frame.file, frame.line) for frame in each.frames if frame.own]
        for place in set(own):
            size, depth = below.get(place, (0, 0))
            below[place] = (size + each.bytes, max(depth, len(own) - own[::-1].index(place)))
    wanted = MOST * sum(each.bytes for each in activations)
    most = [(depth, size, str(place), place) for place, (size, depth) in below.items() if size >= wanted]
    return max(most)[3] if most else None


ADVICE = Advice(
    id="memory.activations",
    title="what layers keep for gradients",
    of="memory",
    look=look,
    about="Each layer keeps its input or output until the way back has come through; a block can compute it again instead.",
    found="In one step each operation tells what it keeps, and which line called it; a piece of memory counts once.",
    mend="torch.utils.checkpoint",
    source="The manual of torch.utils.checkpoint",
)
