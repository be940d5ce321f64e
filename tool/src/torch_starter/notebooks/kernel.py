"""The kernel of the project: its environment, the modules of src/, and autoreload, beside what the user has set for IPython."""

from __future__ import annotations

import json
from pathlib import Path

NAME = "python3"  # what notebooks name everywhere, so that one opens with this kernel here and with another's there
SETTINGS = "kernel.py"  # beside start.json


def spec(python: Path, folder: Path, project: str) -> str:
    """kernel.json, as Jupyter reads it."""
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}", f"--config={folder / SETTINGS}"]
    told = {"argv": argv, "display_name": project, "language": "python", "metadata": {"debugger": True}}
    return json.dumps(told, indent=1)


def settings(root: Path) -> str:
    """What IPython reads besides the user's own files, which stay in force."""
    first = f"__import__('sys').path.insert(0, {str(root / 'src')!r})"
    return f"""c = get_config()
c.InteractiveShellApp.extensions.append("autoreload")
c.InteractiveShellApp.exec_lines.prepend([{first!r}])
c.InteractiveShellApp.exec_lines.append("%autoreload 2")
"""
