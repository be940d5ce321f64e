"""Reads what memray wrote of a process: run by itself, in the interpreter that wrote it, with the path of what the process told.

Its output is one JSON document: of each window what is left, what was there at its peak, and how the size went.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any, Dict, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 1500  # stacks of a window, of most bytes; of most blocks a quarter of it
DEPTH = 40
MOMENTS = 400
MMAP, RESERVED = 14, 16 << 20  # memory that was mapped in larger pieces is of files, or is only reserved


class Reader:
    """Numbers frames, so that each is written once."""

    def __init__(self, memray: Any, own: Any) -> None:
        self.memray, self.own, self.beside = memray, own, os.path.dirname(os.path.dirname(memray.__file__)) + os.sep
        self.frames: Dict[Tuple[str, str, int], int] = {}

    def window(self, path: str, window: Dict[str, Any]) -> Dict[str, Any]:
        """One file."""
        with self.memray.FileReader(path) as reader:
            native = bool(reader.metadata.has_native_traces)
            left = self.rows(reader.get_leaked_allocation_records(merge_threads=True), native)
            high = self.rows(reader.get_high_watermark_allocation_records(merge_threads=True), native)
            course = thinned([(each.time / 1000, each.rss, min(each.heap, each.rss)) for each in reader.get_memory_snapshots()])
        return {**window, "left": left, "high": high, "peak": sum(row[0] for row in high), "course": course}

    def rows(self, records: Any, native: bool) -> List[Any]:
        """Bytes, blocks and frames, the innermost first; what is in few bytes and few blocks goes as one row without frames."""
        known = [each for each in records if each.allocator != MMAP or each.size <= RESERVED * each.n_allocations]
        wanted = sorted(known, key=lambda each: -each.size)[:MOST]
        seen = {id(each) for each in wanted}
        wanted += [each for each in sorted(known, key=lambda each: -each.n_allocations)[: MOST // 4] if id(each) not in seen]
        seen = {id(each) for each in wanted}
        rest = [each for each in known if id(each) not in seen]
        stacks = [(each, stack(each, native)) for each in wanted]
        found: List[Any] = [
            [each.size, each.n_allocations, self.numbers(frames)] for each, frames in stacks if not (frames and ours(frames[0]))
        ]
        return [*found, [sum(each.size for each in rest), sum(each.n_allocations for each in rest), []]] if rest else found

    def numbers(self, frames: Any) -> List[int]:
        kept = [frame for frame in frames if not ours(frame)][:DEPTH]
        return [self.frames.setdefault((str(frame[0]), str(frame[1]), int(frame[2])), len(self.frames)) for frame in kept]

    def named(self) -> List[Any]:
        return [[function, file, line, self.users(file)] for function, file, line in self.frames]

    def users(self, file: str) -> bool:
        """Whether it is the user's: of Python, and not of what looks."""
        return file.endswith(".py") and bool(self.own(file)) and not file.startswith(self.beside)


def ours(frame: Any) -> bool:
    """Whether it is a function of the harness, whose own memory is not the script's."""
    return str(frame[1]).startswith(HERE)


def stack(record: Any, native: bool) -> Any:
    """The functions that asked for it."""
    return record.hybrid_stack_trace() if native else record.stack_trace()


def thinned(moments: List[Any]) -> List[Any]:
    """Of many those with the most in each stretch."""
    stretch = max(1, -(-len(moments) // MOMENTS))
    return [max(moments[start : start + stretch], key=lambda each: each[2]) for start in range(0, len(moments), stretch)]


def main(path: str) -> None:
    """Read all windows of one process."""
    with open(path) as file:
        told = json.load(file)
    if told.get("overlay"):
        sys.path.append(told["overlay"])
    spec = importlib.util.spec_from_file_location("torch_starter_stacks", os.path.join(HERE, "stacks.py"))
    assert spec is not None
    assert spec.loader is not None
    stacks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stacks)
    reader = Reader(__import__("memray"), stacks.own)
    folder = os.path.dirname(path)
    windows = [reader.window(os.path.join(folder, each["file"]), each) for each in told["windows"]]
    json.dump({"windows": windows, "frames": reader.named()}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
