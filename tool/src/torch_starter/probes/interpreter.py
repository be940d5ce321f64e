"""What the target's interpreter says of itself."""

from __future__ import annotations

import os
import platform
import site
import sys
from typing import Any


def describe() -> dict[str, Any]:
    """Version, prefixes, path and the marker values of PEP 508."""
    base = getattr(sys, "_base_executable", sys.executable) or sys.executable
    return {
        "version": platform.python_version(),
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "base_executable": os.path.realpath(base),
        "base_exists": os.path.exists(base),
        "path": sys.path,
        "user_site": site.getusersitepackages() if site.ENABLE_USER_SITE else "",
        "markers": _markers(),
    }


def at_start() -> dict[str, Any]:
    """What an interpreter that starts without -S would run: site and user customisation, and .pth files with code.

    Asked with -I -S, where the interpreter does not start otherwise; those whose time is the newest come first.
    """
    import glob
    import sysconfig

    folders = [sysconfig.get_path("purelib"), site.getusersitepackages(), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environment = os.path.dirname(os.path.dirname(sys.executable))
    folders += glob.glob(os.path.join(environment, "lib", "python*", "site-packages"))
    found = []
    for folder in dict.fromkeys(filter(None, folders)):
        found += [path for name in ("sitecustomize.py", "usercustomize.py") for path in glob.glob(os.path.join(folder, name))]
        found += [path for path in glob.glob(os.path.join(folder, "*.pth")) if _runs_code(path)]
    return {"files": sorted(set(found), key=os.path.getmtime, reverse=True)}


def _runs_code(path: str) -> bool:
    """Whether a .pth file has lines that are executed."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return any(line.startswith(("import ", "import\t")) for line in file)
    except OSError:
        return False


def _markers() -> dict[str, str]:
    """The variables of environment markers (PEP 508)."""
    version = platform.python_version()
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": version,
        "python_version": ".".join(version.split(".")[:2]),
        "sys_platform": sys.platform,
    }
