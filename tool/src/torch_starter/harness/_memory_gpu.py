"""A GPU's memory as torch's allocator has it: its history is kept from the start, and reduced at the end, or when it was full.

`reduced` is pure: it reads what torch.cuda.memory._snapshot answers.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

ENTRIES = 200_000  # of the history
SEGMENTS, COURSE, OWNERS = 400, 1500, 40
LIVE = ("active_allocated", "active_awaiting_free", "active_pending_free")


class Gpu:
    """Does nothing where no GPU is used."""

    def __init__(self, torch: Any, own: Callable[[str], bool]) -> None:
        self.torch, self.own = torch, own
        self.full: Optional[Dict[str, Any]] = None
        self.recording = False

    def begin(self) -> None:
        """As soon as the GPU is used, and not before: to ask whether there is one may be too much for who forks."""
        self.torch.cuda._lazy_call(self.record)

    def record(self) -> None:
        """Keep the history, and what it was when there was no memory left."""
        try:
            self.torch.cuda.memory._record_memory_history(context="all", stacks="python", max_entries=ENTRIES)
            self.torch._C._cuda_attach_out_of_memory_observer(self.no_more)
            self.recording = True
        except (AttributeError, RuntimeError, TypeError):  # a torch that is too old for it
            self.recording = False

    def no_more(self, device: int, wanted: int, *_: Any) -> None:
        """It was asked for more than there is. The script may yet go on with less."""
        self.full = {**self.taken(), "full": True}

    def taken(self) -> Dict[str, Any]:
        """core/profile.GpuMemory, now."""
        cuda = self.torch.cuda
        device = cuda.current_device()
        total = cuda.get_device_properties(device).total_memory
        found = reduced(cuda.memory._snapshot(), device, int(total), self.own)
        return {**found, "peak": max(found["peak"], int(cuda.max_memory_allocated(device)))}

    def told(self) -> Optional[Dict[str, Any]]:
        """Of the time when it was full, where it ever was; else of now."""
        if self.full is not None:
            return self.full
        return self.taken() if self.recording and self.torch.cuda.is_initialized() else None


def reduced(snapshot: Dict[str, Any], device: int, total: int, own: Callable[[str], bool]) -> Dict[str, Any]:
    """What of a snapshot is told."""
    segments = [each for each in snapshot.get("segments", []) if each.get("device", 0) == device]
    blocks = [block for each in segments for block in each["blocks"]]
    traces = snapshot.get("device_traces") or []
    trace = traces[device] if device < len(traces) else []
    allocated = sum(block["size"] for block in blocks if block["state"] in LIVE)
    reserved = sum(each["total_size"] for each in segments)
    course, owners = replayed(trace, dict(addressed(segments)), allocated)
    return {
        "allocated": allocated,
        "reserved": reserved,
        "total": total,
        "peak": max([allocated, *(size for _, size in course)]),
        "fragmented": in_pieces(segments) / reserved if reserved else 0.0,
        "segments": [drawn(each) for each in sorted(segments, key=lambda each: -each["total_size"])[:SEGMENTS]],
        "course": thinned(course),
        "owners": grouped(owners, own),
    }


def addressed(segments: List[Dict[str, Any]]) -> Any:
    """The blocks that are in use, by their address; an old snapshot says that of segments alone."""
    for segment in segments:
        address = segment["address"]
        for block in segment["blocks"]:
            if block["state"] in LIVE:
                yield block.get("address", address), block
            address += block["size"]


def in_pieces(segments: List[Dict[str, Any]]) -> int:
    """Bytes that are free in segments of which something else is in use: they cannot be given back, but of expandable ones."""
    found = 0
    for each in segments:
        free = sum(block["size"] for block in each["blocks"] if block["state"] == "inactive")
        found += free if free < each["total_size"] and not each.get("is_expandable") else 0
    return found


def drawn(segment: Dict[str, Any]) -> Dict[str, Any]:
    """core/profile.Segment."""
    blocks = [[block["size"], block["state"]] for block in segment["blocks"]]
    return {"address": segment["address"], "bytes": segment["total_size"], "blocks": blocks}


def replayed(trace: List[Any], live: Dict[int, Any], now: int) -> Tuple[List[Tuple[float, int]], List[Any]]:
    """How the history goes, and what was in use when it was most: (size, frames) of each block."""
    size = now - sum(change(entry) for entry in trace)
    began = trace[0].get("time_us", 0) if trace else 0
    course, most, until = [], size, 0
    for number, entry in enumerate(trace):
        if change(entry):
            size += change(entry)
            course.append(((entry.get("time_us", began) - began) / 1e6, size))
            most, until = (size, number + 1) if size > most else (most, until)
    return course, held(trace, live, until)


def held(trace: List[Any], live: Dict[int, Any], until: int) -> List[Any]:
    """What was in use after so many entries of the history: back from now to its beginning, and on from there."""
    found = {address: (block["size"], block.get("frames") or []) for address, block in live.items()}
    for entry in reversed(trace):
        if change(entry) > 0:
            found.pop(entry["addr"], None)
        elif change(entry) < 0:
            found[entry["addr"]] = (entry["size"], [])
    for entry in trace[:until]:
        if change(entry) > 0:
            found[entry["addr"]] = (entry["size"], entry.get("frames") or [])
        elif change(entry) < 0:
            found.pop(entry["addr"], None)
    return list(found.values())


def change(entry: Dict[str, Any]) -> int:
    """By how many bytes an entry of the history makes more of what is in use."""
    return {"alloc": 1, "free_completed": -1}.get(entry["action"], 0) * int(entry.get("size", 0))


def thinned(course: List[Tuple[float, int]]) -> List[Tuple[float, int]]:
    """Of many those with the most in each stretch."""
    stretch = max(1, -(-len(course) // COURSE))
    return [max(course[start : start + stretch], key=lambda each: each[1]) for start in range(0, len(course), stretch)]


def grouped(blocks: List[Any], own: Callable[[str], bool]) -> List[Dict[str, Any]]:
    """core/profile.Owner of each stack; torch tells frames from the innermost out."""
    found: Dict[Any, List[int]] = {}
    for size, frames in blocks:
        row = found.setdefault(tuple((each["name"], each["filename"], each["line"]) for each in frames), [0, 0])
        row[0] += size
        row[1] += 1
    told = []
    for stack, (size, count) in sorted(found.items(), key=lambda each: -each[1][0])[:OWNERS]:
        framed = [[name, file, line, own(file)] for name, file, line in reversed(stack)]
        mine = [each for each in framed if each[3]]
        place = {"file": mine[-1][1], "line": mine[-1][2]} if mine else None
        told.append({"place": place, "bytes": size, "blocks": count, "frames": framed})
    return told
