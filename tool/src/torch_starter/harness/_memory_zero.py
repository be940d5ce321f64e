"""Whether gradients are kept as zeros while the next step computes, and which line asks for that."""

from __future__ import annotations

import functools
import inspect
from typing import Any


def wrap(owner: Any, look: Any) -> None:
    """Note who makes gradients zero and does not let them go."""
    inner = owner.zero_grad
    by_itself = inspect.signature(inner).parameters.get("set_to_none")
    default = by_itself.default if by_itself is not None else False

    @functools.wraps(inner)
    def zero_grad(it: Any, *given: Any, **named: Any) -> Any:
        lets_go = named.get("set_to_none", given[0] if given else default)
        if not lets_go and look.zeroed is None:
            look.zeroed = look.watch.beside("root").place() or {"file": "", "line": 0}
        return inner(it, *given, **named)

    zero_grad._torchdynamo_disable = True  # type: ignore[attr-defined]
    owner.zero_grad = zero_grad
