"""Work that goes on beside the main thread."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Later[T]:
    """Calls a function in a thread of its own; `result` waits for what it returned, or raises what it raised."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._ended = threading.Event()  # a thread whose `join` was interrupted is taken for ended by the next
        self._thread = threading.Thread(target=self._work, daemon=True)  # an interrupt does not wait for it
        self._thread.start()

    def _work(self) -> None:
        try:
            self._result.append(self._function())
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()

    def wait(self) -> None:
        """Until it has ended, however."""
        self._ended.wait()

    def result(self) -> T:
        self.wait()
        if self._error is not None:
            raise self._error
        return self._result[0]
