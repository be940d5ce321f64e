"""The installed files against the hashes that their packages came with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from torch_starter.checks._mending import again, reinstall
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.repair import Reinstall
from torch_starter.core.report import Finding

MOST = 3  # how many packages a line tells of


def files(evidence: Evidence) -> Iterator[Finding]:
    title = "every installed file is as its package brought it"
    audit, wrong = evidence.files, damaged(evidence)
    if not wrong and not audit.files:
        why = "no package has a RECORD that could be judged" if audit.untold else "there is no package"
        yield Finding(id="packages.files", verdict="skip", title=title, seen=why)
        return
    told = "; ".join(damage(evidence, name) for name in wrong[:MOST])
    more = f"; and {len(wrong) - MOST} more packages" if len(wrong) > MOST else ""
    yield Finding(
        id="packages.files",
        verdict="fail" if wrong else "ok",
        title=title,
        seen=f"{told}{more}" if wrong else looked(evidence),
        wanted="the files of RECORD: a changed one computes something else, or nothing" if wrong else "",
        remedy=reinstall(evidence, wrong) if wrong else "",
        fixable=bool(wrong),
    )


def damaged(evidence: Evidence) -> list[str]:
    """The packages with altered or missing files."""
    return sorted(evidence.files.altered.keys() | evidence.files.missing.keys())


def damage(evidence: Evidence, name: str) -> str:
    """What is wrong with the files of one package, shortly."""
    parts = []
    for word, found in (("altered", evidence.files.altered), ("missing", evidence.files.missing)):
        if paths := found.get(name, ()):
            parts.append(f"{len(paths)} {word} ({paths[0]}{', …' if len(paths) > 1 else ''})")
    return f"{name} {evidence.installed.versions.get(name, '')}: {', '.join(parts)}"


def looked(evidence: Evidence) -> str:
    """How the files were looked at."""
    audit = evidence.files
    how = f"{audit.hashed} read again, " if audit.hashed else ""
    how += f"{audit.by_size} only measured, " if audit.by_size else ""
    others = audit.files - audit.hashed - audit.by_size
    how += f"{others} unchanged since they were read, " if others > 0 else ""
    return f"{audit.files} files of {len(audit.digests)} packages: {how.removesuffix(', ')}"


def causes(evidence: Evidence) -> Iterator[Cause]:
    """A package with altered files fails in any way; its files are named in tracebacks of others."""
    wrong = damaged(evidence)
    if wrong:
        paths = [
            path for name in wrong for path in (*evidence.files.altered.get(name, ()), *evidence.files.missing.get(name, ()))
        ]
        ends = {path for path in paths[:50] if os.sep in path}
        modules = {module for name in wrong for module in evidence.installed.distributions[name].modules}
        signs = [
            *(re.escape(path) for path in sorted(ends)),
            *(rf"site-packages/{re.escape(each)}[/.]" for each in sorted(modules)),
        ]
        yield Cause("packages.files", frozenset(wrong), "|".join(signs))


def repairs(evidence: Evidence) -> Iterator[Reinstall]:
    if wrong := damaged(evidence):
        yield again(evidence, wrong, "files are altered or missing")


CHECKS = (
    Check(
        "packages.files",
        "installed files are whole",
        "A file that was edited, cut short or lost breaks what uses it, often with an error that points elsewhere.",
        files,
        level="quick",
        reads=("files",),
        found="Each file's state (size, times, inode) against the last look, and where that is new its SHA-256 against RECORD; "
        "--quick only measures what was never read, --full reads all.",
        mend="Install the package again, past the cache whose files may be linked to the altered ones.",
        source="Measured: one edited byte that keeps size and time is found; conda doctor looks for the same",
        causes=causes,
        repairs=repairs,
    ),
)
