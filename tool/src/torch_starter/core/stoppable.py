"""Programs that are ended when we are told to stop: an interrupt reaches only the thread that a person waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from torch_starter.core.processes import Done, Processes


class Stoppable:
    """Runs programs as another one does, in whichever thread, until `stop`."""

    def __init__(self, inner: Processes) -> None:
        self._inner, self._stopped = inner, threading.Event()

    def stop(self) -> None:
        """End what runs, and whatever is begun from now on."""
        self._stopped.set()

    def run(self, argv: Sequence[str | Path], *, until: Callable[[], bool] | None = None, **more: Any) -> Done:
        return self._inner.run(argv, until=lambda: self._stopped.is_set() or (until is not None and until()), **more)

    def pass_through(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> int:
        return self._inner.pass_through(argv, env=env, cwd=cwd)

    def become(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> NoReturn:
        self._inner.become(argv, env=env, cwd=cwd)
