"""Passes that build a graph which nothing takes back."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, smaller, whole
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    now, activations = whole(process), memory.roles.get("activations", 0)
    for each in memory.unused_graphs:
        kept = each.bytes or (activations if process.kind == "inference" else 0)
        trained = 0 if process.kind == "inference" else activations  # a training needs as much, anyway
        saved = max(0.0, kept - trained)
        if (gain := smaller(now, saved)) < LEAST:
            continue
        yield finding(
            ADVICE.id,
            f"{each.function} keeps what only a way back would need",
            f"{memory_size(kept)} for each pass, which no backward() takes: {leads_to(now, saved)}",
            "with torch.inference_mode(): around the passes that do not train; or torch.no_grad()",
            gain,
            each.place,
        )


ADVICE = Advice(
    id="memory.no-grad",
    title="passes that do not train",
    of="memory",
    look=look,
    about="A pass keeps the output of each layer for gradients, unless it is told that there will be none.",
    found="Each pass is asked whether what it answers has a graph, and whether the way back ever comes through it.",
    mend="torch.inference_mode()",
    source="The manual of torch.inference_mode",
)
