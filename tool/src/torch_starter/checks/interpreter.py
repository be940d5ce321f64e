"""The interpreter and what it looks at before any package."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from torch_starter.checks.start_up import PROBE, aside, errors, likely, noise
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

VERBOSE = ("PYTHONVERBOSE", "PYTHONPROFILEIMPORTTIME", "PYTHONDEBUG", "PYTHONDUMPREFS", "PYTHONMALLOCSTATS")
OLDEST = "3.10"  # what the newest releases of torch that we know still have wheels for


def version(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.interpreter
    wanted = evidence.spec.python.version if evidence.ours else f"{OLDEST} or newer"
    same = found.version.startswith(f"{wanted}.") if evidence.ours else Version(found.version) >= Version(OLDEST)
    good = same and found.implementation == "cpython"
    yield Finding(
        id="python.version",
        verdict="ok" if good else "fail",
        title="the interpreter's version",
        seen=f"{found.implementation} {found.version}",
        wanted="" if good else f"cpython {wanted}",
        remedy="" if good else "./dev.sh setup",
    )


def base(evidence: Evidence) -> Iterator[Finding]:
    found = evidence.interpreter
    yield Finding(
        id="python.base",
        verdict="ok" if found.base_exists else "fail",
        title="the interpreter that the environment was made from is still there",
        seen=found.base_executable,
        remedy="" if found.base_exists else "./dev.sh setup --rebuild",
    )


def start(evidence: Evidence) -> Iterator[Finding]:
    title, said = "the interpreter starts without printing", noise(evidence)
    if said and errors(evidence):
        yield Finding(id="python.start", verdict="skip", title=title, seen="see python.customize")
        return
    file = likely(evidence)
    verbose = [name for name in VERBOSE if evidence.variables.get(name)]
    remedy = f"unset {' '.join(verbose)}" if verbose else aside(file) if file else "see what it says: python -c pass"
    yield Finding(
        id="python.start",
        verdict="warn" if said else "ok",
        title=title,
        seen=f"it printed: {said.splitlines()[0][:120]}" + (f", likely in {file}" if file else "") if said else "",
        wanted="nothing: it breaks whoever reads a program's output" if said else "",
        remedy=remedy if said else "",
    )


def path(evidence: Evidence) -> Iterator[Finding]:
    leaks = [name for name in ("PYTHONPATH", "PYTHONHOME") if evidence.user_variables.get(name)]
    yield Finding(
        id="python.path",
        verdict="warn" if leaks else "ok",
        title="no variable puts foreign modules on the path",
        seen=", ".join(f"{name}={evidence.user_variables[name]}" for name in leaks),
        wanted="unset: modules there come before the environment's" if leaks else "",
        remedy=f"unset {' '.join(leaks)}" if leaks else "",
    )


def pip(evidence: Evidence) -> Iterator[Finding]:
    there = "pip" in evidence.installed.distributions
    if not evidence.ours and not there:
        yield Finding(id="python.pip", verdict="skip", title="pip is in the environment", seen="not an environment of ours")
        return
    yield Finding(
        id="python.pip",
        verdict="ok" if there else "fail",
        title="pip is in the environment",
        seen=f"pip {evidence.installed.versions['pip']}" if there else "pip is not installed",
        remedy="" if there else "./dev.sh setup --rebuild",
    )


CHECKS = (
    Check(
        "python.version",
        "the interpreter's version",
        "Wheels are built for one version of Python.",
        version,
        level="quick",
        found="The implementation and the version that the interpreter says it is.",
        mend="An environment of another Python: ./dev.sh setup makes one of the version that the spec names.",
        source="The tags of torch's wheels, such as cp312",
    ),
    Check(
        "python.base",
        "its base interpreter exists",
        "An environment is a view of the interpreter that made it.",
        base,
        level="quick",
        found="Whether the program is there that sys._base_executable names.",
        mend="Make the environment anew: ./dev.sh setup --rebuild.",
        source="The manual of Python's venv module: how virtual environments work",
    ),
    Check(
        "python.start",
        "it starts silently",
        "sitecustomize and .pth files run at every start: what they print goes into every program's output.",
        start,
        probes=(PROBE,),
        level="quick",
        found="What the interpreter prints before any code of ours, and what runs then; with -I -S where it does not start.",
        mend="Move the file that is named out of the way.",
        source="The manual of Python's site module",
    ),
    Check(
        "python.path",
        "no foreign path",
        "PYTHONPATH and PYTHONHOME come before the environment.",
        path,
        level="quick",
        found="The two variables.",
        mend="unset PYTHONPATH PYTHONHOME",
        source="The manual of Python: command line and environment",
    ),
    Check(
        "python.pip",
        "pip is there",
        "Tools and notebooks ask for packages by `python -m pip`.",
        pip,
        level="quick",
        found="The packages that are installed.",
        mend="Make the environment anew: ./dev.sh setup --rebuild.",
        source="Measured: an environment that uv makes has no pip unless one asks for it",
    ),
)
