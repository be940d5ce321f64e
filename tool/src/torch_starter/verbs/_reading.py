"""Reading what only the target's files say, and the project's. It goes on beside the probes: hashing takes seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from typing import Any

from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Audit, Evidence
from torch_starter.core.kinds import Level
from torch_starter.core.later import Later
from torch_starter.facts.installed_files import Package, audit, look_early
from torch_starter.facts.known_names import known_names
from torch_starter.verbs import _leaks
from torch_starter.verbs._gather import Subject


def begin(subject: Subject, wanted: Set[str]) -> Later[dict[str, Package]]:
    """Look at the files of an environment while its interpreter starts, where a check reads of them."""
    return Later(lambda: look_early(subject.python.parent.parent) if "files" in wanted else {})


def read_files(ask: Ask, evidence: Evidence, level: Level, wanted: Set[str], early: Mapping[str, Package]) -> dict[str, Any]:
    """What only the target's files say, as fields of the evidence, as far as the checks read it."""
    found: dict[str, Any] = {}
    if "files" in wanted:
        found["files"] = files(ask, evidence, level, early)
    if "names" in wanted:
        found["known_names"] = names(ask, evidence, level)
    if wanted & {"secrets", "history"}:
        found["secrets"] = _leaks.search(ask, wanted)
    return found


def names(ask: Ask, evidence: Evidence, level: Level) -> frozenset[str]:
    """The variables that the installed packages know, kept beside what is known of their files; a quick look does not scan."""
    name = hashlib.sha256(evidence.interpreter.prefix.encode()).hexdigest()[:16]
    kept = ask.project.state / "stamps" / f"{name}-names.json"
    return known_names(ask.machine.files, evidence.interpreter.path, kept, may_scan=level != "quick")


def files(ask: Ask, evidence: Evidence, level: Level, early: Mapping[str, Package]) -> Audit:
    """The installed files against their packages' RECORD; what was found to be good is kept apart for each environment."""
    name = hashlib.sha256(evidence.interpreter.prefix.encode()).hexdigest()[:16]
    return audit(ask.machine.files, evidence.installed, ask.project.state / "stamps" / f"{name}.json", level, early)
