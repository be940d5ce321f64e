"""Each call of a function of torch in some steps: which of the user's lines makes it, how often, and how long it takes."""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Dict, List, Optional, Tuple

CLOCK = time.perf_counter
READS = {"item", "tolist", "__bool__", "__float__", "__int__", "__index__", "numpy", "__array__", "is_nonzero", "__contains__"}
COPIES = {"clone", "contiguous", "to", "cpu", "cuda", "double", "float", "half", "bfloat16", "type", "copy_"}
IGNORED = ("__get__", "__set__", "_record_function_enter_new", "_record_function_exit", "_RecordFunction")
MOST = 300  # places that are told


class Calls:
    """Begins when it is made; `told` ends it."""

    def __init__(self, torch: Any, own: Any) -> None:
        self.torch, self.own = torch, own
        self.found: Dict[Tuple[str, int, str], List[Any]] = {}
        self.files: Dict[str, bool] = {}
        self.steps = 0
        self.mode = mode(self)
        self.mode.__enter__()

    def note(self, function: Any, given: Any, answer: Any, spent: float) -> None:
        """One call more."""
        name = getattr(function, "__name__", "") or str(function)
        place = self.place()
        if place is None or name.endswith(IGNORED):
            return
        row = self.found.setdefault((*place, name), [0, 0.0, 0, set(), False])
        row[0] += 1
        row[1] += spent
        if isinstance(answer, self.torch.Tensor):
            row[2] += answer.numel() * answer.element_size()
            row[3].add(str(answer.dtype).replace("torch.", ""))
            row[4] = row[4] or (name in COPIES and copied(given, answer))

    def place(self) -> Optional[Tuple[str, int]]:
        """The innermost of the user's own lines."""
        frame: Any = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            known = self.files.get(file)
            if known is None:
                known = self.files[file] = self.own(file)
            if known:
                return os.path.abspath(file), frame.f_lineno
            frame = frame.f_back
        return None

    def end(self) -> None:
        if self.mode is not None:
            self.mode.__exit__(None, None, None)
            self.mode = None

    def told(self) -> List[Dict[str, Any]]:
        """For one step: core/profile.Call."""
        steps = max(1, self.steps)
        kept = sorted(self.found.items(), key=lambda each: -each[1][1])[:MOST]
        return [
            {
                "place": {"file": file, "line": line},
                "function": name,
                "count": count / steps,
                "seconds": seconds / steps,
                "bytes": size / steps,
                "dtypes": sorted(dtypes),
                "reads": name in READS,
                "copies": copies,
            }
            for (file, line, name), (count, seconds, size, dtypes, copies) in kept
        ]


def copied(given: Any, answer: Any) -> bool:
    """Whether what was answered is another tensor than what was given, with the same numbers."""
    first: Any = given[0] if given else None
    try:
        return first is not answer and first.shape == answer.shape and first.data_ptr() != answer.data_ptr()
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):  # such as of a tensor without memory of its own
        return False


def mode(calls: Calls) -> Any:
    """A mode of torch that tells of each call, and changes none."""
    from torch.overrides import TorchFunctionMode

    class Noted(TorchFunctionMode):  # type: ignore[misc,unused-ignore]
        """Tells of each call."""

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            start = CLOCK()
            answer = function(*args, **(kwargs or {}))
            calls.note(function, args, answer, CLOCK() - start)
            return answer

    return Noted()
