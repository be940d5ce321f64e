"""The start of a script, as of any profile; by how much each import makes the process grow; and what must not be looked at.

memray looks through all libraries again for each that is loaded, which takes longer than to import torch: so it does not do that.
"""

from __future__ import annotations

import functools
import importlib.machinery
from typing import Any


def starting(base: Any, ledger: Any, told: Any, look: Any) -> Any:
    """A Starting that tells the ledger of imports, and holds up what looks while libraries are loaded."""

    class Starting(base.Starting):  # type: ignore[misc]
        def switch(self, begins: str, ends: bool) -> None:
            super().switch(begins, ends)
            ledger.imports(not ends)
            if not self.under_way:
                look.resume()

    hold_up(look)
    return Starting(ledger.memory, told)


def hold_up(look: Any) -> None:
    """Libraries of Python are loaded by one function."""
    loader: Any = importlib.machinery.ExtensionFileLoader
    inner = loader.create_module

    @functools.wraps(inner)
    def create_module(it: Any, spec: Any) -> Any:
        look.hold()
        return inner(it, spec)

    loader.create_module = create_module
    look.loader = (loader, inner)
