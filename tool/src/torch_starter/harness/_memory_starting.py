"""The start of a script, as of any profile; and by how much each import makes the process grow."""

from __future__ import annotations

from typing import Any


def starting(base: Any, ledger: Any, told: Any) -> Any:
    """A Starting that tells the ledger of imports."""

    class Starting(base.Starting):  # type: ignore[misc]
        def switch(self, begins: str, ends: bool) -> None:
            super().switch(begins, ends)
            ledger.imports(not ends)

    return Starting(ledger.memory, told)
