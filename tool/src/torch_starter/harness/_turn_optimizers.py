"""Turns of torch's own optimizers: how each computes a step."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Optional

OTHER = {"fused": "foreach", "foreach": "fused"}


def optimizer(turns: Any, torch: Any, wanted: Optional[str]) -> Optional[str]:
    """Wrap what makes each that takes it. A subclass of the user's comes by here where it makes what it is of."""
    base = torch.optim.Optimizer
    made = base.__init__

    @functools.wraps(made)
    def making(one: Any, *words: Any, **named: Any) -> None:
        made(one, *words, **named)
        turns.guard("optimizer", lambda: turns.made.hold("optimizers", one))

    base.__init__ = making
    if wanted is None:
        return None
    kinds: Any = [kind for kind in vars(torch.optim).values() if isinstance(kind, type) and issubclass(kind, base)]
    for kind in kinds:
        if wanted in inspect.signature(kind.__init__).parameters:
            wrap(turns, kind, wanted)
    return "the script made no optimizer that takes %s" % wanted


def wrap(turns: Any, kind: Any, wanted: str) -> None:
    """Make one with it; where it does not take these parameters, without."""
    made = kind.__init__
    signature = inspect.signature(made)

    @functools.wraps(made)
    def making(one: Any, params: Any, *words: Any, **named: Any) -> None:
        kept = listed(params)
        before = [dict(each) if isinstance(each, dict) else each for each in kept] if isinstance(kept, list) else []

        def usual() -> None:
            for each, was in zip(kept, before):
                if isinstance(each, dict):  # the first try has written into it
                    each.clear()
                    each.update(was)
            made(one, kept, *words, **named)

        turns.either("optimizer", lambda: turned(turns, made, signature.bind(one, kept, *words, **named), wanted), usual)

    kind.__init__ = making


def turned(turns: Any, made: Any, bound: Any, wanted: str) -> None:
    told = bound.arguments
    turns.overrule("%s of an optimizer" % wanted, told.get(wanted) is not False, True)
    told[wanted] = True
    if OTHER[wanted] in told:
        told[OTHER[wanted]] = None
    made(*bound.args, **bound.kwargs)
    turns.done["optimizer"] = ""


def listed(params: Any) -> Any:
    """Parameters, or groups of them, that can be gone through twice: a model gives them once. Groups stay the script's own."""
    if not hasattr(params, "__iter__") or hasattr(params, "data_ptr"):
        return params
    found = list(params)
    for each in found:
        if isinstance(each, dict) and "params" in each:
            each["params"] = listed(each["params"])
    return found
