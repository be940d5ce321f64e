"""The start of a script: how long each package takes to be imported, and how far it had come when."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from typing import Any, Callable, Dict, List, Set

HERE = os.path.dirname(os.path.abspath(__file__))
CLOCK, CPU_CLOCK = time.perf_counter, time.process_time
LEAST = 0.002  # seconds of an import that is told


class Starting:
    """Marks and imports of this process, from now on."""

    def __init__(self, memory: Callable[[], int], told: Any) -> None:
        self.began, self.memory = CLOCK() - CPU_CLOCK(), memory  # what the interpreter did before us was work
        self.marks: List[Dict[str, Any]] = []
        self.imports: Dict[str, float] = {}
        self.own: List[str] = []
        self.under_way: List[str] = []
        self.since = CLOCK()
        sys.meta_path.insert(0, Timed(self, told))

    def mark(self, what: str) -> None:
        """It has come so far, for the first time."""
        if all(mark["what"] != what for mark in self.marks):
            self.marks.append({"what": what, "seconds": CLOCK() - self.began, "cpu": CPU_CLOCK(), "resident": self.memory()})

    def switch(self, begins: str, ends: bool) -> None:
        """An import begins or ends: the one around it waits meanwhile."""
        now = CLOCK()
        if self.under_way:
            self.imports[self.under_way[-1]] = self.imports.get(self.under_way[-1], 0.0) + now - self.since
        self.since = now
        if ends:
            self.under_way.pop()
            return
        if by_user():
            self.own.append(begins)
        self.under_way.append(begins)

    def told(self) -> Dict[str, Any]:
        """For core/profile.Process; what was imported in no time is left out."""
        return {
            "marks": self.marks,
            "imports": {name: spent for name, spent in self.imports.items() if spent >= LEAST},
            "imported": self.own,
        }


def by_user() -> bool:
    """Whether a file of the user's imports what is imported now: no installed package, and not Python."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(("<frozen importlib", HERE)):
            installed = "site-packages" in file or "dist-packages" in file or file.startswith(("<", sys.base_prefix + os.sep))
            return not installed
        frame = frame.f_back
    return False


class Timed:
    """Finds packages as the others do, and times them: each as a whole, as one imports it."""

    def __init__(self, starting: Starting, told: Any) -> None:
        self.starting, self.told = starting, told
        self.asking: Set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if "." in name or name in self.asking:
            return None
        self.asking.add(name)  # others of ours ask all finders too
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):  # such as a module that has no spec: the others say what there is to say
            return None
        finally:
            self.asking.discard(name)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = timed(self.told, self.starting, spec.loader, name)
        return spec


def timed(told: Any, starting: Starting, loader: Any, name: str) -> Any:
    """A loader whose work is timed."""

    class Loader(told):  # type: ignore[misc]
        """One that is timed."""

        def exec_module(self, module: Any) -> None:
            starting.switch(name, ends=False)
            try:
                super().exec_module(module)
            finally:
                starting.switch(name, ends=True)

    return Loader(loader, {}, name)
