"""uv in a project of its own: it asks the service of advisories, and an index for what each package of a lock needs."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from torch_starter.audits import packages, service, uv_project
from torch_starter.audits.matching import Known
from torch_starter.core import urls
from torch_starter.core.facts import Unknown
from torch_starter.core.processes import Done
from torch_starter.core.quality import Code

SECONDS = 120.0  # for a service to answer


def by_service(code: Code, asked: Sequence[packages.Package]) -> list[Known]:
    """What the service of advisories knows, by `uv audit`; raises Unknown and Missing."""
    address = str(code.options.get("service") or code.spec.audit.service)
    every = service.with_canary(asked)
    with project(code, uv_project.pyproject([f"{each.name}=={each.public}" for each in every], ">=3.8")) as folder:
        code.machine.files.write(folder / "uv.lock", uv_project.flat_lock(every))
        words = ["audit", "--frozen", "--output-format", "json", "--preview-features", "audit-command,json-output"]
        done = run_uv(code, folder, [*words, *(["--service-url", address] if address else [])])
    try:
        return service.understood(done, asked, {address: urls.shown(address)} if address else {})
    except Unknown as reason:
        raise Unknown(str(reason), service.INSTEAD) from None


def run_uv(code: Code, folder: Path, words: Sequence[str]) -> Done:
    """uv in a project of its own; raises Missing."""
    program, variables = code.uv()
    own = {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    few = {"UV_HTTP_RETRIES": "1", "UV_HTTP_TIMEOUT": "30"}  # a network that is not there is not waited for
    few = {name: code.machine.variables.get(name, value) for name, value in few.items()}
    return code.machine.processes.run(
        [program, "--no-config", *words], env={**variables, **own, **few}, cwd=folder, timeout=SECONDS, until=code.stopped
    )


@contextmanager
def project(code: Code, pyproject: str) -> Iterator[Path]:
    """A folder with a project for uv, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ts-audit-"))
    try:
        code.machine.files.write(folder / "pyproject.toml", pyproject)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def resolved(code: Code, folder: Path) -> Done:
    """`uv lock` of a project with exact pins: an index is asked for what each of them needs, and whether it was taken back."""
    index = code.spec.accelerators.get(code.lock.stem) if code.lock else None
    further = ["--index", index.index] if index and index.index and "+" in (folder / "pyproject.toml").read_text() else []
    return run_uv(code, folder, ["lock", "--python", sys.executable, *further])


def is_offline(code: Code) -> bool:
    """Whether what uv says is of its cache alone."""
    return bool(code.options.get("offline")) or code.machine.variables.get("UV_OFFLINE", "") not in ("", "0", "false")


def python_range(code: Code) -> str:
    """The versions of Python that the project is for."""
    found = re.search(r'^requires-python\s*=\s*"([^"]+)"', code.machine.files.read(code.project.pyproject) or "", re.MULTILINE)
    return found[1] if found else f"=={code.spec.python.version}.*"
