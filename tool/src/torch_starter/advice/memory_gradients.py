"""Gradients that are kept as zeros."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._memory import LEAST, finding, leads_to, memory_of, smaller, whole
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding
from torch_starter.core.units import memory_size


def look(profile: Profile) -> Iterator[Finding]:
    process, memory = profile.main, memory_of(profile)
    zeros = next((each for each in memory.holdings if each.kind == "gradients"), None)
    if zeros is None or process.kind != "training":
        return
    now, saved = whole(process), min(zeros.bytes, memory.roles.get("activations", 0))
    if (gain := smaller(now, saved)) >= LEAST:
        yield finding(
            ADVICE.id,
            "gradients lie there as zeros while the next step computes",
            f"{memory_size(zeros.bytes)} of gradients beside what layers keep: {leads_to(now, saved)}",
            "optimizer.zero_grad(set_to_none=True), before the model is called",
            gain,
            zeros.place,
        )


ADVICE = Advice(
    id="memory.gradients",
    title="gradients that are kept",
    of="memory",
    look=look,
    about="What layers keep for their gradients is most when there need be no gradients yet.",
    found="zero_grad is asked to keep the gradients as zeros; both are counted.",
    mend="optimizer.zero_grad(set_to_none=True)",
    source="The manual of torch.optim.Optimizer.zero_grad",
)
