"""The kernel of the project: its environment, the modules of src/, and autoreload, beside what the user has set for IPython."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAME = "python3"  # what notebooks name everywhere, so that one opens with this kernel here and with another's there
OWN = Path("share", "jupyter", "kernels", NAME, "kernel.json")  # in an environment with ipykernel
SETTINGS = "kernel.py"  # beside start.json


def spec(python: Path, folder: Path, project: str, own: str | None) -> str:
    """kernel.json, as Jupyter reads it; `own` is that of the environment, which says what its ipykernel can do."""
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}", f"--config={folder / SETTINGS}"]
    told = {"argv": argv, "display_name": project, "language": "python", "metadata": metadata(own)}
    return json.dumps(told, indent=1)


def metadata(own: str | None) -> dict[str, Any]:
    """Such as that it can be debugged, and that what it says can be encrypted."""
    try:
        told = json.loads(own or "{}").get("metadata")
    except (ValueError, AttributeError):
        return {}
    return told if isinstance(told, dict) else {}


def settings(root: Path) -> str:
    """What IPython reads besides the user's own files, which stay in force."""
    first = f"__import__('sys').path.insert(0, {str(root / 'src')!r})"
    return f"""c = get_config()
c.InteractiveShellApp.extensions.append("autoreload")
c.InteractiveShellApp.exec_lines.prepend([{first!r}])
c.InteractiveShellApp.exec_lines.append("%autoreload 2")
"""
