"""What the target's interpreter says of itself."""

from __future__ import annotations

import glob
import importlib.util
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
    import sysconfig

    folders = [sysconfig.get_path("purelib"), site.getusersitepackages(), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environment = os.path.dirname(os.path.dirname(sys.executable))
    folders += glob.glob(os.path.join(environment, "lib", "python*", "site-packages"))
    found = []
    for folder in dict.fromkeys(filter(None, folders)):
        found += [path for name in ("sitecustomize.py", "usercustomize.py") for path in glob.glob(os.path.join(folder, name))]
        found += [path for path in glob.glob(os.path.join(folder, "*.pth")) if _runs_code(path)]
    return {"files": sorted(set(found), key=os.path.getmtime, reverse=True)}


def customization() -> dict[str, Any]:
    """What runs at every start, and which package it is of: sitecustomize, usercustomize, lines of .pth files with code.

    "absent" are the folders that .pth files name and that are not there.
    """
    modules = [_customize(name) for name in ("sitecustomize", "usercustomize")]
    lines, absent = [], []
    for folder in dict.fromkeys(
        [*getattr(site, "getsitepackages", list)(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    ):
        for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*.pth"))):
            code, missing = _read_pth(path)
            owner = _owner(path) if code or missing else ""
            lines += [{"file": path, "line": line[:200], "owner": owner} for line in code[:1]]
            absent += [{"file": path, "path": line, "owner": owner} for line in missing]
    return {"modules": [each for each in modules if each["file"]], "lines": lines, "absent": absent}


def _customize(name: str) -> dict[str, str]:
    """Where a module is that Python imports at start; one that raised is not loaded, and is searched for."""
    try:
        path = getattr(sys.modules.get(name) or importlib.util.find_spec(name), "__file__", "")
        path = path or getattr(importlib.util.find_spec(name), "origin", "") or ""
    except ValueError:  # loaded by something that says not from where
        path = ""
    if not path:
        return {"name": name, "file": "", "owner": ""}
    standard = os.path.realpath(os.path.dirname(os.__file__))
    own = os.path.dirname(os.path.realpath(path)) == standard or os.path.dirname(path) == standard
    return {"name": name, "file": path, "owner": "the interpreter" if own else _owner(path)}


def _read_pth(path: str) -> tuple[list[str], list[str]]:
    """The lines of a .pth file that are run, and the folders in it that are not there."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            lines = [line.rstrip() for line in file if line.strip() and not line.startswith("#")]
    except OSError:
        return [], []
    code = [line for line in lines if line.startswith(("import ", "import\t"))]
    folders = [line for line in lines if line not in code]
    return code, [line for line in folders if not os.path.exists(os.path.join(os.path.dirname(path), line))]


def _owner(path: str) -> str:
    """The package whose RECORD names a file of site-packages; empty where none does."""
    folder = os.path.dirname(path)
    while os.path.basename(folder) not in ("site-packages", "dist-packages") and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    wanted = "\n" + os.path.relpath(path, folder).replace(os.sep, "/") + ","
    for record in glob.glob(os.path.join(glob.escape(folder), "*.dist-info", "RECORD")):
        try:
            with open(record, encoding="utf-8", errors="replace") as file:
                if wanted in "\n" + file.read():
                    return os.path.basename(os.path.dirname(record))[: -len(".dist-info")].rpartition("-")[0]
        except OSError:
            continue
    return ""


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
