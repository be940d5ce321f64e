"""What a user sees, as whole files; written anew with TORCH_STARTER_WRITE_GOLDEN=1 in the environment."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def golden(name: str, text: str) -> str:
    """The text that a user should see; with the variable set, what a user sees now is written down as that."""
    path = FOLDER / name
    if os.environ.get("TORCH_STARTER_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
