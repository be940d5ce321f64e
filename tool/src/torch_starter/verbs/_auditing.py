"""An audit as a command: its options, its progress, and the bill of materials."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Any

from torch_starter.audits import uv_project
from torch_starter.core import lock as lock_file
from torch_starter.core.ask import Ask
from torch_starter.core.later import Later
from torch_starter.core.problems import CommandFailed, WrongSpec, WrongUsage
from torch_starter.core.quality import Code
from torch_starter.core.report import Change
from torch_starter.core.urls import parsed
from torch_starter.making import uv
from torch_starter.quality import audit
from torch_starter.quality._audit_packages import VULNERABLE, Looked
from torch_starter.quality._audit_uv import project, python_range, resolved, run_uv
from torch_starter.verbs import _quality


def code(ask: Ask) -> Code:
    """The project's code, and the options of an audit; raises WrongUsage."""
    service = ask.text("service")
    if service is not None and parsed(service) is None:
        raise WrongUsage("audit.service", "--service is no http or https address", "give one, such as https://osv.example.org")
    base = ask.path("advisory-db")
    if base is not None and not base.exists():
        raise WrongUsage("audit.advisories", f"there is no {base}", "give an OSV all.zip, a folder of advisories, or one of them")
    given: dict[str, Any] = {**ask.options, "advisory-db": ask.path("advisory-db"), "ignore": ask.texts("ignore")}
    return replace(_quality.code(ask, ask.rest), options=given)


def look(ask: Ask, code: Code) -> Looked:
    """All parts of it. Where we are interrupted, no program goes on."""
    stop = threading.Event()
    with ask.progress.stage("audit", None, "things") as stage:
        work = Later(partial(audit.all_of, replace(code, stopped=stop.is_set), lambda detail: stage.to(0, None, detail)))
        try:
            return work.result()
        except KeyboardInterrupt:
            stop.set()
            work.wait()
            raise


def notes(code: Code, looked: Looked) -> list[str]:
    """What was asked, and of whom; and a judged vulnerability that is not there."""
    facts = looked.facts.get("vulnerabilities", {})
    given = code.options["ignore"]
    found = [each.seen for each in looked.findings if each.id == VULNERABLE and each.verdict == "ok"]
    if "sha256" in facts:
        found.append(f"{facts['from']} has the sha256 {facts['sha256']}.")
    if facts and given and not facts["ignored"]:
        found.append(f"--ignore {', '.join(given)}: nothing of that name was found.")
    return found


def bill_of_materials(ask: Ask, code: Code) -> Change | None:
    """Write what --sbom asks for, aside and renamed; raises Problems."""
    path = ask.path("sbom")
    if path is None:
        return None
    if path.is_dir():
        raise WrongUsage("sbom.folder", f"{path} is a folder", "give the name of a file in it")
    if not path.parent.is_dir():
        raise WrongUsage("sbom.folder", f"there is no folder {path.parent}", "make it, or give another file")
    change = Change(
        kind="file", name=str(ask.text("sbom")), was="there" if path.exists() else "", now="written", why="the bill of materials"
    )
    if not ask.flag("dry-run"):
        with ask.progress.stage("bill of materials", None, "things"):
            ask.machine.files.write(path, exported(code))
    return change


def exported(code: Code) -> str:
    """The lock as uv exports it: every pin of it, checked to be in it, and no address with a password."""
    text = code.machine.files.read(code.lock) if code.lock else None
    if code.lock is None or text is None:
        raise WrongSpec("lock.missing", "there is no lock to write a bill of materials of", "./dev.sh lock-update")
    pins = lock_file.parse(text, f"locks/{code.lock.name}")
    with project(code, uv_project.pyproject(uv_project.pinned(pins), python_range(code))) as folder:
        done = resolved(code, folder)
        if not done.ok:
            raise uv.problem(done, "asking what the packages of the lock need")
        words = ["export", "--frozen", "--quiet", "--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
        done = run_uv(code, folder, words)
    if not done.ok:
        raise uv.problem(done, "writing the bill of materials")
    told = uv_project.without_passwords(done.out)
    try:
        lacking = uv_project.missing(told, pins)
    except (ValueError, AttributeError) as error:
        raise CommandFailed("sbom.wrong", f"what uv exported cannot be read: {error}", "./dev.sh setup") from error
    if lacking:
        raise CommandFailed("sbom.incomplete", f"uv left out {', '.join(lacking[:3])}", "./dev.sh lock-update")
    return told
