"""What comes before a program's own first line: code that runs at start, and modules that hide others."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from torch_starter.checks._answers import from_answer
from torch_starter.checks._mending import reinstall
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

PROBE = "interpreter.customization"
KNOWN = re.compile(  # written by installers that keep no RECORD of it, and by our set-up
    r"(_virtualenv|distutils-precedence|torch_starter_src|easy-install|__editable__.*|.*-nspkg|pywin32)\.pth$"
)
IN_PTH = re.compile(r"Error processing line (\d+) of (.+?):\n((?:.*\n)*?)(?=\S.*\n?|\Z)")
IN_CUSTOMIZE = re.compile(r"Error in (sitecustomize|usercustomize)[^\n]*\n(\w[^\n]*)?")
FROM_LOADER = re.compile(r"^ERROR: ld\.so: .*\n?", re.MULTILINE)
SEEDED = {"pip", "setuptools", "wheel"}


def customize(evidence: Evidence) -> Iterator[Finding]:
    id, title = "python.customize", "what runs at every start is known and works"
    found = evidence.value(PROBE)
    if not found:
        yield from_answer(id, title, evidence, evidence.answers.get(PROBE), "see python.start")
        return
    if raised := errors(evidence):
        where, what = raised
        yield Finding(
            id=id,
            verdict="fail",
            title=title,
            seen=f"{where} raises {what}".strip(),
            wanted="what comes after it is not run, and every program complains on its stderr",
            remedy=mend(evidence, where.partition(":")[0], owners(found)),
        )
    elif found["absent"]:
        yield absent(id, title, evidence, found["absent"])
    else:
        yield strange(id, title, evidence, found)


def errors(evidence: Evidence) -> tuple[str, str] | None:
    """Where code at start raised, and what, by the words of Python's site."""
    noise = evidence.start_noise
    if match := IN_PTH.search(noise):
        lines = [line.strip() for line in match[3].splitlines() if line.strip()]
        last = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Exit|Interrupt)\b", line)]
        return f"{match[2]}:{match[1]}", (last or [""])[-1][:160]
    if match := IN_CUSTOMIZE.search(noise):
        files = [each["file"] for each in evidence.value(PROBE).get("modules", ()) if each["name"] == match[1]]
        return (files or [f"{match[1]}.py"])[0], (match[2] or "")[:160]
    return None


def absent(id: str, title: str, evidence: Evidence, paths: list[dict[str, str]]) -> Finding:
    """Folders of .pth files that are not there: of a package that is used in place it is the package itself."""
    first = next((each for each in paths if each["owner"]), paths[0])
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return Finding(
        id=id,
        verdict="fail" if first["owner"] else "warn",
        title=title,
        seen=f"{first['file']} adds {first['path']} to the path, which is not there{more}",
        wanted=f"the folder of {first['owner']}: without it that cannot be imported" if first["owner"] else "",
        remedy="install it again from where it is now" if first["owner"] else aside(first["file"]),
    )


def strange(id: str, title: str, evidence: Evidence, found: Mapping[str, Any]) -> Finding:
    """Where all works: what no package has brought is a warning, unless it has said something, which is told elsewhere."""
    code = [*found["modules"], *found["lines"]]
    unowned = unknown(found)
    if unowned and noise(evidence):
        return Finding(id=id, verdict="skip", title=title, seen="see python.start")
    told = ", ".join(f"{os.path.basename(each['file'])} ({each['owner'] or 'its own'})" for each in code)
    virtual = evidence.interpreter.prefix != evidence.interpreter.base_prefix
    own = f"{evidence.interpreter.prefix}{os.sep}"  # to a system's interpreter its administrators may have added what they need
    unowned = [path for path in unowned if virtual and path.startswith(own)]
    return Finding(
        id=id,
        verdict="warn" if unowned else "ok",
        title=title,
        seen=f"{', '.join(unowned)}: no package has brought it" if unowned else told or "nothing",
        wanted="code that runs in every program belongs to a package, or goes" if unowned else "",
        remedy=aside(unowned[0]) if unowned else "",
    )


def noise(evidence: Evidence) -> str:
    """What was printed at start, without what the dynamic loader says."""
    return FROM_LOADER.sub("", evidence.start_noise).strip()


def likely(evidence: Evidence) -> str:
    """The file that prints at start: what no package has brought is the likeliest."""
    found = evidence.value(PROBE)
    return str((unknown(found) or [each["file"] for each in found.get("modules", ())] or [""])[0])


def unknown(found: Mapping[str, Any]) -> list[str]:
    """The files with code that no package has brought."""
    code = [*found.get("modules", ()), *found.get("lines", ())]
    return [str(each["file"]) for each in code if not each["owner"] and not KNOWN.search(each["file"])]


def owners(found: Mapping[str, Any]) -> dict[str, str]:
    return {each["file"]: each["owner"] for each in (*found["modules"], *found["lines"])}


def mend(evidence: Evidence, path: str, owned: Mapping[str, str]) -> str:
    """Install its package again, or move it out of the way."""
    name = owned.get(path, "").lower().replace("_", "-")
    return reinstall(evidence, [name]) if name in evidence.installed.distributions else aside(path)


def aside(path: str) -> str:
    """The command that puts a file out of Python's way and keeps it."""
    return f"mv {shlex.quote(path)} {shlex.quote(path)}.off"


def shadow(evidence: Evidence) -> Iterator[Finding]:
    owner = {module: name for name, each in evidence.installed.distributions.items() for module in each.modules}
    files = [(folder, file, re.sub(r"(\.py|/)$", "", file)) for folder, found in evidence.folders.items() for file in found]
    hiding = [
        (f"{folder}/{file}", module, owner.get(module))
        for folder, file, module in files
        if not is_home(evidence, folder, owner.get(module))
    ]
    told = [f"{path} hides the module {module} of {name or 'the standard library'}" for path, module, name in hiding]
    yield Finding(
        id="python.shadow",
        verdict="fail" if hiding else "ok",
        title="no file of yours has the name of a module",
        seen="; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else ""),
        wanted="another name: a script in that folder, and whatever it imports, gets this one" if hiding else "",
        remedy=put_aside(hiding[0][0]) if hiding else "",
    )


def put_aside(path: str) -> str:
    """The command that gives a file or folder another name."""
    plain = path.rstrip("/")
    stem, dot = (plain[:-3], ".py") if plain.endswith(".py") else (plain, "")
    return f"mv {shlex.quote(plain)} {shlex.quote(f'{stem}_of_mine{dot}')}"


def is_home(evidence: Evidence, folder: str, name: str | None) -> bool:
    """Whether a module in a folder is the installed package itself: it is developed there."""
    if name is None:
        return False
    each, place = evidence.installed.distributions[name], PurePath(folder)
    homes = [PurePath(path) for path in (each.origin, os.path.dirname(each.metadata)) if path]
    return any(home == place or home in place.parents for home in homes)


def user_site(evidence: Evidence) -> Iterator[Finding]:
    id, title = "python.user-site", "no package of the user's site hides one of the environment"
    found = evidence.interpreter
    if not found.user_site or (found.prefix == found.base_prefix and evidence.installed.conda is None):
        why = "user site is not on the path" if not found.user_site else "not an environment: the user's site belongs to it"
        yield Finding(id=id, verdict="ok", title=title, seen=why)
        return
    hiding = [
        name
        for name in sorted(evidence.installed.hidden.keys() - SEEDED)
        if evidence.installed.distributions[name].metadata.startswith(f"{found.user_site}/")
    ]
    yield Finding(
        id=id,
        verdict="warn" if hiding else "ok",
        title=title,
        seen=f"{', '.join(hiding[:4])} of {found.user_site}" if hiding else found.user_site,
        wanted="the environment's own: this user's programs import others than everybody's" if hiding else "",
        remedy="export PYTHONNOUSERSITE=1" if hiding else "",
    )


def prefix(evidence: Evidence) -> Iterator[Finding]:
    active = evidence.interpreter.active
    elsewhere = bool(active) and evidence.ours
    yield Finding(
        id="python.prefix",
        verdict="warn" if elsewhere else "ok",
        title="the environment that is active is the one that is judged",
        seen=f"{active} is active: `python` and `pip` mean that one" if elsewhere else evidence.interpreter.prefix,
        wanted="this one, or none: ./dev.sh run uses this one in any case" if elsewhere else "",
        remedy="deactivate" if elsewhere else "",
    )


CHECKS = (
    Check(
        "python.customize",
        "what runs at start is known",
        "sitecustomize, usercustomize and lines of .pth files run in every program; one that raises stops what comes after it.",
        customize,
        probes=(PROBE,),
        level="quick",
        found="These files, the package whose RECORD names them, what Python's site says of errors, folders that are not there.",
        mend="Move the file out of the way, or install its package again.",
        source="The manual of Python's site module",
    ),
    Check(
        "python.shadow",
        "no file hides a module",
        "A script's folder is first on the path: a random.py or a folder datasets beside it is what everything imports.",
        shadow,
        level="quick",
        found="The names in the current folder, the project's, src and examples against the standard library and all packages.",
        mend="Rename the file.",
        source="pytorch#19943",
    ),
    Check(
        "python.user-site",
        "the user's site hides nothing",
        "Packages of `pip install --user` come before the environment's own where it lets them in, as conda's do.",
        user_site,
        level="quick",
        found="Packages that are in the user's site and in the environment too.",
        mend="PYTHONNOUSERSITE=1, or uninstall them there.",
        source="conda#448",
    ),
    Check(
        "python.prefix",
        "the active environment is this one",
        "With another one active, `python train.py` runs in an environment that nobody has judged.",
        prefix,
        level="quick",
        found="VIRTUAL_ENV against the prefix of the interpreter.",
        mend="deactivate, or activate this one.",
        source="uv warns of the same: VIRTUAL_ENV does not match the project environment path",
    ),
)
