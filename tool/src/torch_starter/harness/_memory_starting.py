"""The start of a script, as of any profile; by how much each import makes the process grow; and what must not be looked at.

memray looks through all libraries again for each that is loaded, which takes longer than to import torch: so it does not do that.
"""

from __future__ import annotations

import functools
import importlib.machinery
import sys
from typing import Any

LARGE = ("torch._dynamo", "torch._inductor", "sympy", "triton", "transformers")


def starting(base: Any, ledger: Any, told: Any, look: Any) -> Any:
    """A Starting that tells the ledger of imports, and holds up what looks while libraries are loaded."""

    class Starting(base.Starting):  # type: ignore[misc]
        """One that tells of each import that begins or ends."""

        def switch(self, begins: str, ends: bool) -> None:
            super().switch(begins, ends)
            ledger.imports(not ends)
            if not self.under_way and not any(map(under_way, LARGE)):
                look.resume()

    hold_up(look)
    sys.meta_path.insert(0, Large(look))
    return Starting(ledger.memory, told)


def under_way(name: str) -> bool:
    """Whether a module is being imported."""
    return bool(getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False))


class Large:
    """Finds nothing, and sees when something large is about to be imported, in the midst of something else."""

    def __init__(self, look: Any) -> None:
        self.look = look

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in LARGE:
            self.look.hold()


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
