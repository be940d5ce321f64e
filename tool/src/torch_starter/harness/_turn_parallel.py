"""Turns of DistributedDataParallel."""

from __future__ import annotations

import functools
from typing import Any, Optional


def bucket_view(turns: Any, torch: Any, wanted: Optional[bool]) -> Optional[str]:
    """Gradients are views of what is sent, not copied into it; how weights lie is settled before that is laid out."""
    kind = torch.nn.parallel.DistributedDataParallel
    made = kind.__init__

    @functools.wraps(made)
    def making(one: Any, module: Any, *words: Any, **named: Any) -> None:
        if turns.given.get("channels_last"):
            turns.guard("channels_last", lambda: turns.beside("_turn_models").channels_last(turns, torch, module, True))
        if wanted:
            turns.overrule("gradient_as_bucket_view", named.get("gradient_as_bucket_view", wanted), wanted)
            turned = dict(named, gradient_as_bucket_view=wanted)
            turns.done["bucket_view"] = ""
            turns.either("bucket_view", lambda: made(one, module, *words, **turned), lambda: made(one, module, *words, **named))
        else:
            made(one, module, *words, **named)
        turns.made.note("parallel", bool(getattr(one, "gradient_as_bucket_view", False)))

    kind.__init__ = making
    return "the script made no DistributedDataParallel" if wanted else None
