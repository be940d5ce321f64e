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
from torch_starter.core.problems import WrongUsage
from torch_starter.core.processes import Done
from torch_starter.core.quality import Code

SECONDS = 120.0  # for a service to answer


def service_of(code: Code) -> str:
    """The address that uv is told, empty for the one that it knows; raises WrongUsage where it is none, or says a secret."""
    given = code.options.get("service")
    address = str(given or code.spec.audit.service)
    if not address:
        return ""
    where = "--service" if given else f"[audit] service in {code.project.spec.name}"
    parts = urls.parsed(address)
    if parts is None:
        raise WrongUsage("audit.service", f"{where} is no http or https address", "give one, such as https://osv.example.org")
    if parts.username or parts.password or parts.query:
        seen = f"{where} has a user, a password or a query in it: uv is started with it, and others on this machine can read that"
        remedy = "leave these out, and write `machine HOST login USER password ...` into ~/.netrc, which uv reads"
        raise WrongUsage("audit.service", seen, remedy)
    return address


def by_service(code: Code, asked: Sequence[packages.Package]) -> list[Known]:
    """What the service of advisories knows, by `uv audit`; raises Unknown, Missing and WrongUsage."""
    address = service_of(code)
    every = service.with_canary(asked)
    with project(code, uv_project.pyproject([f"{each.name}=={each.public}" for each in every], ">=3.8")) as folder:
        code.machine.files.write(folder / "uv.lock", uv_project.flat_lock(every))
        words = ["audit", "--frozen", "--output-format", "json", "--preview-features", "audit-command,json-output"]
        done = run_uv(code, folder, [*words, *(["--service-url", address] if address else [])])
    try:
        return service.understood(done, asked)
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
