"""Whether C code that includes Python's headers can be compiled."""

from __future__ import annotations

import os
import sysconfig
from typing import Any


def python() -> dict[str, Any]:
    """Where Python.h and pyconfig.h belong, and which of them are missing."""
    folders = {name: sysconfig.get_path(name) or "" for name in ("include", "platinclude")}
    files = {os.path.join(folders["include"], "Python.h"), sysconfig.get_config_h_filename()}
    return {"folder": folders["include"], "missing": sorted(path for path in files if not os.path.isfile(path))}
