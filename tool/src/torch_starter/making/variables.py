"""The variables that programs in the target are started with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch_starter.core.allocator import variable_name
from torch_starter.core.lookout import cache_path as cache_path
from torch_starter.core.project import Project
from torch_starter.core.spec import Spec
from torch_starter.core.variables import THREADS

NOT_PASSED_ON = ("PYTHONHOME", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "__PYVENV_LAUNCHER__")


def of_spec(spec: Spec, project: Project, user: Mapping[str, str], usable_cpus: int, torch: str | None) -> dict[str, str]:
    """The spec's own variables. What the user exported wins; the four thread counts follow the one that is exported."""
    wanted = dict(spec.variables)
    for cache in spec.caches.values():
        if cache.variable:
            wanted[cache.variable] = str(cache_path(cache, project, user.get("HOME", "/")))
    exported = next((user[name] for name in THREADS if user.get(name)), None)
    wanted.update(dict.fromkeys(THREADS, exported or thread_count(spec, usable_cpus)))
    if spec.allocator.options and torch:
        wanted[variable_name(torch)] = spec.allocator.options
    return {**wanted, **{name: user[name] for name in wanted if name in user}}


def thread_count(spec: Spec, usable_cpus: int) -> str:
    """The number of threads for all four libraries."""
    return str(min(spec.threads.maximum, usable_cpus)) if spec.threads.count == "auto" else spec.threads.count


def for_environment(environment: Path, of_the_spec: Mapping[str, str], user: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a program that runs inside an environment of ours.

    `environment` is the real folder, not the link: a program that is running keeps its packages when `.venv` is switched.
    """
    kept = {name: value for name, value in user.items() if name not in NOT_PASSED_ON}
    path = f"{environment / 'bin'}:{user.get('PATH', '/usr/bin:/bin')}"
    return {**kept, **of_the_spec, "VIRTUAL_ENV": str(environment), "PATH": path}
